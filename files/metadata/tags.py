"""Tags and cover pictures, carried from a file to its output: ID3, Vorbis comments, RIFF INFO and AIFF text.

Within a format they are copied as they are; between formats they are translated as far as the other one has a name for
them. ReplayGain and R128 values describe the loudness of the input and are left out.
"""

from __future__ import annotations

import base64
import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..containers import FORM, RIFF, chunk_body, family_of, walk
from ..formats import AudioFormat
from .other_tags import (
    Reader,
    Writer,
    read_ape,
    read_asf,
    read_matroska,
    read_mp4,
    write_ape,
    write_asf,
    write_matroska,
    write_mp4,
)

_GAIN_PREFIXES = ("replaygain_", "r128_")
_PICTURE_KEY = "metadata_block_picture"


@dataclass
class Tags:
    """What is written about a file.

    Parameters
    ----------
    entries : list
        Vorbis comment keys and values, in order.
    pictures : list of mutagen.flac.Picture
    blocks : list
        FLAC metadata of other kinds: cue sheet, application data.
    id3 : mutagen.id3.ID3 or None
        The tags as they are, where they are ID3.
    ape : mutagen.apev2.APEv2 or None
        A second set of tags that some MP3 files have.
    """

    entries: list[tuple[str, str]] = field(default_factory=list)
    pictures: list[Any] = field(default_factory=list)
    blocks: list[Any] = field(default_factory=list)
    id3: Any = None
    ape: Any = None
    notes: list[str] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to carry."""
        return not (self.entries or self.pictures or self.blocks or self.id3 or self.ape)


def _adapted(reader: Reader) -> Callable[[Path], Tags]:
    def read(source: Path) -> Tags:
        entries, pictures = reader(source)
        return _without_gain(Tags(list(entries), list(pictures)))

    return read


def _plain(writer: Writer) -> Callable[[Tags, Path], list[str]]:
    return lambda tags, path: writer(tags.entries, tags.pictures, path)


def read_tags(source: Path, form: AudioFormat, target: AudioFormat) -> Tags:
    """Read the tags that must be written anew into the output of a file.

    WAV, AIFF and CAF keep theirs in chunks, which are copied as they are (`chunks.py`): only another format
    needs them.
    """
    same_family = family_of(form.container) is not None and family_of(form.container) is family_of(target.container)
    if same_family:
        return Tags()
    try:
        return _READERS.get(_kind(form), _nothing)(source)
    except Exception as error:  # a parser of hostile bytes: mutagen lets struct, Unicode and index errors through
        return Tags(notes=[f"its tags cannot be read and were left out ({_first_line(error)})"])


def write_tags(tags: Tags, path: Path, target: AudioFormat) -> list[str]:
    """Write tags into a finished file of `target`; return what could not be kept.

    Raises
    ------
    OSError
        The disk is full or gone.
    """
    if tags.empty:
        return tags.notes
    kind = _kind(target)
    writer = _WRITERS.get(kind)
    if writer is None:
        return [*tags.notes, f"{target.container} holds no tags that are known here: {_named(tags)} were left out"]
    try:
        return tags.notes + writer(tags, path)
    except Exception as error:  # as above; what became of the file is checked afterwards
        for cause in (error, error.__cause__, *error.args):
            if isinstance(cause, OSError):
                raise cause from None
        return [*tags.notes, f"its tags could not be written ({_first_line(error)})"]


def _kind(form: AudioFormat) -> str:
    if form.container == "OGG":
        return f"OGG {form.subtype}"
    return "WAV" if form.container in ("WAVEX", "RF64") else form.container


def _nothing(source: Path) -> Tags:
    return Tags()


def _read_flac(source: Path) -> Tags:
    from mutagen.flac import FLAC, CueSheet, MetadataBlock

    file = FLAC(source)
    application = 2
    blocks = [b for b in file.metadata_blocks if isinstance(b, CueSheet) or getattr(b, "code", None) == application]
    blocks = [b for b in blocks if isinstance(b, MetadataBlock)]
    return _without_gain(Tags(list(file.tags or []), list(file.pictures), blocks))


def _read_ogg(source: Path) -> Tags:
    from mutagen import File
    from mutagen.flac import Picture

    tags, file = Tags(), File(source)
    for key, value in (file.tags or []) if file is not None else []:
        if key.lower() == _PICTURE_KEY:
            tags.pictures.append(Picture(base64.b64decode(value)))
        else:
            tags.entries.append((key, value))
    return _without_gain(tags)


def _read_mp3(source: Path) -> Tags:
    from mutagen.apev2 import APENoHeaderError, APEv2
    from mutagen.id3 import ID3, ID3NoHeaderError

    tags = Tags()
    with contextlib.suppress(ID3NoHeaderError):
        tags.id3 = ID3(source)
    with contextlib.suppress(APENoHeaderError):
        tags.ape = APEv2(source)
    return _from_id3(tags)


def _read_wav(source: Path) -> Tags:
    from mutagen.id3 import ID3

    from .tag_names import from_info

    tags = Tags()
    info: list[tuple[str, str]] = []
    for chunk in walk(source, RIFF):
        body = chunk_body(source, chunk) if chunk.name in (b"LIST", b"id3 ", b"ID3 ") else b""
        if body.startswith(b"ID3"):
            tags.id3 = ID3(io.BytesIO(body))
        elif body.startswith(b"INFO"):
            info += from_info(body)
    tags = _from_id3(tags)
    tags.entries = tags.entries or [(key, value) for key, value in info if key != "encoder"]  # the output has its own
    return tags


def _read_aiff(source: Path) -> Tags:
    from mutagen.aiff import AIFF

    from .tag_names import AIFF_KEYS

    tags = _from_id3(Tags(id3=AIFF(source).tags))
    if not tags.entries:
        for chunk in walk(source, FORM):
            if chunk.name in AIFF_KEYS and (text := chunk_body(source, chunk).decode("latin-1").strip("\0 ")):
                tags.entries.append((AIFF_KEYS[chunk.name], text))
    return tags


def _from_id3(tags: Tags) -> Tags:
    from .tag_names import from_id3

    if tags.id3 is not None:
        stale = [key for key in tags.id3 if _is_gain(key)]
        for key in stale:
            del tags.id3[key]
        if stale:
            tags.notes.append(_GAIN_NOTE)
        tags.entries, tags.pictures, _ = from_id3(tags.id3)
    if tags.ape is not None:
        for key in [key for key in tags.ape if key.lower().startswith(_GAIN_PREFIXES)]:
            del tags.ape[key]
    return tags


_GAIN_NOTE = "ReplayGain values describe the input and were left out"


def _is_gain(key: str) -> bool:
    """Whether an ID3 frame, by its key (``TXXX:replaygain_track_gain``), states a loudness."""
    name, _, rest = key.partition(":")
    return name in ("RVA2", "RGAD", "RVAD") or rest.lower().startswith((*_GAIN_PREFIXES, "itunnorm"))


def _without_gain(tags: Tags) -> Tags:
    kept = [(key, value) for key, value in tags.entries if not key.lower().startswith(_GAIN_PREFIXES)]
    if len(kept) < len(tags.entries):
        tags.notes.append(_GAIN_NOTE)
    tags.entries = [(key, value) for key, value in kept if key.lower() != "encoder"]  # the output has its own
    return tags


def _write_flac(tags: Tags, path: Path) -> list[str]:
    from mutagen.flac import FLAC

    file = FLAC(path)
    if file.tags is None:
        file.add_tags()
    file.tags.extend(tags.entries)
    for picture in tags.pictures:
        file.add_picture(picture)
    file.metadata_blocks.extend(tags.blocks)
    file.save()
    return []


def _write_ogg(tags: Tags, path: Path) -> list[str]:
    from mutagen import File

    file = File(path)
    file.tags.extend(tags.entries)
    file.tags.extend((_PICTURE_KEY, base64.b64encode(p.write()).decode("ascii")) for p in tags.pictures)
    file.save()
    return ["an Ogg file holds no FLAC cue sheet or application data: they were left out"] if tags.blocks else []


def _write_mp3(tags: Tags, path: Path) -> list[str]:
    from mutagen.id3 import ID3

    from .tag_names import to_id3

    made, version = ID3(), 4
    if tags.id3 is not None:
        for frame in tags.id3.values():
            made.add(frame)
        if tags.id3.version[:2] == (2, 3):
            version = 3
            made.update_to_v23()
    else:
        to_id3(tags.entries, tags.pictures, made)
    if made:
        made.save(path, v2_version=version)
    if tags.ape:
        tags.ape.save(path)
    return []


def _write_chunked(tags: Tags, path: Path) -> list[str]:
    """ID3 in a chunk of a WAV or AIFF file."""
    from mutagen.aiff import AIFF
    from mutagen.wave import WAVE

    from .tag_names import to_id3

    with path.open("rb") as head:
        magic = head.read(4)
    if magic == b"RF64":
        return [f"RF64 holds no ID3 that is known here: {_named(tags)} were left out"]
    file = WAVE(path) if magic == b"RIFF" else AIFF(path)
    if file.tags is None:
        file.add_tags()
    if tags.id3 is not None:
        for frame in tags.id3.values():
            file.tags.add(frame)
    else:
        to_id3(tags.entries, tags.pictures, file.tags)
    file.save()
    return []


_READERS = {
    "MP4": _adapted(read_mp4),
    "WAVPACK": _adapted(read_ape),
    "APE": _adapted(read_ape),
    "ASF": _adapted(read_asf),
    "MATROSKA": _adapted(read_matroska),
    "FLAC": _read_flac,
    "OGG VORBIS": _read_ogg,
    "OGG OPUS": _read_ogg,
    "MP3": _read_mp3,
    "WAV": _read_wav,
    "AIFF": _read_aiff,
}
_WRITERS = {
    "MP4": _plain(write_mp4),
    "WAVPACK": _plain(write_ape),
    "ASF": _plain(write_asf),
    "MATROSKA": _plain(write_matroska),
    "FLAC": _write_flac,
    "OGG VORBIS": _write_ogg,
    "OGG OPUS": _write_ogg,
    "MP3": _write_mp3,
    "WAV": _write_chunked,
    "AIFF": _write_chunked,
}


def _named(tags: Tags) -> str:
    names = list(dict.fromkeys(key.lower() for key, _ in tags.entries))
    names += ["pictures"] if tags.pictures else []
    return ", ".join(names[:6]) or "tags"


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
