"""Writing audio with libsndfile after a reserved head, with the operating system's own error messages."""

from __future__ import annotations

import filecmp
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import soundfile

from .containers import put_sizes, same_stream
from .errors import AudioFileError
from .ffmpeg import WRITTEN, FFmpegSink, MissingFFmpeg
from .formats import AudioFormat
from .lossy import encoder_settings, lossy_kbps
from .reading import OPENING
from .whole import whole

_BUFFER_BYTES = 1 << 18
_PROBE_BYTES = 1 << 16
_SYSTEM_ERROR = 2  # SFE_SYSTEM: of libsndfile's errors the one that is the system's
#: Containers that libsndfile writes behind something else in a file that is open already.
_EMBEDDED = frozenset({"WAV", "WAVEX", "AIFF"})


@contextmanager
def writing(
    path: Path, form: AudioFormat, name: Path, reserved: int = 0, metadata: Mapping[str, str] | None = None
) -> Iterator[soundfile.SoundFile | FFmpegSink]:
    """Write audio of `form` to `path`, an empty file, leaving its first `reserved` bytes free.

    Parameters
    ----------
    name : Path
        What errors call the file.
    metadata : mapping or None
        What a Matroska file says; the others get their tags when they are written.

    Raises
    ------
    OSError
        The disk is full, gone, or read-only.
    AudioFileError
        Neither libsndfile nor FFmpeg can write this format.
    """
    if form.container in WRITTEN:
        with _by_ffmpeg(path, form, name, dict(metadata or {})) as encoder:
            yield encoder
        return
    with path.open("r+b", buffering=_BUFFER_BYTES) as raw:
        raw.write(bytes(reserved))
        raw.flush()
        offset = _OffsetFile(raw, reserved) if reserved and form.container not in _EMBEDDED else None
        sink: Any = raw.fileno() if offset is None else offset
        try:
            shape = (form.sample_rate_hz, form.channels, form.subtype, form.endian, form.container)
            with OPENING:
                file = soundfile.SoundFile(sink, "w", *shape, closefd=False, **encoder_settings(form))
            with file:
                yield file
        except (soundfile.LibsndfileError, AssertionError) as error:  # soundfile asserts that all was written
            if offset is None:
                _raise_what_the_system_says(raw.fileno())
            elif offset.error is not None:
                raise offset.error from None
            if isinstance(error, soundfile.LibsndfileError) and error.code != _SYSTEM_ERROR:
                raise AudioFileError(
                    f"{name}: {form.name} cannot be written ({error.error_string.rstrip('.')})"
                ) from None
            # Another process may have given room in the meantime.
            raise AudioFileError(f"{name}: cannot be written (the disk was full for a moment, or failed)") from None
        if offset is not None and offset.error is not None:
            raise offset.error


@contextmanager
def _by_ffmpeg(path: Path, form: AudioFormat, name: Path, metadata: dict[str, str]) -> Iterator[FFmpegSink]:
    try:
        shape = (form.container, form.subtype, form.sample_rate_hz, form.channels)
        sink = FFmpegSink(path, *shape, form.mask, lossy_kbps(form), metadata)
    except MissingFFmpeg:
        how = "is written with FFmpeg's libraries: pip install 'semeq[av]'"
        raise AudioFileError(f"{name}: {form.name} {how}") from None
    except RuntimeError as error:
        what = f"{form.name} of {form.channels} channels at {form.sample_rate_hz} Hz"
        raise AudioFileError(f"{name}: {what} cannot be written ({error})") from None
    with sink:
        yield sink


@dataclass
class PcmSink:
    """A file to which PCM is written as it shall lie there.

    Parameters
    ----------
    descriptor : int
    peaks : sequence of (float, int)
        Of floats, to be set before the file ends: for every channel the largest magnitude and its first frame.
    """

    descriptor: int
    peaks: Sequence[tuple[float, int]] = ()


@contextmanager
def writing_pcm(path: Path, form: AudioFormat, name: Path, reserved: int = 0) -> Iterator[PcmSink]:
    """Write a WAV file as `writing` does, but for its audio: the caller writes its bytes, as they shall lie there."""
    with writing(path, form, name, reserved):
        pass  # a head with nothing behind it
    with path.open("r+b", buffering=0) as file:
        start = file.seek(0, os.SEEK_END)
        sink = PcmSink(file.fileno())
        yield sink
        put_sizes(file, reserved, start, file.seek(0, os.SEEK_END) - start, form.frames, sink.peaks)


def _raise_what_the_system_says(handle: int) -> None:
    """Write some more: where the disk is full or gone the system says so, which libsndfile does not."""
    os.lseek(handle, 0, os.SEEK_END)
    os.write(handle, bytes(_PROBE_BYTES))


class _OffsetFile:
    """The part of a file behind its first `reserved` bytes, as a file object for libsndfile.

    What is raised in its calls cannot pass through libsndfile; it is kept, and the call fails.
    """

    def __init__(self, file: BinaryIO, reserved: int) -> None:
        self._file, self._reserved = file, reserved
        self.error: BaseException | None = None

    def write(self, data: bytes) -> int:
        """Write; 0 where that fails."""
        try:
            return self._file.write(data)
        except BaseException as error:
            self.error = self.error or error
            return 0

    def seek(self, position: int, whence: int = 0) -> int:
        """Seek as in a file that begins behind the reserved bytes; −1 where that fails."""
        try:
            return self._file.seek(position + (self._reserved if whence == 0 else 0), whence) - self._reserved
        except BaseException as error:
            self.error = self.error or error
            return -1

    def tell(self) -> int:
        """The position behind the reserved bytes."""
        return self._file.tell() - self._reserved

    def read(self, size: int = -1) -> bytes:
        """Read, for libsndfile looks at what it wrote."""
        return self._file.read(size)


def refuse_existing(output: Path, source: Path | None = None, overwrite: bool = False) -> None:
    """Raise `AudioFileError` where `output` is the input itself, or exists and is not to be replaced."""
    with _explained(output):
        if source is not None and output.exists() and source.exists() and output.samefile(source):
            raise AudioFileError(f"{output}: is the input itself, which is never overwritten; choose another --out")
        if os.path.lexists(output) and not overwrite:
            raise AudioFileError(f"{output}: exists already; use --overwrite to replace it")


@contextmanager
def replacing(
    output: Path, source: Path | None = None, overwrite: bool = False, compare: bool = False
) -> Iterator[Path]:
    """`whole` for audio: a temporary path beside `output` to write to. Every fault is an `AudioFileError`.

    An `output` that exists is refused at once where `overwrite` is not set; with `compare`, or where another process
    wrote it meanwhile, only if it is not equal to the new file.
    """
    refuse_existing(output, source, overwrite or compare)
    with _explained(output), whole(output, overwrite, _same_audio) as partial:
        yield partial


def _same_audio(one: Path, two: Path) -> bool:
    return filecmp.cmp(one, two, shallow=False) or same_stream(one, two)


@contextmanager
def _explained(output: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise AudioFileError(f"{output}: was written by another process meanwhile; it is left as it is") from None
    except OSError as error:
        raise AudioFileError(f"{output}: cannot be written ({error.strerror or error})") from None
