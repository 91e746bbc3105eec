"""Ogg pages, as far as ends, bit rates and telling two files apart need them. Layout: RFC 3533, section 6."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import BinaryIO

_HEADER = 27
_FLAGS = 5
_SERIAL, _CHECKSUM = slice(14, 18), slice(22, 26)
_END_OF_STREAM = 4
_LARGEST_PAGE = 27 + 255 + 255 * 255
_VORBIS_ID = b"\x01vorbis"


def same_stream(one: Path, two: Path) -> bool:
    """Whether two Ogg files hold the same pages but for the serial number, which encoders draw by chance."""
    with one.open("rb") as first, two.open("rb") as second:
        return all(a == b and a is not None for a, b in zip_longest(_pages(first), _pages(second)))


def ends_its_stream(path: Path) -> bool:
    """Whether the last page of a file is complete and marked as the end of its stream. What follows it is no matter."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 2 * _LARGEST_PAGE))
        tail = file.read()
    at = tail.rfind(b"OggS")
    while at >= 0:  # these letters may stand in a packet, too
        page = tail[at:]
        if len(page) >= _HEADER and page[4] == 0 and len(page) >= _HEADER + page[26]:
            length = _HEADER + page[26] + sum(page[_HEADER : _HEADER + page[26]])
            return len(page) >= length and bool(page[_FLAGS] & _END_OF_STREAM)
        if len(page) < _HEADER + 255:
            return False
        at = tail.rfind(b"OggS", 0, at)
    return False


def ogg_bit_rate_kbps(path: Path, duration_s: float) -> float:
    """Mean bit rate of the audio pages, or the nominal one of a Vorbis header where that is higher.

    The nominal rate tells which quality the encoder was asked for, which easy music does not use up.
    """
    taken, nominal = 0, 0
    with path.open("rb") as file:
        while len(header := file.read(_HEADER)) == _HEADER and header[:4] == b"OggS":
            lengths = file.read(header[26])
            body = sum(lengths)
            (granule,) = struct.unpack_from("<q", header, 6)
            if granule == 0 and not taken:  # pages of headers: their comments hold covers
                first = file.read(body)
                if first[:7] == _VORBIS_ID and len(first) >= 28:
                    nominal = max(0, struct.unpack_from("<i", first, 20)[0])
                continue
            taken += body
            file.seek(body, 1)
    return max(taken * 8e-3 / max(duration_s, 1e-3), nominal * 1e-3)


def _pages(file: BinaryIO) -> Iterator[bytes | None]:
    """The pages with serial number and checksum blanked; None for what is not a page."""
    while header := file.read(_HEADER):
        if len(header) < _HEADER or header[:4] != b"OggS":
            yield None
            return
        page = bytearray(header)
        page[_SERIAL] = page[_CHECKSUM] = bytes(4)
        lengths = file.read(page[26])
        yield bytes(page) + lengths + file.read(sum(lengths))
