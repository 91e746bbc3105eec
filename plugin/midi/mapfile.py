"""MIDI maps as TOML files, and where they come from: a file, a shipped map's name, or the short form."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import semeq.presets

from .mapping import DEFAULT_SMOOTHING_MS, DEFAULT_STEP, Mapping, MidiMap
from .shortform import parse_mapping
from .source import MapError, Source, SourceKind

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FORMAT = 1
_SOURCES: dict[str, SourceKind] = {"cc": "cc", "cc14": "cc14", "nrpn": "nrpn", "note": "note", "program": "pc"}
_OPTIONS = ("curve", "takeover", "encoding", "step", "smoothing_ms", "action")
_TOP = ("format", "name", "port", "about", "map")
_ENTRY = (*_SOURCES, "channel", "control", "range", "words", *_OPTIONS)


def shipped_maps() -> dict[str, Path]:
    """The maps that come with semeq, by name."""
    folder = Path(semeq.presets.__file__).parent / "midi"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def load_map(path: str | Path) -> MidiMap:
    """Read a map file.

    Raises
    ------
    MapError
        No such file, no TOML, an unknown key, or a mapping that cannot work; says which entry.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            content = tomllib.load(file)
    except OSError as error:
        raise MapError(f"{path}: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MapError(f"{path} is no TOML file: {error}") from None
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
    if "=" in text and not Path(text).is_file():
        return MidiMap((parse_mapping(text),))
    if text.endswith(".toml") or Path(text).is_file():
        return load_map(text)
    raise MapError(f"there is no map {text!r}; give a file, a mapping such as 21=morph, or one of {', '.join(shipped)}")


def read_maps(texts: Iterable[str]) -> MidiMap:
    """Several of these in one map. Raises `MapError` also where two of them map the same source."""
    joined = MidiMap()
    for text in texts:
        joined = joined.joined(read_map(text))
    return joined


def dump_map(midi_map: MidiMap) -> str:
    """A map as TOML; `load_map` gives it back."""
    lines = [f"format = {FORMAT}"]
    lines += [f"{key} = {_quoted(value)}" for key, value in (("name", midi_map.name), ("port", midi_map.port)) if value]
    for mapping in midi_map:
        source = mapping.source
        key = next(key for key, kind in _SOURCES.items() if kind == source.kind)
        lines += ["", "[[map]]", f"{key} = {'true' if source.kind == 'pc' else source.number}"]
        if source.channel is not None:
            lines.append(f"channel = {source.channel}")
        lines.append(f"control = {_quoted(mapping.control)}")
        if mapping.kind == "number":
            lines.append(f"range = [{mapping.low!r}, {mapping.high!r}]")
        if mapping.words:
            lines.append(f"words = [{', '.join(map(_quoted, mapping.words))}]")
        lines += [
            f"{key} = {_quoted(value) if isinstance(value, str) else repr(float(value))}"
            for key, value, default in (
                ("curve", mapping.curve, "linear"),
                ("takeover", mapping.takeover, "jump"),
                ("encoding", mapping.encoding, "absolute"),
                ("step", mapping.step, DEFAULT_STEP),
                ("smoothing_ms", mapping.smoothing_ms, DEFAULT_SMOOTHING_MS),
                ("action", mapping.action, "toggle"),
            )
            if value != default
        ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    # A JSON string is a TOML basic string, but for DEL, which TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


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
            mappings.append(_mapping_of(entry))
        except MapError as error:
            raise MapError(f"[[map]] {index}: {error}") from None
    return MidiMap(tuple(mappings), content.get("name", ""), content.get("port", ""))


def _mapping_of(entry: dict[str, Any]) -> Mapping:
    _known(entry, _ENTRY, "")
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
