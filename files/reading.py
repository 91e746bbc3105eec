"""Reading audio files: what they are, and their samples, streamed in constant memory."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from semeq.eq import MAX_CHANNELS

from .errors import AudioFileError
from .formats import WIDE, AudioFormat
from .wav import check_wav_complete

BLOCK_FRAMES = 65_536
_BLOCK_SAMPLES = 131_072  # of all channels together: bounds the memory, whatever their number
_SAMPLE_RATES_HZ = (1_000, 1_000_000)  # what the engine takes

Audio = NDArray[np.floating]


def name_of(path: Path) -> bytes | str:
    """A path as soundfile opens any: it refuses strings for names that are no text."""
    return os.fsencode(path) if os.name == "posix" else str(path)


def probe(path: Path) -> AudioFormat:
    """Read a file's format. Raises `AudioFileError` where it is missing, no audio, empty or truncated."""
    with _opened(path) as file:
        found = AudioFormat(file.samplerate, file.channels, file.frames, file.format, file.subtype, file.endian)
    if found.frames <= 0:
        raise AudioFileError(f"{path}: there is no audio in it")
    if found.channels > MAX_CHANNELS:
        raise AudioFileError(f"{path}: has {found.channels} channels; semeq renders 1 to {MAX_CHANNELS}")
    if not _SAMPLE_RATES_HZ[0] <= found.sample_rate_hz <= _SAMPLE_RATES_HZ[1]:
        raise AudioFileError(f"{path}: has a sample rate of {found.sample_rate_hz} Hz, outside 1 kHz to 1 MHz")
    problem = check_wav_complete(path) if found.container in ("WAV", "WAVEX", "RF64") else None
    if problem:
        raise AudioFileError(f"{path}: {problem}")
    return found


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
    with _opened(path) as file:
        while position < form.frames:
            try:
                block = file.read(min(frames, form.frames - position), dtype=dtype, always_2d=True)
            except (soundfile.LibsndfileError, RuntimeError) as error:
                cause = error.error_string if isinstance(error, soundfile.LibsndfileError) else str(error)
                raise AudioFileError(
                    f"{path}: cannot be decoded after {_at(position, form)} ({cause.rstrip('.')})"
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
            position += len(block)
            yield block


@contextmanager
def _opened(path: Path) -> Iterator[soundfile.SoundFile]:
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
        file = soundfile.SoundFile(name_of(path))
    except soundfile.LibsndfileError as error:
        raise AudioFileError(f"{path}: is not audio that can be read ({error.error_string.rstrip('.')})") from None
    except OSError as error:
        raise AudioFileError(f"{path}: cannot be read ({error.strerror})") from None
    except (TypeError, ValueError):  # soundfile, of a suffix that needs more than a name, such as .raw
        raise AudioFileError(
            f"{path}: is not audio that can be read (raw samples say nothing of their format)"
        ) from None
    with file:
        yield file


def _at(frame: int, form: AudioFormat) -> str:
    return f"{frame / form.sample_rate_hz:.2f} s"
