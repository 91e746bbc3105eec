"""Files made of chunks: RIFF, RF64, AIFF, CAF and W64, as far as finding their chunks needs them.

Layouts: RIFF, EBU Tech 3306 (RF64); AIFF 1.3; Core Audio Format 1.0; Sonic Foundry's Wave64.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_MOST_CHUNKS = 4096  # a bound for files that are not what they say


@dataclass(frozen=True)
class Chunk:
    """A chunk of a file: its name, and where its body lies in bytes."""

    name: bytes
    start: int
    size: int

    @property
    def label(self) -> str:
        """Its name for people."""
        return self.name.decode("latin-1").strip()


@dataclass(frozen=True)
class Family:
    """How a family of containers strings chunks together.

    Parameters
    ----------
    head : int
        Bytes before the first chunk.
    header : str
        Name and size, as `struct` writes them.
    even : bool
        Bodies are padded to even lengths.
    own : frozenset of bytes
        Chunks that belong to the audio and are written anew.
    stale : frozenset of bytes
        Chunks that describe the old audio: peaks, checksums.
    """

    head: int
    header: str
    even: bool
    own: frozenset[bytes]
    stale: frozenset[bytes]

    def length(self, size: int) -> int:
        """Bytes that a chunk with a body of `size` takes."""
        return struct.calcsize(self.header) + size + (size & 1 if self.even else 0)


_FILL = frozenset({b"JUNK", b"junk", b"PAD ", b"FLLR", b"free"})
RIFF = Family(12, "<4sI", True, _FILL | {b"fmt ", b"data", b"fact", b"PEAK", b"ds64"}, frozenset({b"levl", b"MD5 "}))
FORM = Family(12, ">4sI", True, _FILL | {b"COMM", b"SSND", b"PEAK", b"FVER"}, frozenset())
CAFF = Family(8, ">4sQ", False, _FILL | {b"desc", b"data", b"pakt", b"kuki", b"peak"}, frozenset({b"ovvw"}))
_FAMILIES = {"WAV": RIFF, "WAVEX": RIFF, "RF64": RIFF, "AIFF": FORM, "CAF": CAFF}


def family_of(container: str) -> Family | None:
    """The family of a container; None where it has no chunks that are known here."""
    return _FAMILIES.get(container)


def walk(path: Path, family: Family) -> Iterator[Chunk]:
    """Yield the chunks of a file as far as they make sense; the last may reach beyond its end."""
    end = path.stat().st_size
    header_size = struct.calcsize(family.header)
    wide: int | None = None
    with path.open("rb") as file:
        if file.read(4) not in (b"RIFF", b"RF64", b"FORM", b"caff"):
            return
        position = family.head
        for _ in range(_MOST_CHUNKS):
            file.seek(position)
            header = file.read(header_size)
            if len(header) < header_size:
                return
            name, size = struct.unpack(family.header, header)
            if not all(0x20 <= letter < 0x7F for letter in name):
                return  # filler behind the last chunk
            if name == b"ds64" and size >= 16:
                wide = struct.unpack_from("<8xQ", file.read(16))[0]
            if name == b"data" and family is RIFF and size == 0xFFFFFFFF and wide is not None:
                size = wide
            start = position + header_size
            yield Chunk(name, start, size)
            if start + size >= end:
                return
            position += family.length(size)


def chunk_body(path: Path, chunk: Chunk, most: int = 1 << 24) -> bytes:
    """A chunk's body, or nothing where it is too large to be what it should."""
    if chunk.size > most:
        return b""
    with path.open("rb") as file:
        file.seek(chunk.start)
        return file.read(chunk.size)


#: W64 names chunks by GUIDs; these are the ends that all of its own have in common, and that of the head.
W64_TAIL = bytes.fromhex("f3acd3118cd100c04f8edb8a")
_W64_HEAD = 40  # riff GUID, size of the file, wave GUID


def walk_w64(path: Path) -> Iterator[Chunk]:
    """Yield the chunks of a W64 file, named by the first four letters of their GUIDs; sizes are those of the bodies."""
    end = path.stat().st_size
    with path.open("rb") as file:
        if file.read(4) != b"riff":
            return
        position = _W64_HEAD
        for _ in range(_MOST_CHUNKS):
            file.seek(position)
            header = file.read(24)
            if len(header) < 24:
                return
            (size,) = struct.unpack_from("<Q", header, 16)
            if size < 24:
                return
            yield Chunk(header[:4], position + 24, size - 24)
            if position + size >= end:
                return
            position += size + (-size & 7)
