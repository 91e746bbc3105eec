"""Reading audio files: what they are, and their samples, streamed in constant memory."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from semeq.eq import MAX_CHANNELS

from .containers import Mp3Stream, channel_mask, check_complete, pcm_start
from .errors import AudioFileError
from .ffmpeg import FFmpegSource, MissingFFmpeg, reads
from .formats import FLOATS, LOSSY, OTHER_AUDIO, WIDE, AudioFormat
from .lossy import bit_rate_kbps

BLOCK_FRAMES = 65_536
_SMALL_FRAMES = 1024
_BLOCK_SAMPLES = 131_072  # of all channels together: bounds the memory, whatever their number
#: What the engine takes for audio at all; beyond, it plays silence.
LOUDEST = 1e12
_SAMPLE_RATES_HZ = (1_000, 1_000_000)  # what the engine takes

#: libsndfile keeps the cause of a failed opening for the whole process, not for a thread.
OPENING = threading.Lock()
#: Bits of the sample formats that are filtered byte for byte.
PLAIN_PCM = {"PCM_16": 16, "PCM_24": 24, "PCM_32": 32, "FLOAT": 32}

Audio = NDArray[np.floating]


def name_of(path: Path) -> bytes | str:
    """A path as soundfile opens any: it refuses strings for names that are no text."""
    return os.fsencode(path) if os.name == "posix" else str(path)


def probe(path: Path) -> AudioFormat:
    """Read a file's format. Raises `AudioFileError` where it is missing, no audio, empty or truncated."""
    with opened(path) as file:
        found = AudioFormat(file.samplerate, file.channels, file.frames, file.format, file.subtype, file.endian)
        stream = file.stream if isinstance(file, FFmpegSource) else None
    if found.frames <= 0:
        raise AudioFileError(f"{path}: there is no audio in it")
    if found.channels > MAX_CHANNELS:
        raise AudioFileError(f"{path}: has {found.channels} channels; semeq renders 1 to {MAX_CHANNELS}")
    if not _SAMPLE_RATES_HZ[0] <= found.sample_rate_hz <= _SAMPLE_RATES_HZ[1]:
        raise AudioFileError(f"{path}: has a sample rate of {found.sample_rate_hz} Hz, outside 1 kHz to 1 MHz")
    if stream is not None:
        if stream.truncated:
            raise AudioFileError(f"{path}: is truncated: {found.duration_s:.2f} s of it can be decoded")
        return replace(found, mask=stream.mask, bit_rate_kbps=stream.bit_rate_kbps if found.subtype in LOSSY else None)
    problem = check_complete(path, found.container)
    if problem:
        raise AudioFileError(f"{path}: {problem}")
    mask = channel_mask(path, found.container)
    return replace(found, mask=mask, bit_rate_kbps=bit_rate_kbps(path, found))


def check_end(path: Path, form: AudioFormat) -> None:
    """Raise `AudioFileError` where the last frame of a file cannot be decoded, though its header promises it."""
    with opened(path) as file:
        try:
            file.seek(form.frames - 1)
            last = file.read(1, dtype="float32", always_2d=True)
        except (soundfile.LibsndfileError, RuntimeError):
            last = ()
    if not len(last):
        raise AudioFileError(f"{path}: is truncated: its end cannot be decoded")


def block_frames(channels: int) -> int:
    """Frames of a block, so that memory does not grow with the number of channels."""
    return max(1, min(BLOCK_FRAMES, _BLOCK_SAMPLES // channels))


def blocks(path: Path, form: AudioFormat, frames: int | None = None) -> Iterator[Audio]:
    """Yield a file's audio as (frames, channels) blocks of float32 (float64 for 32-bit and double files).

    Raises `AudioFileError` where a sample is not finite or the file ends early.
    """
    frames = frames or block_frames(form.channels)
    dtype = "float64" if form.subtype in WIDE else "float32"
    position = 0
    with opened(path) as file:
        while position < form.frames:
            try:
                block = file.read(min(frames, form.frames - position), dtype=dtype, always_2d=True)
            except (soundfile.LibsndfileError, RuntimeError) as error:
                cause = error.error_string if isinstance(error, soundfile.LibsndfileError) else str(error)
                reached = position + _good_frames(path, position, frames)
                raise AudioFileError(
                    f"{path}: cannot be decoded after {_at(reached, form)} ({cause.rstrip('.')})"
                ) from None
            if len(block) == 0:
                raise AudioFileError(
                    f"{path}: ends after {_at(position, form)} of {form.duration_s:.2f} s; it is truncated"
                )
            # A sum is finite only if all of its terms are; it can overflow when they are, so that is only a hint.
            if not np.isfinite(block.sum()) and not (good := np.isfinite(block)).all():
                first = position + int(np.argmax(~good.all(axis=1)))
                raise AudioFileError(
                    f"{path}: {int((~good).sum())} samples are not finite, the first at {_at(first, form)}"
                )
            if form.subtype in FLOATS and (loudest := max(float(block.max()), -float(block.min()))) > LOUDEST:
                first = position + int(np.argmax(np.abs(block).max(axis=1) > LOUDEST))
                raise AudioFileError(
                    f"{path}: a sample of {loudest:.2g} at {_at(first, form)} is no audio (more than 240 dB over full "
                    "scale)"
                )
            position += len(block)
            yield block


def pcm_at(path: Path, form: AudioFormat) -> int | None:
    """The byte at which the PCM of a WAV file of 16, 24 or 32 bits begins; None for any other file."""
    if form.container not in ("WAV", "WAVEX", "RF64") or form.subtype not in PLAIN_PCM:
        return None
    return pcm_start(path, form.frames, form.channels, PLAIN_PCM[form.subtype], form.subtype in FLOATS)


def what_is_wrong(path: Path, form: AudioFormat) -> AudioFileError:
    """What to raise where a file could not be read to its end: it is read once more, to say why."""
    try:
        for _ in blocks(path, form):
            pass
    except AudioFileError as error:
        return error
    return AudioFileError(f"{path}: was changed while it was read")


@contextlib.contextmanager
def opened(path: Path) -> Iterator[soundfile.SoundFile | FFmpegSource]:
    """Open a file to read from it: an MP3 that does not count its frames rightly, behind a count of ours.

    What libsndfile does not know is opened with FFmpeg's libraries, where they are there.

    Raises `AudioFileError` where it is missing or no audio.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        what = "is a link to a file that is not there" if path.is_symlink() else "there is no such file"
        raise AudioFileError(f"{path}: {what}") from None
    except (OSError, ValueError) as error:
        raise AudioFileError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from None
    if stat.S_ISDIR(status.st_mode):
        raise AudioFileError(f"{path}: is a folder, not an audio file")
    if not stat.S_ISREG(status.st_mode):
        raise AudioFileError(f"{path}: is a pipe or device, not an audio file")
    if status.st_size == 0:
        raise AudioFileError(f"{path}: the file is empty")
    try:
        path.open("rb").close()  # libsndfile says "System error" where this says why
        source = _source(path)
        with OPENING:
            file = soundfile.SoundFile(source)
    except soundfile.LibsndfileError as error:
        file = source = _by_ffmpeg(path, error.error_string.rstrip("."))
    except OSError as error:
        raise AudioFileError(f"{path}: cannot be read ({error.strerror})") from None
    except (TypeError, ValueError):  # soundfile, of a suffix that needs more than a name, such as .raw
        raise AudioFileError(
            f"{path}: is not audio that can be read (raw samples say nothing of their format)"
        ) from None
    with file, contextlib.closing(source) if isinstance(source, io.IOBase) else contextlib.nullcontext():
        yield file


def _by_ffmpeg(path: Path, why: str) -> FFmpegSource:
    """Open what libsndfile refused, saying `why`. Raises `AudioFileError`."""
    try:
        if reads(path):
            return FFmpegSource(path)
    except MissingFFmpeg:
        if path.suffix.lower() in OTHER_AUDIO:
            raise AudioFileError(
                f"{path}: is read with FFmpeg's libraries: pip install 'semeq[av]', or stream it: "
                "ffmpeg -i … -f wav - | semeq process -"
            ) from None
    except RuntimeError as error:
        why = str(error)
    raise AudioFileError(f"{path}: is not audio that can be read ({why})") from None


def _good_frames(path: Path, position: int, frames: int) -> int:
    """How many of `frames` from `position` on can be decoded: a block that fails tells no more than that it does."""
    good = 0
    with opened(path) as file, contextlib.suppress(soundfile.LibsndfileError, RuntimeError):
        file.seek(position)
        while good < frames and (read := len(file.read(_SMALL_FRAMES, dtype="float32", always_2d=True))):
            good += read
    return good


def _source(path: Path) -> Any:
    """What to open: the file by its name, or an MP3 stream behind the count of its frames."""
    with path.open("rb") as file:
        start = file.read(3)
    if start == b"ID3" or start[:1] == b"\xff":
        stream = Mp3Stream.scan(path)
        if stream is not None and stream.needs_count and not stream.missing_frames:
            return stream.counted(path)
    return name_of(path)


def _at(frame: int, form: AudioFormat) -> str:
    return f"{frame / form.sample_rate_hz:.2f} s"
