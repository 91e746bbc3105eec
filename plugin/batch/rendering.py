"""One file through the EQ: read, filtered, written in the input's own format, complete or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from semeq.eq import PcmFilter
from semeq.files import (
    FLOATS,
    LOSSY,
    PLAIN_PCM,
    Audio,
    AudioFileError,
    AudioFormat,
    Carried,
    TruePeak,
    WriterThread,
    block_frames,
    blocks,
    opened,
    pcm_at,
    quantiser_for,
    replacing,
    what_is_wrong,
    writing,
    writing_pcm,
)

from ..renderer import Movement, Renderer

_LONGEST_BLOCK = 8192  # frames
_BLOCKS_AT_ONCE = 16  # between looks at what else there is to do, such as Ctrl-C


class _Sink(Protocol):
    """What takes frames: libsndfile or FFmpeg."""

    def write(self, data: Any, /) -> object: ...


class WouldClip(Exception):
    """A render that was not kept, for its true peak lies beyond full scale in a format that clips there."""

    def __init__(self, true_peak: float) -> None:
        super().__init__(f"a true peak of {true_peak:g} times full scale")
        self.true_peak_dbtp = float(20 * np.log10(true_peak))


@dataclass(frozen=True)
class Rendered:
    """What became of one file.

    Parameters
    ----------
    format : AudioFormat
        Of the output.
    peak, true_peak : float
        Largest sample of the output before any clipping, and between samples (BS.1770); 1 is full scale. A true peak
        within full scale is only measured where it was asked for; else it stands for no more than 1.
    overs : int
        Samples beyond full scale.
    gain_db : float
        Gain applied after the EQ, in dB.
    notes : tuple of str
        What could not be kept, and what else is worth knowing.
    """

    source: Path
    output: Path
    format: AudioFormat
    peak: float
    overs: int
    true_peak: float = 0.0
    gain_db: float = 0.0
    notes: tuple[str, ...] = ()
    exact_true_peak: bool = False

    @property
    def peak_dbfs(self) -> float:
        """Sample peak of the output before any clipping, in dBFS."""
        return float(20 * np.log10(max(self.peak, 1e-12)))

    @property
    def true_peak_dbtp(self) -> float | None:
        """True peak of the output before clipping, in dBTP; None where it is within full scale and not asked for."""
        if not self.exact_true_peak and self.true_peak <= 1.0:
            return None
        return float(20 * np.log10(max(self.true_peak, 1e-12)))


def wet_blocks(
    path: Path,
    form: AudioFormat,
    renderer: Renderer | None,
    automation: Movement | None = None,
    frames: int | None = None,
) -> Iterator[tuple[Audio, Audio]]:
    """Yield a file's audio before and after a renderer that stands at the start of a stream, (frames, channels) both.

    Without a renderer both are the same array. Raises as `blocks` does.
    """
    for block in blocks(path, form, frames):
        if renderer is None:
            yield block, block
            continue
        # Planes first: a last block of as many frames as channels would be ambiguous. The output lies as the input.
        wet = np.empty_like(block)
        renderer.process(block.T, wet.T, automation=automation)
        yield block, wet


def render_file(
    source: Path,
    output: Path,
    renderer: Renderer | None,
    form: AudioFormat,
    automation: Movement | None = None,
    gain_db: float = 0.0,
    overwrite: bool = False,
    progress: Callable[[int], None] = lambda frames: None,
    target: AudioFormat | None = None,
    compare: bool = False,
    exact_true_peak: bool = False,
    guard: bool = False,
) -> Rendered:
    """Render one file through a renderer that stands at the start of a stream (None: as it is, but for the gain).

    The output has the input's sample rate and channels, and its container and sample format or those of `target`. PCM
    up to 24 bits is dithered (TPDF) where the audio was changed. Tags, pictures and chunks come along as far as the
    format holds them. It appears under its name only when complete; the input is never written to. With `compare`, an
    output that is there already is no error where it is equal to what was rendered. `exact_true_peak` measures the true
    peak also where it cannot exceed full scale.

    Raises
    ------
    AudioFileError
        Unreadable input, samples that are not finite, an output that exists or cannot be written.
    WouldClip
        With `guard`: the true peak lies beyond full scale, and the format clips there. Nothing is written then. What
        stays as it was in a format that clips as well is none of the guard's business.
    """
    target = target or form
    gain = 10 ** (gain_db / 20)
    true_peak = TruePeak(form.sample_rate_hz, form.channels, 0.0 if exact_true_peak else 1.0)
    with replacing(output, source, overwrite, compare) as partial:
        carried = Carried.read(source, form, target)
        place = (partial, target, output, carried.reserved)
        same = (form.container, form.subtype, form.endian) == (target.container, target.subtype, target.endian)
        start = pcm_at(source, form) if same and renderer is not None and renderer.rests(automation) else None
        if start is not None and renderer is not None:
            block, floating = block_frames(form.channels), form.subtype in FLOATS
            through = PcmFilter(renderer.engine, true_peak, PLAIN_PCM[form.subtype], floating, block, gain)
            with writing_pcm(*place) as sink, source.open("rb", buffering=0) as file:
                file.seek(start)
                if not _move_bytes(through, file.fileno(), sink.descriptor, form.frames, block, progress):
                    raise what_is_wrong(source, form)
                sink.peaks = through.peaks
            altered = gain != 1.0 or through.changed
        else:
            pairs = wet_blocks(source, form, renderer, automation)
            with writing(*place, carried.metadata) as encoder:
                altered = _write_floats(pairs, encoder, form, target, gain, true_peak, progress)
        peaks = (true_peak.sample_peak, true_peak.overs, true_peak.finish())
        if guard and target.clips and peaks[2] > 1.0 and (altered or not form.clips):
            raise WouldClip(peaks[2])
        notes = carried.finish(partial)
        check_written(partial, output, target)
    return Rendered(source, output, target, *peaks, gain_db, notes, exact_true_peak)


def _move_bytes(
    through: PcmFilter, source: int, sink: int, frames: int, block: int, progress: Callable[[int], None]
) -> bool:
    """Filter PCM that keeps its format, from file to file: the same bytes as by way of `_write_floats`.

    Returns whether all went through.
    """
    while frames:
        wanted = min(frames, _BLOCKS_AT_ONCE * block)
        if through.run(source, sink, wanted) < wanted:
            return False
        progress(wanted)
        frames -= wanted
    return True


def _write_floats(
    pairs: Iterator[tuple[Audio, Audio]],
    file: _Sink,
    form: AudioFormat,
    target: AudioFormat,
    gain: float,
    true_peak: TruePeak,
    progress: Callable[[int], None],
) -> bool:
    """Write audio after the EQ in any format, and measure it; whether any sample was changed."""
    quantiser = quantiser_for(target.subtype)
    reduced = form.depth is None or target.depth is None or form.depth > target.depth or form.subtype in FLOATS
    altered = reduced or gain != 1.0

    def finish(pair: tuple[Audio, Audio]) -> None:
        nonlocal altered
        dry, wet = pair
        if gain != 1.0:
            wet = wet * wet.dtype.type(gain)
        true_peak.add(wet)
        # What was not changed needs no dither: it stands on the format's steps already.
        changed = reduced or not (wet is dry or np.array_equal(wet, dry))
        altered = altered or changed
        file.write(wet if quantiser is None else quantiser(wet, dither=changed))

    with WriterThread(finish) as writer:
        for dry, wet in pairs:
            writer.put((dry, wet))
            progress(len(dry))
    return altered


def check_written(partial: Path, output: Path, target: AudioFormat) -> None:
    """Raise `AudioFileError` where what was written cannot be read back as what it should be."""
    try:
        with opened(partial) as file:
            frames, shape = file.frames, (file.samplerate, file.channels)
    except AudioFileError as error:
        why = str(error).partition(": ")[2]
        raise AudioFileError(f"{output}: what was written cannot be read back ({why})") from None
    # ADPCM and its kin are written in whole blocks.
    in_blocks = target.depth is None and target.frames <= frames < target.frames + _LONGEST_BLOCK
    complete = frames == target.frames or target.subtype in LOSSY or in_blocks
    if shape != (target.sample_rate_hz, target.channels) or not complete:
        raise AudioFileError(f"{output}: {target.frames} frames were to be written, {frames} are there")
