"""One name for a tag in every format: Vorbis comment keys, and what they are called in ID3, RIFF INFO and AIFF."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mutagen import flac, id3

#: Text frames of ID3v2.4 by Vorbis comment key (https://wiki.xiph.org/VorbisComment, and what players use).
ID3_FRAMES = {
    "title": "TIT2",
    "subtitle": "TIT3",
    "artist": "TPE1",
    "albumartist": "TPE2",
    "conductor": "TPE3",
    "remixer": "TPE4",
    "album": "TALB",
    "tracknumber": "TRCK",
    "discnumber": "TPOS",
    "date": "TDRC",
    "originaldate": "TDOR",
    "genre": "TCON",
    "composer": "TCOM",
    "lyricist": "TEXT",
    "organization": "TPUB",
    "copyright": "TCOP",
    "isrc": "TSRC",
    "bpm": "TBPM",
    "key": "TKEY",
    "language": "TLAN",
    "mood": "TMOO",
    "encoded-by": "TENC",
    "media": "TMED",
    "grouping": "TIT1",
    "compilation": "TCMP",
}
_KEYS = {frame: key for key, frame in ID3_FRAMES.items()}

#: Entries of a LIST INFO chunk, and text chunks of AIFF, by Vorbis comment key.
INFO_KEYS = {
    b"INAM": "title",
    b"IART": "artist",
    b"IPRD": "album",
    b"ICRD": "date",
    b"IGNR": "genre",
    b"ICMT": "comment",
    b"ICOP": "copyright",
    b"ITRK": "tracknumber",
    b"IPRT": "tracknumber",
    b"ISFT": "encoder",
    b"IENG": "engineer",
    b"IMUS": "composer",
    b"IKEY": "keywords",
}
AIFF_KEYS = {b"NAME": "title", b"AUTH": "artist", b"(c) ": "copyright", b"ANNO": "comment"}

Entries = list[tuple[str, str]]


def from_id3(tags: Any) -> tuple[Entries, list[flac.Picture], list[str]]:
    """The entries and pictures of ID3 tags, and the names of frames that have no Vorbis comment."""
    entries: Entries = []
    pictures: list[flac.Picture] = []
    other: list[str] = []
    for frame in tags.values():
        if frame.FrameID in _KEYS:
            entries += [(_KEYS[frame.FrameID], text) for text in _texts(frame)]
        elif frame.FrameID == "TXXX":
            entries += [(frame.desc or "comment", text) for text in _texts(frame)]
        elif frame.FrameID == "COMM":
            entries += [("comment", text) for text in _texts(frame)]
        elif frame.FrameID == "USLT":
            entries.append(("lyrics", frame.text))
        elif frame.FrameID == "APIC":
            picture = flac.Picture()
            picture.type, picture.mime, picture.desc, picture.data = frame.type, frame.mime, frame.desc, frame.data
            pictures.append(picture)
        else:
            other.append(frame.FrameID)
    return entries, pictures, other


def to_id3(entries: Entries, pictures: list[flac.Picture], tags: Any) -> None:
    """Put entries and pictures into ID3 tags."""
    texts: dict[str, list[str]] = {}
    for key, text in entries:
        texts.setdefault(key.lower(), []).append(text)
    for key, values in texts.items():
        if key in ID3_FRAMES:
            tags.add(getattr(id3, ID3_FRAMES[key])(encoding=3, text=values))
        elif key in ("comment", "description"):
            tags.add(id3.COMM(encoding=3, lang="eng", desc="" if key == "comment" else key, text=values))
        elif key == "lyrics":
            tags.add(id3.USLT(encoding=3, lang="eng", desc="", text="\n".join(values)))
        else:
            tags.add(id3.TXXX(encoding=3, desc=key, text=values))
    for number, picture in enumerate(pictures):
        description = picture.desc or (str(number) if number else "")
        tags.add(id3.APIC(encoding=3, mime=picture.mime, type=picture.type, desc=description, data=picture.data))


def from_info(body: bytes) -> Iterator[tuple[str, str]]:
    """Yield the entries of a LIST INFO chunk's body."""
    position = 4
    while position + 8 <= len(body):
        name, size = body[position : position + 4], int.from_bytes(body[position + 4 : position + 8], "little")
        text = body[position + 8 : position + 8 + size].rstrip(b"\0").decode("utf-8", errors="replace").strip()
        if name in INFO_KEYS and text:
            yield INFO_KEYS[name], text
        position += 8 + size + (size & 1)


def _texts(frame: Any) -> list[str]:
    return [str(text) for text in frame.text if str(text)]
