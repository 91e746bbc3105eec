"""Where libsndfile writes: a file of ours behind a reserved head, whose errors are kept as the system gave them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import soundfile

from .errors import AudioFileError
from .formats import AudioFormat

_BUFFER_BYTES = 1 << 18


class _Sink:
    """The part of a file behind its first `reserved` bytes, as a file object for libsndfile.

    libsndfile takes an error of the disk for a short write and tells nothing of its cause; here the cause is kept.
    """

    def __init__(self, file: BinaryIO, reserved: int) -> None:
        self._file, self._reserved = file, reserved
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            return self._file.write(data)
        except OSError as error:
            self.error = self.error or error
            return 0

    def seek(self, position: int, whence: int = 0) -> int:
        try:
            return self._file.seek(position + (self._reserved if whence == 0 else 0), whence) - self._reserved
        except OSError as error:
            self.error = self.error or error
            return -1

    def tell(self) -> int:
        return self._file.tell() - self._reserved

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def flush(self) -> None:
        """Nothing: what is buffered is written when the file is closed."""


@contextmanager
def writing(path: Path, form: AudioFormat, name: Path, reserved: int = 0) -> Iterator[soundfile.SoundFile]:
    """Write audio of `form` to `path`, an empty file, leaving its first `reserved` bytes free.

    Parameters
    ----------
    name : Path
        What errors call the file.

    Raises
    ------
    OSError
        The disk is full, gone, or read-only.
    AudioFileError
        libsndfile cannot write this format.
    """
    with path.open("r+b", buffering=_BUFFER_BYTES) as raw:
        if reserved:
            raw.write(bytes(reserved))
        sink = _Sink(raw, reserved)
        try:
            with soundfile.SoundFile(
                sink, "w", form.sample_rate_hz, form.channels, form.subtype, form.endian, form.container
            ) as file:
                yield file
        except (soundfile.LibsndfileError, AssertionError) as error:  # soundfile asserts that all was written
            if sink.error is not None:
                raise sink.error from None
            cause = error.error_string if isinstance(error, soundfile.LibsndfileError) else "the encoder stopped"
            raise AudioFileError(f"{name}: {form.name} cannot be written ({cause.rstrip('.')})") from None
        if sink.error is not None:
            raise sink.error
