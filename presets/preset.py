"""A preset: what the controls of the effect are set to, and which knobs move them, as a TOML file.

The format is described in docs/presets.md. What a field may be is checked here, its range by who uses it: this package
knows nothing of controls.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from .toml_text import TomlError, read_toml, write_toml

#: Major and minor version of the format. A newer minor one may have fields that are not known here; they are kept.
PRESET_FORMAT = "1.0"

_MAJOR = int(PRESET_FORMAT.split(".", maxsplit=1)[0])
_TEXTS = ("semantic", "to", "model", "about")
_NUMBERS = ("morph", "intensity", "output_db")
_SWITCHES = ("bypass", "level_match", "adaptive")
_LONGEST_TEXT = 2000
_MOST_MAPPINGS = 256


class PresetError(ValueError):
    """A preset that cannot be read, written or used. The message is one sentence."""


class PresetNameError(PresetError):
    """A name that no preset has, or can have."""


@dataclass(frozen=True)
class Preset:
    """Settings of the effect. A field that is None is not stated: its default stands, or what an option says.

    Attributes
    ----------
    semantic, to
        Words.
    morph, intensity, output_db
        0 to 1, 0 to 2, dB.
    bypass, level_match, adaptive
        Switches.
    model
        A model bundle: the name of a shipped one, or a folder.
    about
        What it is for, for people.
    map
        MIDI mappings: each in short form (``21=morph``) or as a table, as in map files.
    extra
        Fields that this version does not know, at any depth; they are written back as they were.
    format
        Version of the format it was written in.
    """

    semantic: str | None = None
    to: str | None = None
    morph: float | None = None
    intensity: float | None = None
    output_db: float | None = None
    bypass: bool | None = None
    level_match: bool | None = None
    adaptive: bool | None = None
    model: str | None = None
    about: str | None = None
    map: tuple[str | Mapping[str, Any], ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    format: str = PRESET_FORMAT

    def __post_init__(self) -> None:
        """Raise `PresetError` where a field is of the wrong type."""
        _check_format(self.format)
        for name in _TEXTS:
            _check_text(name, getattr(self, name))
        for name in _NUMBERS:
            if getattr(self, name) is not None:
                object.__setattr__(self, name, _number(name, getattr(self, name)))
        for name in _SWITCHES:
            if not isinstance(getattr(self, name), bool | None):
                raise PresetError(f"{name} is true or false, not {_shown(getattr(self, name))}")
        if not isinstance(self.map, list | tuple) or not all(isinstance(item, str | Mapping) for item in self.map):
            raise PresetError('map is a list of mappings such as ["21=morph"], or written as [[map]] tables')
        if len(self.map) > _MOST_MAPPINGS:
            raise PresetError(f"map has {len(self.map)} mappings, at most {_MOST_MAPPINGS}")
        object.__setattr__(self, "map", tuple(self.map))
        clash = [name for name in self.extra if name in KNOWN]
        if clash:
            raise PresetError(f"{clash[0]} is a field of its own")

    def stated(self) -> dict[str, Any]:
        """The settings that are stated, by name: words, numbers, switches and model."""
        names = ("semantic", "to", *_NUMBERS, *_SWITCHES, "model")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}

    def to_toml(self) -> str:
        """As the text of a file; `from_toml` gives it back."""
        table: dict[str, Any] = {"format": self.format}
        if self.about is not None:
            table["about"] = self.about
        table.update(self.stated())
        if self.map:
            table["map"] = list(self.map)
        try:
            return write_toml({**table, **self.extra})
        except TomlError as error:
            raise PresetError(f"a preset that cannot be written: {error}") from None

    @classmethod
    def from_toml(cls, content: bytes | str) -> Preset:
        """Read the content of a preset file.

        Raises
        ------
        PresetError
            It is not TOML, of a newer major format, or a field is of the wrong type.
        """
        try:
            table = read_toml(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
        except TomlError as error:
            raise PresetError(f"no TOML file: {error}") from None
        if "format" not in table:
            raise PresetError(f'no preset: it has no line format = "{PRESET_FORMAT}"')
        _check_format(table["format"])
        known = {name: table.pop(name) for name in KNOWN if name in table}
        return cls(**known, extra=table)


#: The fields of the file format.
KNOWN = tuple(f.name for f in fields(Preset) if f.name != "extra")


def _check_format(version: object) -> None:
    form = re.fullmatch(r"([0-9]{1,4})\.([0-9]{1,4})", version) if isinstance(version, str) else None
    if form is None:
        raise PresetError(f'its format is {_shown(version)}, where a preset has text such as "{PRESET_FORMAT}"')
    if int(form[1]) != _MAJOR:
        raise PresetError(f"it has format {version}; this version of semeq reads {_MAJOR}.x, so a newer one is needed")


def _check_text(name: str, value: object) -> None:
    if value is None:
        return
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT or (name != "about" and not value.strip()):
        raise PresetError(f"{name} must be text of at most {_LONGEST_TEXT} characters, not {_shown(value)}")
    if name != "about" and not value.isprintable():
        raise PresetError(f"{name} must be plain text, not {_shown(value)}")


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PresetError(f"{name} must be a number, not {_shown(value)}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise PresetError(f"{name} must be a finite number, not {_shown(value)}")
    return number


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # numbers of thousands of digits, tables of thousands of levels
        return "that"
    return text if len(text) <= 60 else f"{text[:57]}..."
