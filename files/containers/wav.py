"""A look at RIFF/WAVE headers, for what libsndfile forgives in silence: a file that was cut short."""

from __future__ import annotations

import struct
from pathlib import Path

_UNKNOWN_SIZE = {0, 0xFFFFFFFF, 0x7FFFFFFF}  # what programs write that stream a WAV into a pipe


def check_wav_complete(path: Path) -> str | None:
    """Say in a phrase how a WAV or RF64 file is truncated; None where it is whole or says nothing of its size."""
    size = path.stat().st_size
    wide: int | None = None
    with path.open("rb") as file:
        head = file.read(12)
        if len(head) < 12 or head[:4] not in (b"RIFF", b"RF64") or head[8:] != b"WAVE":
            return None
        while len(header := file.read(8)) == 8:
            name, length = struct.unpack("<4sI", header)
            if name == b"ds64":
                body = file.read(length)
                wide = struct.unpack_from("<Q", body, 8)[0] if len(body) >= 16 else None
                continue
            if name == b"data":
                expected = wide if wide is not None and length == 0xFFFFFFFF else length
                present = size - file.tell()
                if expected in _UNKNOWN_SIZE or present >= expected:
                    return None
                return f"is truncated: {present} of {expected} bytes of audio are there"
            file.seek(length + (length & 1), 1)
    return "is truncated: it ends before the audio"
