"""What comes along from a file to its output besides the audio: its chunks and its tags."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..containers import put_mask, reserved_for_mask
from ..ffmpeg import FFMPEG_CONTAINERS, other_streams
from ..formats import AudioFormat
from .chunks import KeptChunks, lost_chunks, make_repeatable
from .tags import Tags, read_tags, write_tags


@dataclass(frozen=True)
class Carried:
    """Read before the output is written, so that room is left for the chunks; put in afterwards."""

    target: AudioFormat
    chunks: KeptChunks | None
    tags: Tags
    notes: tuple[str, ...]

    @classmethod
    def read(cls, source: Path, form: AudioFormat, target: AudioFormat) -> Carried:
        """What a file hands on to an output of format `target`."""
        chunks = KeptChunks.read(source, form, target)
        tags = read_tags(source, form, target)
        if chunks is not None:
            return cls(target, chunks, tags, chunks.notes)
        lost = lost_chunks(source, form)
        others = other_streams(source) if form.container in FFMPEG_CONTAINERS else ()
        if others:
            tags.notes.append(f"only its first audio stream is rendered; left out: {', '.join(others)}")
        note = f"{target.container} cannot hold the chunks {', '.join(lost)}: they were left out" if lost else ""
        return cls(target, None, tags, (note,) if note else ())

    @property
    def reserved(self) -> int:
        """Bytes to leave free at the front of the output."""
        return self._for_mask if self.chunks is None else self.chunks.reserved

    @property
    def metadata(self) -> dict[str, str]:
        """What goes into the head of the output while it is written: the tags of a Matroska file."""
        return dict(self.tags.entries) if self.target.container == "MATROSKA" else {}

    @property
    def _for_mask(self) -> int:
        return 0 if self.chunks is not None else reserved_for_mask(self.target.container, self.target.mask)

    def finish(self, written: Path) -> tuple[str, ...]:
        """Complete a file whose audio is written; return what could not be kept, for people.

        Raises
        ------
        OSError
            The disk is full or gone.
        """
        make_repeatable(written, self.target, self.reserved)
        if self.chunks is not None:
            self.chunks.insert(written)
        if self.target.mask is not None and (self.chunks is None or self.target.container in ("WAVEX", "RF64")):
            put_mask(written, self.target.container, self.target.mask)
        notes = write_tags(self.tags, written, self.target)
        return (*self.notes, *notes)
