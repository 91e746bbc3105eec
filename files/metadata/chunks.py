"""Chunks of WAV, RF64, AIFF and CAF files that are not audio: cue points, loops, production data, text, pictures.

Frames and sample rate do not change when a file is rendered, so positions stay right. Chunks are put between the head
of the new file and its audio, where broadcast software looks for them; what describes the old audio is left out.
Layout of bext: EBU Tech 3285.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..containers import CAFF, RIFF, Chunk, Family, chunk_body, family_of, walk
from ..errors import AudioFileError
from ..formats import AudioFormat


@dataclass(frozen=True)
class KeptChunks:
    """The chunks that one file hands on to its output.

    Parameters
    ----------
    chunks, trailing : tuple of Chunk
        Those that go before the audio, and after it.
    replaced : dict
        New bodies of chunks that were changed on the way.
    """

    source: Path
    family: Family
    chunks: tuple[Chunk, ...]
    trailing: tuple[Chunk, ...]
    replaced: dict[Chunk, bytes]
    notes: tuple[str, ...]

    @classmethod
    def read(cls, source: Path, form: AudioFormat, target: AudioFormat) -> KeptChunks | None:
        """Look at a file's chunks; None where its container has none or the output's is of another family."""
        family = family_of(form.container)
        if family is None or family_of(target.container) is not family:
            return None
        size = source.stat().st_size
        kept: list[Chunk] = []
        replaced: dict[Chunk, bytes] = {}
        notes: list[str] = []
        for chunk in walk(source, family):
            if chunk.name in family.own:
                continue
            if chunk.name in family.stale:
                notes.append(f"the chunk {chunk.label} describes the audio of the input and was left out")
            elif chunk.start + chunk.size > size:
                notes.append(f"the chunk {chunk.label} is cut off in the input and was left out")
            else:
                kept.append(chunk)
                body = chunk_body(source, chunk)
                if chunk.name == b"bext" and body:
                    replaced[chunk], cleared = _bext(body, target)
                    notes += [cleared] if cleared else []
                elif chunk.name.lower() == b"id3 " and b"replaygain" in body.lower():
                    notes.append("ReplayGain values in its ID3 chunk are those of the input")
        # libsndfile takes no account of the padding of odd chunks when it looks for the audio of RF64.
        trailing = tuple(c for c in kept if target.container == "RF64" and c.size & 1 and c not in replaced)
        before = tuple(chunk for chunk in kept if chunk not in trailing)
        return cls(source, family, before, trailing, replaced, tuple(notes))

    @property
    def reserved(self) -> int:
        """Bytes that those before the audio take in the output."""
        return sum(self.family.length(self._size(chunk)) for chunk in self.chunks)

    @property
    def _taken(self) -> int:
        return self.reserved + sum(self.family.length(self._size(chunk)) for chunk in self.trailing)

    def insert(self, written: Path) -> None:
        """Put the chunks into a file whose audio was written behind `reserved` free bytes.

        What stands before the first chunk that may move (and RF64's sizes, CAF's description) goes to the front, the
        chunks after it; the rest stays where it is.
        """
        if not (self.chunks or self.trailing):
            return
        with written.open("r+b") as file:
            file.seek(self.reserved)
            head = bytearray(file.read(self.family.head))
            header_size = struct.calcsize(self.family.header)
            first = file.read(header_size)
            name, size = struct.unpack(self.family.header, first)
            if name in (b"ds64", b"desc"):
                head += first + file.read(size)
            self._grow(head, written)
            file.seek(0)
            file.write(head)
            with self.source.open("rb") as source:
                for chunk in self.chunks:
                    self._copy(chunk, source, file)
                file.seek(0, 2)
                for chunk in self.trailing:
                    self._copy(chunk, source, file)

    def _copy(self, chunk: Chunk, source: BinaryIO, file: BinaryIO) -> None:
        size = self._size(chunk)
        file.write(struct.pack(self.family.header, chunk.name, size))
        if chunk in self.replaced:
            file.write(self.replaced[chunk])
        else:
            source.seek(chunk.start)
            end = file.tell() + size
            while (left := end - file.tell()) > 0:
                piece = source.read(min(left, 1 << 20))
                if not piece:
                    raise AudioFileError(f"{self.source}: became shorter while it was read")
                file.write(piece)
        file.write(bytes(self.family.length(size) - struct.calcsize(self.family.header) - size))

    def _size(self, chunk: Chunk) -> int:
        return len(self.replaced[chunk]) if chunk in self.replaced else chunk.size

    def _grow(self, head: bytearray, written: Path) -> None:
        """Add what is put in to the size that stands in a file's head."""
        if self.family is CAFF:
            return
        if head[:4] == b"RF64":
            (size,) = struct.unpack_from("<Q", head, 20)
            struct.pack_into("<Q", head, 20, size + self._taken)
            return
        layout = "<I" if self.family is RIFF else ">I"
        (size,) = struct.unpack_from(layout, head, 4)
        if size + self._taken >= 2**32:
            raise AudioFileError(f"{self.source}: is too long for {written.suffix} with its chunks; use --format rf64")
        struct.pack_into(layout, head, 4, size + self._taken)


def lost_chunks(source: Path, form: AudioFormat) -> tuple[str, ...]:
    """Names of the chunks that a file has beyond its audio and its tags."""
    family = family_of(form.container)
    if family is None:
        return ()
    tags = {b"id3 ", b"ID3 ", b"NAME", b"AUTH", b"(c) ", b"ANNO", b"info"}
    found = [chunk for chunk in walk(source, family) if chunk.name not in family.own | family.stale | tags]
    names = [chunk.label for chunk in found if not (chunk.name == b"LIST" and chunk_body(source, chunk)[:4] == b"INFO")]
    return tuple(dict.fromkeys(names))


def make_repeatable(path: Path, form: AudioFormat, start: int) -> None:
    """Blank the time of day that libsndfile puts into a float file's PEAK chunk: renders are to be equal."""
    family = family_of(form.container)
    if family is None or form.subtype not in ("FLOAT", "DOUBLE"):
        return
    # The head of the file is not in order yet: its chunks are walked from where libsndfile began.
    header_size = struct.calcsize(family.header)
    with path.open("r+b") as file:
        position = start + family.head
        while True:
            file.seek(position)
            header = file.read(header_size)
            if len(header) < header_size:
                return
            name, size = struct.unpack(family.header, header)
            if name in (b"data", b"SSND"):
                return
            if name == b"PEAK" and size >= 8:
                file.seek(4, 1)
                file.write(bytes(4))
                return
            position += family.length(size)


_BEXT_FIXED = 602  # bytes before the coding history
_BEXT_VERSION, _BEXT_LOUDNESS = 346, 412
_NOT_SET = struct.pack("<5H", *[0x7FFF] * 5)


def _bext(body: bytes, target: AudioFormat) -> tuple[bytes, str]:
    """A bext chunk for the output: loudness marked as not set, one line of coding history more; and what was done."""
    if len(body) < _BEXT_FIXED:
        return body, ""
    fixed, note = bytearray(body[:_BEXT_FIXED]), ""
    (version,) = struct.unpack_from("<H", fixed, _BEXT_VERSION)
    loudness = slice(_BEXT_LOUDNESS, _BEXT_LOUDNESS + len(_NOT_SET))
    if version >= 2 and fixed[loudness] != _NOT_SET:
        fixed[loudness] = _NOT_SET
        note = "the loudness values in bext are those of the input and were marked as not set"
    history = body[_BEXT_FIXED:].rstrip(b"\0")
    if history and not history.endswith(b"\n"):
        history += b"\r\n"
    mode = {1: ",M=mono", 2: ",M=stereo"}.get(target.channels, "")
    line = f"A=PCM,F={target.sample_rate_hz},W={target.depth or 16}{mode},T=semeq\r\n"
    history += line.encode("ascii")
    return bytes(fixed) + history + bytes(len(history) & 1), note
