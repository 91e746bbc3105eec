"""MIDI maps as TOML files, and where they come from: a file, a shipped map's name, or the short form."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Table
from pathlib import Path
from typing import Any

from semeq.presets import MIDI_MAPS_FOLDER, TomlError, read_toml, write_toml

from .mapping import DEFAULT_SMOOTHING_MS, DEFAULT_STEP, Mapping, MidiMap
from .shortform import parse_mapping
from .source import MapError, Source, SourceKind

FORMAT = 1
#: Longer files are no maps.
MAX_BYTES = 1_000_000
_SOURCES: dict[str, SourceKind] = {"cc": "cc", "cc14": "cc14", "nrpn": "nrpn", "note": "note", "program": "pc"}
_OPTIONS = ("curve", "takeover", "encoding", "step", "smoothing_ms", "action")
_TOP = ("format", "name", "port", "about", "map")
_ENTRY = (*_SOURCES, "channel", "control", "range", "words", *_OPTIONS)


def shipped_maps() -> dict[str, Path]:
    """The maps that come with semeq, by name."""
    return {path.stem: path for path in sorted(MIDI_MAPS_FOLDER.glob("*.toml"))}


def load_map(path: str | Path) -> MidiMap:
    """Read a map file.

    Raises
    ------
    MapError
        No such file, no TOML, an unknown key, or a mapping that cannot work; says which entry.
    """
    path = Path(path)
    shown = str(path)[-200:]
    try:
        if path.exists() and not path.is_file():
            raise MapError(f"{shown}: is not a file")
        with path.open("rb") as file:
            content = read_toml(file.read(MAX_BYTES + 1))
    except OSError as error:
        raise MapError(f"{shown}: {error.strerror or error}") from None
    except TomlError as error:
        raise MapError(f"{shown} is not TOML file: {error}") from None
    except MapError:
        raise
    except ValueError:  # characters that no path can have
        raise MapError(f"{shown!r} cannot be a file") from None
    try:
        return _map_of(content)
    except MapError as error:
        raise MapError(f"{path}: {error}") from None


def read_map(text: str) -> MidiMap:
    """A map from what a user wrote: a file, the name of a shipped map, or mappings in short form.

    Raises
    ------
    MapError
        It is none of these; lists the shipped maps.
    """
    shipped = shipped_maps()
    if text in shipped:
        return load_map(shipped[text])
    if "=" in text and not _is_file(text):
        return MidiMap((parse_mapping(text),))
    if text.endswith(".toml") or _is_file(text):
        return load_map(text)
    raise MapError(
        f"there is no map {text[:200]!r}; give a file, a mapping such as 21=morph, or one of {', '.join(shipped)}"
    )


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):  # too long for a path, as a mapping with many words is
        return False


def read_maps(texts: Iterable[str]) -> MidiMap:
    """Several of these in one map. Raises `MapError` also where two of them map the same source."""
    joined = MidiMap()
    for text in texts:
        joined = joined.joined(read_map(text))
    return joined


def dump_map(midi_map: MidiMap) -> str:
    """A map as TOML; `load_map` gives it back."""
    table: dict[str, Any] = {"format": FORMAT}
    table.update({key: value for key, value in (("name", midi_map.name), ("port", midi_map.port)) if value})
    return write_toml({**table, "map": [map_entry(mapping) for mapping in midi_map]})


def map_entry(mapping: Mapping) -> dict[str, Any]:
    """A mapping as the ``[[map]]`` table of a file; `entry_mapping` gives it back."""
    source = mapping.source
    key = next(key for key, kind in _SOURCES.items() if kind == source.kind)
    entry: dict[str, Any] = {key: True if source.kind == "pc" else source.number}
    if source.channel is not None:
        entry["channel"] = source.channel
    entry["control"] = mapping.control
    if mapping.kind == "number":
        entry["range"] = [mapping.low, mapping.high]
    if mapping.words:
        entry["words"] = list(mapping.words)
    options = (
        ("curve", mapping.curve, "linear"),
        ("takeover", mapping.takeover, "jump"),
        ("encoding", mapping.encoding, "absolute"),
        ("step", float(mapping.step), DEFAULT_STEP),
        ("smoothing_ms", float(mapping.smoothing_ms), DEFAULT_SMOOTHING_MS),
        ("action", mapping.action, "toggle"),
    )
    return entry | {key: value for key, value, default in options if value != default}


def _map_of(content: dict[str, Any]) -> MidiMap:
    _known(content, _TOP, "")
    version = content.get("format")
    if version != FORMAT:
        raise MapError(f"its format is {version!r}; this semeq reads format = {FORMAT}")
    for key in ("name", "port", "about"):
        if not isinstance(content.get(key, ""), str):
            raise MapError(f"{key} must be text")
    entries = content.get("map", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise MapError("mappings are written as [[map]] tables")
    mappings = []
    for index, entry in enumerate(entries, 1):
        try:
            _known(entry, _ENTRY, "")
            mappings.append(entry_mapping(entry))
        except MapError as error:
            raise MapError(f"[[map]] {index}: {error}") from None
    return MidiMap(tuple(mappings), content.get("name", ""), content.get("port", ""))


def entry_mapping(entry: Table[str, Any]) -> Mapping:
    """The mapping that a ``[[map]]`` table describes; keys that are not known say nothing. Raises `MapError`."""
    given = [key for key in _SOURCES if key in entry]
    if len(given) != 1:
        raise MapError(f"it needs exactly one of {', '.join(_SOURCES)}")
    key = given[0]
    if key == "program" and entry[key] is not True:
        raise MapError("write program = true")
    source = Source(_SOURCES[key], 0 if key == "program" else entry[key], entry.get("channel"))
    control = entry.get("control")
    if not isinstance(control, str):
        raise MapError(f"{source}: which control?")
    values: dict[str, Any] = {name: entry[name] for name in _OPTIONS if name in entry}
    if "range" in entry:
        ends = entry["range"]
        if not isinstance(ends, list) or len(ends) != 2:
            raise MapError(f"{source}={control}: range is two numbers, as in [0.0, 1.0]")
        values["low"], values["high"] = ends
    if "words" in entry:
        words = entry["words"]
        if not isinstance(words, list):
            raise MapError(f'{source}={control}: words is a list, as in ["warm", "bright"]')
        values["words"] = tuple(words)
    return Mapping(source, control, **values)


def _known(table: dict[str, Any], keys: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in keys:
            raise MapError(f"{where}unknown key {key!r}; there are {', '.join(keys)}")
