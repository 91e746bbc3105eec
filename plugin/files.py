"""Audio files in, audio files out: streamed in constant memory, in the input's own format, complete or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from .pcm import quantiser_for
from .renderer import Moves, Renderer
from .wav import check_wav_complete

BLOCK_FRAMES = 65_536
_WIDE_SUBTYPES = {"PCM_32", "DOUBLE"}  # those that float32 cannot hold


class AudioFileError(Exception):
    """A file that cannot be read or written as audio; the message is one sentence for the user."""


@dataclass(frozen=True)
class AudioFormat:
    """What a file is: kept from input to output."""

    sample_rate_hz: int
    channels: int
    frames: int
    container: str
    subtype: str
    endian: str

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.frames / self.sample_rate_hz


@dataclass(frozen=True)
class Rendered:
    """What became of one file."""

    source: Path
    output: Path
    format: AudioFormat
    peak: float
    overs: int

    @property
    def peak_dbfs(self) -> float:
        """Sample peak of the output before any clipping, in dBFS."""
        return float(20 * np.log10(max(self.peak, 1e-12)))


def probe(path: Path) -> AudioFormat:
    """Read a file's format. Raises `AudioFileError` where it is missing, no audio, empty or truncated."""
    with _opened(path) as file:
        found = AudioFormat(file.samplerate, file.channels, file.frames, file.format, file.subtype, file.endian)
    if found.frames == 0:
        raise AudioFileError(f"{path}: there is no audio in it")
    problem = check_wav_complete(path) if found.container in ("WAV", "WAVEX", "RF64") else None
    if problem:
        raise AudioFileError(f"{path}: {problem}")
    return found


def blocks(path: Path, form: AudioFormat, frames: int = BLOCK_FRAMES) -> Iterator[NDArray[np.floating]]:
    """Yield a file's audio as (frames, channels) blocks of float32 (float64 for 32-bit and double files).

    Raises `AudioFileError` where a sample is not finite or the file ends early.
    """
    dtype = "float64" if form.subtype in _WIDE_SUBTYPES else "float32"
    position = 0
    with _opened(path) as file:
        while position < form.frames:
            try:
                block = file.read(frames, dtype=dtype, always_2d=True)
            except soundfile.LibsndfileError as error:
                raise AudioFileError(
                    f"{path}: cannot be decoded after {_at(position, form)} ({error.error_string})"
                ) from None
            if len(block) == 0:
                raise AudioFileError(
                    f"{path}: ends after {_at(position, form)} of {form.duration_s:.2f} s; it is truncated"
                )
            bad = ~np.isfinite(block)
            if bad.any():
                first = position + int(np.argmax(bad.any(axis=1)))
                raise AudioFileError(
                    f"{path}: {int(bad.sum())} samples are not finite, the first at {_at(first, form)}"
                )
            position += len(block)
            yield block


def render_file(
    source: Path,
    output: Path,
    renderer: Renderer,
    form: AudioFormat,
    automation: Moves | None = None,
    gain_db: float = 0.0,
    overwrite: bool = False,
    progress: Callable[[int], None] = lambda frames: None,
) -> Rendered:
    """Render one file through a renderer that stands at the start of a stream.

    The output has the input's sample rate, channels, container and sample format; PCM up to 24 bits is dithered (TPDF)
    where the audio was changed. It appears under its name only when complete; the input is never written to.

    Raises
    ------
    AudioFileError
        Unreadable input, samples that are not finite, an output that exists or cannot be written.
    """
    quantiser = quantiser_for(form.subtype)
    gain = 10 ** (gain_db / 20)
    peak, overs = 0.0, 0
    with replacing(output, source, overwrite) as partial:
        try:
            with soundfile.SoundFile(
                partial, "w", form.sample_rate_hz, form.channels, form.subtype, form.endian, form.container
            ) as file:
                for block in blocks(source, form):
                    wet = renderer.process(block, automation=automation)
                    if gain != 1.0:
                        wet *= block.dtype.type(gain)
                    level = np.abs(wet)
                    peak = max(peak, float(level.max()))
                    overs += int((level > 1.0).sum())
                    # What was not changed needs no dither: it stands on the format's steps already.
                    file.write(wet if quantiser is None else quantiser(wet, dither=not np.array_equal(wet, block)))
                    progress(len(block))
        except soundfile.LibsndfileError as error:
            raise AudioFileError(f"{output}: cannot be written ({error.error_string})") from None
    return Rendered(source, output, form, peak, overs)


@contextmanager
def replacing(output: Path, source: Path | None = None, overwrite: bool = False) -> Iterator[Path]:
    """Give a temporary path beside `output` to write to; move it there on success, remove it on any failure."""
    if source is not None and output.exists() and source.exists() and output.samefile(source):
        raise AudioFileError(f"{output}: is the input itself, which is never overwritten; choose another --out")
    if output.exists() and not overwrite:
        raise AudioFileError(f"{output}: exists already; use --overwrite to replace it")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{output.stem}.", suffix=f".partial{output.suffix}", dir=output.parent)
    except OSError as error:
        raise AudioFileError(f"{output}: cannot be written ({error.strerror})") from None
    os.close(handle)
    partial = Path(name)
    try:
        yield partial
        partial.chmod(0o666 & ~_umask())
        partial.replace(output)
    except OSError as error:
        raise AudioFileError(f"{output}: cannot be written ({error.strerror or error})") from None
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _opened(path: Path) -> Iterator[soundfile.SoundFile]:
    if not path.exists():
        raise AudioFileError(f"{path}: there is no such file")
    if path.is_dir():
        raise AudioFileError(f"{path}: is a folder, not an audio file")
    if path.stat().st_size == 0:
        raise AudioFileError(f"{path}: the file is empty")
    try:
        file = soundfile.SoundFile(path)
    except soundfile.LibsndfileError as error:
        raise AudioFileError(f"{path}: is not audio that can be read ({error.error_string.rstrip('.')})") from None
    except OSError as error:
        raise AudioFileError(f"{path}: cannot be read ({error.strerror})") from None
    with file:
        yield file


def _at(frame: int, form: AudioFormat) -> str:
    return f"{frame / form.sample_rate_hz:.2f} s"


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
