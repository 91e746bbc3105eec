"""Tags of the formats that FFmpeg reads: MP4 atoms, APEv2 of WavPack, ASF, Matroska; by Vorbis comment keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..ffmpeg import container_tags

Entries = Sequence[tuple[str, str]]
Pictures = Sequence[Any]
Reader = Callable[[Path], tuple[Entries, Pictures]]
Writer = Callable[[Entries, Pictures, Path], list[str]]

#: iTunes' atoms by Vorbis comment key.
_ATOMS = {
    "title": "\xa9nam", "artist": "\xa9ART", "albumartist": "aART", "album": "\xa9alb", "date": "\xa9day",
    "genre": "\xa9gen", "comment": "\xa9cmt", "composer": "\xa9wrt", "grouping": "\xa9grp", "lyrics": "\xa9lyr",
    "copyright": "cprt", "description": "desc",
}  # fmt: skip
_KEYS_OF_ATOMS = {atom: key for key, atom in _ATOMS.items()}
_NUMBERED = {"trkn": ("tracknumber", "tracktotal"), "disk": ("discnumber", "disctotal")}
_FREEFORM = "----:com.apple.iTunes:"
#: ASF attributes by Vorbis comment key (Microsoft's, and what players use).
_ASF = {
    "title": "Title", "artist": "Author", "albumartist": "WM/AlbumArtist", "album": "WM/AlbumTitle", "date": "WM/Year",
    "genre": "WM/Genre", "comment": "Description", "composer": "WM/Composer", "tracknumber": "WM/TrackNumber",
    "copyright": "Copyright", "isrc": "WM/ISRC", "bpm": "WM/BeatsPerMinute",
}  # fmt: skip
_KEYS_OF_ASF = {name: key for key, name in _ASF.items()}
#: APEv2 names that are not Vorbis comment keys.
_APE = {"tracknumber": "Track", "date": "Year", "discnumber": "Disc"}
_KEYS_OF_APE = {name.lower(): key for key, name in _APE.items()}
_COVER = "Cover Art (Front)"


def read_mp4(path: Path) -> tuple[Entries, Pictures]:
    """Text, track numbers, freeform atoms and covers."""
    from mutagen.flac import Picture
    from mutagen.mp4 import MP4, MP4Cover

    entries: list[tuple[str, str]] = []
    pictures = []
    for atom, values in (MP4(path).tags or {}).items():
        if atom == "covr":
            for cover in values:
                picture = Picture()
                picture.type, picture.data = 3, bytes(cover)
                picture.mime = "image/png" if cover.imageformat == MP4Cover.FORMAT_PNG else "image/jpeg"
                pictures.append(picture)
        elif atom in _NUMBERED:
            for key, value in zip(_NUMBERED[atom], values[0], strict=False):
                entries += [(key, str(value))] if value else []
        elif atom == "tmpo":
            entries.append(("bpm", str(values[0])))
        elif atom in _KEYS_OF_ATOMS:
            entries += [(_KEYS_OF_ATOMS[atom], str(value)) for value in values]
        elif atom.startswith(_FREEFORM) and not atom.endswith(("iTunSMPB", "iTunNORM")):
            entries += [(atom.removeprefix(_FREEFORM), bytes(v).decode("utf-8", "replace")) for v in values]
    return entries, pictures


def write_mp4(entries: Entries, pictures: Pictures, path: Path) -> list[str]:
    """The same, back."""
    from mutagen.mp4 import MP4, MP4Cover, MP4FreeForm

    file = MP4(path)
    if file.tags is None:
        file.add_tags()
    numbers = {key: int(value.partition("/")[0]) for key, value in entries if value.partition("/")[0].isdigit()}
    for atom, (number, total) in _NUMBERED.items():
        if number in numbers:
            file.tags[atom] = [(numbers[number], numbers.get(total, 0))]
    taken = {key for pair in _NUMBERED.values() for key in pair}
    for key, value in entries:
        name = key.lower()
        if name in _ATOMS:
            file.tags.setdefault(_ATOMS[name], []).append(value)
        elif name == "bpm" and value.isdigit():
            file.tags["tmpo"] = [int(value)]
        elif name not in taken or name not in numbers:
            file.tags.setdefault(_FREEFORM + key, []).append(MP4FreeForm(value.encode()))
    if pictures:
        png = MP4Cover.FORMAT_PNG
        file.tags["covr"] = [MP4Cover(p.data, png if p.mime == "image/png" else MP4Cover.FORMAT_JPEG) for p in pictures]
    file.save()
    return []


def read_ape(path: Path) -> tuple[Entries, Pictures]:
    """Text items and the front cover."""
    from mutagen.apev2 import APENoHeaderError, APETextValue, APEv2
    from mutagen.flac import Picture

    entries: list[tuple[str, str]] = []
    pictures = []
    try:
        tags = APEv2(path)
    except APENoHeaderError:
        return [], []
    for name, value in tags.items():
        if isinstance(value, APETextValue):
            key = _KEYS_OF_APE.get(name.lower(), name.lower().replace(" ", ""))
            entries += [(key, text) for text in value]
        elif name.lower() == _COVER.lower():
            picture = Picture()
            label, _, picture.data = bytes(value.value).partition(b"\0")
            picture.type, picture.mime = 3, "image/png" if label.lower().endswith(b"png") else "image/jpeg"
            pictures.append(picture)
    return entries, pictures


def write_ape(entries: Entries, pictures: Pictures, path: Path) -> list[str]:
    """The same, back."""
    from mutagen.apev2 import APEBinaryValue, APEv2

    tags = APEv2()
    values: dict[str, list[str]] = {}
    for key, value in entries:
        values.setdefault(_APE.get(key.lower(), key.title()), []).append(value)
    for name, texts in values.items():
        tags[name] = texts
    for picture in pictures[:1]:
        label = b"cover.png" if picture.mime == "image/png" else b"cover.jpg"
        tags[_COVER] = APEBinaryValue(label + b"\0" + picture.data)
    tags.save(path)
    return ["APEv2 tags hold one cover: the others were left out"] if len(pictures) > 1 else []


def read_asf(path: Path) -> tuple[Entries, Pictures]:
    """Text attributes."""
    from mutagen.asf import ASF, ASFUnicodeAttribute

    texts = [(name, value) for name, value in ASF(path).tags or [] if isinstance(value, ASFUnicodeAttribute | str)]
    kept = [(name, str(value)) for name, value in texts if not name.startswith(("WM/Encod", "WMFSDK", "DeviceConf"))]
    named = [(_KEYS_OF_ASF.get(name, name), value) for name, value in kept if value]
    return list(dict.fromkeys(named)), []  # ffmpeg writes a title twice


def write_asf(entries: Entries, pictures: Pictures, path: Path) -> list[str]:
    """The same, back."""
    from mutagen.asf import ASF

    file = ASF(path)
    for key, value in entries:
        name = _ASF.get(key.lower(), key)
        file.tags[name] = [*file.tags.get(name, []), value]
    file.save()
    return ["pictures are not written into WMA: they were left out"] if pictures else []


def read_matroska(path: Path) -> tuple[Entries, Pictures]:
    """What the container says."""
    names = {"track": "tracknumber", "part_number": "tracknumber", "date_released": "date"}
    return [(names.get(key, key), value) for key, value in container_tags(path).items()], []


def write_matroska(entries: Entries, pictures: Pictures, path: Path) -> list[str]:
    """Entries were written with the head; nothing is left to do but to tell of pictures."""
    return ["pictures are not written into Matroska: they were left out"] if pictures else []
