"""The frames of an MP3, counted: its length is that, and not what its bit rate or a header lets one guess.

Frame header: ISO/IEC 11172-3, 2.4.2.3, and 13818-3; the Xing header as G. Saroshi's and LAME's documentation give it.
libsndfile takes the length from the Xing header and, without one, guesses it from the first frame's bit rate, which is
wrong wherever the rate varies. So a stream without a count, or with one that is too small, is read behind one frame of
ours that has the right one.
"""

from __future__ import annotations

import functools
import io
import mmap
import os
import struct
from dataclasses import dataclass
from pathlib import Path

_KBPS = {  # (version 1, layer): by the header's index
    (True, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES_HZ = (44_100, 48_000, 32_000)
_JUNK = 1 << 16  # bytes that may stand between a tag and the first frame
_SAME_STREAM = 0xFFFE0C00  # version, layer and sample rate: what does not change from frame to frame
_OUR_BIT_RATE = 9 << 12  # 128 or 80 kbit/s: a frame long enough for the count


@functools.lru_cache(maxsize=4096)
def _frame(header: int) -> tuple[int, int] | None:
    """Bytes and samples of the frame with this header; None where it is none."""
    version, layer = header >> 19 & 3, 4 - (header >> 17 & 3)
    rate_index, kbps_index = header >> 10 & 3, header >> 12 & 15
    if header >> 21 != 0x7FF or version == 1 or layer == 4 or rate_index == 3 or kbps_index in (0, 15):
        return None
    first = version == 3
    rate = _RATES_HZ[rate_index] >> (0 if first else 1 if version == 2 else 2)
    kbps, padding = _KBPS[first, layer][kbps_index], header >> 9 & 1
    if layer == 1:
        return (12_000 * kbps // rate + padding) * 4, 384
    samples = 1152 if first or layer == 2 else 576
    return samples * 125 * kbps // rate + padding, samples


@dataclass(frozen=True)
class Mp3Stream:
    """What the frames of a file tell.

    Parameters
    ----------
    start : int
        Where the first frame of audio stands, in bytes.
    header : int
        The header of that frame.
    frames, audio_bytes : int
        Whole frames of audio, and the bytes that they take.
    samples : int
        What they decode to, for each channel, delay and padding of the encoder included.
    said_frames : int or None
        The count in the Xing header, where there is one.
    """

    start: int
    header: int
    frames: int
    audio_bytes: int
    samples: int
    said_frames: int | None

    @classmethod
    def scan(cls, path: Path) -> Mp3Stream | None:
        """Count the frames of a file; None where it is no MPEG audio."""
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            return _scan(path, status.st_size, status.st_mtime_ns) if status.st_size >= 4 else None

    @property
    def missing_frames(self) -> int:
        """Frames that its header counts and that are not there; some encoders count that header, too."""
        missing = (self.said_frames or 0) - self.frames
        return missing if missing > 1 else 0

    @property
    def needs_count(self) -> bool:
        """Whether libsndfile would take it for another length than it has."""
        return self.said_frames != self.frames

    @property
    def bit_rate_kbps(self) -> float:
        """Mean bit rate of the audio, tags and covers left out."""
        _, samples = _frame(self.header) or (0, 1152)
        rate = _RATES_HZ[self.header >> 10 & 3] >> {3: 0, 2: 1, 0: 2}[self.header >> 19 & 3]
        return self.audio_bytes * 8e-3 * rate / max(self.frames * samples, 1)

    def counted(self, path: Path) -> io.BufferedReader:
        """The file from its first frame of audio on, behind a frame that counts the frames rightly."""
        size = path.stat().st_size - self.start
        return io.BufferedReader(_Prefixed(_count_frame(self.header, self.frames, size), path, self.start))


@functools.lru_cache(maxsize=8)
def _scan(path: Path, size: int, _changed_ns: int) -> Mp3Stream | None:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        position = _first_frame(data, _behind_id3(data))
        if position < 0:
            return None
        header = int.from_bytes(data[position : position + 4], "big")
        said = _said(data, position, header)
        if said is not None:
            position += (_frame(header) or (4, 0))[0]
        start, frames, samples, taken = position, 0, 0, 0
        kind = header & _SAME_STREAM
        while position + 4 <= size:
            found = int.from_bytes(data[position : position + 4], "big")
            form = _frame(found) if found & _SAME_STREAM == kind else None
            if form is None:
                if data[position : position + 3] == b"TAG" and size - position <= 128:
                    break
                position = _resync(data, position + 1, kind)
                if position < 0:
                    break
                continue
            if position + form[0] > size:
                break
            frames, samples, taken = frames + 1, samples + form[1], taken + form[0]
            position += form[0]
        return Mp3Stream(start, header, frames, taken, samples, said)


def _behind_id3(data: mmap.mmap) -> int:
    position = 0
    while data[position : position + 3] == b"ID3" and len(data) >= position + 10:
        flags, size = data[position + 5], data[position + 6 : position + 10]
        position += 10 + sum(byte << shift for byte, shift in zip(size, (21, 14, 7, 0), strict=True))
        position += 10 if flags & 0x10 else 0
    return position


def _first_frame(data: mmap.mmap, position: int) -> int:
    """The first place, near `position`, of a frame that another of its kind (or the end) follows; −1: nowhere."""
    last = min(position + _JUNK, len(data) - 4)
    while 0 <= position <= last:
        header = int.from_bytes(data[position : position + 4], "big")
        form = _frame(header)
        if form is not None:
            following = int.from_bytes(data[position + form[0] : position + form[0] + 4], "big")
            ends = position + form[0] >= len(data) - 4
            if ends or (_frame(following) is not None and following & _SAME_STREAM == header & _SAME_STREAM):
                return position
        position = data.find(b"\xff", position + 1)
    return -1


def _resync(data: mmap.mmap, position: int, kind: int) -> int:
    """The next frame of a kind that another one follows, behind tags or damage; −1: none."""
    while (position := data.find(b"\xff", position)) >= 0:
        header = int.from_bytes(data[position : position + 4], "big")
        form = _frame(header) if header & _SAME_STREAM == kind else None
        if form is not None:
            after = position + form[0]
            following = int.from_bytes(data[after : after + 4], "big")
            if after >= len(data) or following & _SAME_STREAM == kind:
                return position
        position += 1
    return -1


def _side_info(header: int) -> int:
    """Bytes between a frame's header and where a Xing header stands."""
    first, mono = header >> 19 & 3 == 3, header >> 6 & 3 == 3
    return (17 if mono else 32) if first else (9 if mono else 17)


def _said(data: mmap.mmap, position: int, header: int) -> int | None:
    """The count in a frame's Xing or VBRI header; 0 where such a frame holds none, None where it is no such frame."""
    at = position + 4 + _side_info(header)
    if data[at : at + 4] in (b"Xing", b"Info"):
        flags, count = struct.unpack(">2I", data[at + 4 : at + 12])
        return int(count) if flags & 1 else 0
    if data[position + 36 : position + 40] == b"VBRI":
        return int.from_bytes(data[position + 50 : position + 54], "big")
    return None


def _count_frame(like: int, frames: int, following_bytes: int) -> bytes:
    """A silent frame with an Info header: the frames behind it, and the bytes of them and of itself."""
    header = (like & ~0xF200 | _OUR_BIT_RATE) | 1 << 16  # no padding, no checksum
    length, _ = _frame(header) or (0, 0)
    body = struct.pack(">I", header) + bytes(_side_info(header))
    body += b"Info" + struct.pack(">3I", 3, frames, (length + following_bytes) & 0xFFFFFFFF)
    return body.ljust(length, b"\0")


class _Prefixed(io.RawIOBase):
    """Some bytes, and behind them a file from `start` on."""

    def __init__(self, prefix: bytes, path: Path, start: int) -> None:
        self._prefix, self._file, self._start = prefix, path.open("rb"), start
        self._position = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """The position, from the start of the prefix."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Seek as in any file."""
        if whence == os.SEEK_END:
            end = self._file.seek(0, os.SEEK_END) - self._start + len(self._prefix)
            self._position = end + offset
        else:
            self._position = offset + (self._position if whence == os.SEEK_CUR else 0)
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read into a buffer; the number of bytes."""
        if self._position < len(self._prefix):
            piece = self._prefix[self._position : self._position + len(buffer)]
        else:
            self._file.seek(self._start + self._position - len(self._prefix))
            piece = self._file.read(len(buffer))
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()
