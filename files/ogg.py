"""Ogg pages, as far as telling two files apart needs them. Layout: RFC 3533, section 6."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import BinaryIO

_HEADER = 27
_SERIAL, _CHECKSUM = slice(14, 18), slice(22, 26)


def same_stream(one: Path, two: Path) -> bool:
    """Whether two Ogg files hold the same pages but for the serial number, which encoders draw by chance."""
    with one.open("rb") as first, two.open("rb") as second:
        return all(a == b and a is not None for a, b in zip_longest(_pages(first), _pages(second)))


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
