"""RIFF/WAVE headers: what libsndfile forgives in silence, a file that was cut short; where plain PCM lies."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_IN_DS64 = 0xFFFFFFFF
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
                expected = wide if wide is not None and length == _IN_DS64 else length
                present = size - file.tell()
                if expected in _UNKNOWN_SIZE or present >= expected:
                    return None
                return f"is truncated: {present} of {expected} bytes of audio are there"
            file.seek(length + (length & 1), 1)
    return "is truncated: it ends before the audio"


def pcm_start(path: Path, frames: int, channels: int, bits: int, floating: bool) -> int | None:
    """The byte at which `frames` frames of little-endian PCM begin; None where a WAV file holds anything else."""
    plain, wanted, size = False, _FLOAT if floating else _PCM, frames * channels * bits // 8
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] not in (b"RIFF", b"RF64") or head[8:] != b"WAVE":
            return None
        wide = -1
        while len(header := file.read(8)) == 8:
            name, length = struct.unpack("<4sI", header)
            if name == b"data":
                return file.tell() if plain and size == (wide if length == _IN_DS64 else length) else None
            if name == b"fmt " and 16 <= length < 1 << 12:
                body = file.read(length + (length & 1))
                if len(body) < length:
                    return None
                tag, there, _, _, align, width = struct.unpack_from("<HHIIHH", body)
                if tag == _EXTENSIBLE and length >= 26:
                    (tag,) = struct.unpack_from("<H", body, 24)
                plain = (tag, there, align, width) == (wanted, channels, channels * bits // 8, bits)
                continue
            if name == b"ds64" and 16 <= length < 1 << 12:
                wide = struct.unpack_from("<Q", file.read(length + (length & 1)), 8)[0]
                continue
            file.seek(length + (length & 1), 1)
    return None


def put_sizes(
    file: BinaryIO, reserved: int, start: int, size: int, frames: int, peaks: Sequence[tuple[float, int]]
) -> None:
    """Complete a file whose RIFF header lies behind `reserved` bytes, whose `size` bytes of audio begin at `start`.

    `peaks`: of every channel the largest magnitude and its first frame, where the file has a place for them.
    """

    def put(at: int, content: bytes) -> None:
        file.seek(at)
        file.write(content)

    if size & 1:
        put(start + size, b"\0")
    whole = start - reserved + size + (size & 1) - 8
    file.seek(reserved)
    if file.read(4) == b"RF64":
        put(reserved + 20, struct.pack("<QQQ", whole, size, frames))  # behind the head of ds64, the first chunk
    else:
        put(reserved + 4, struct.pack("<I", whole))
        put(start - 4, struct.pack("<I", size))
    # Just before the audio, where they are: the largest samples, and before them the number of frames.
    end, length = start - 8, 16 + 8 * len(peaks)
    file.seek(end - length)
    if peaks and file.read(4) == b"PEAK":
        put(end - 8 * len(peaks), b"".join(struct.pack("<fI", *peak) for peak in peaks))
        end -= length
    file.seek(end - 12)
    if file.read(4) == b"fact":
        put(end - 4, struct.pack("<I", frames))
