"""The user's own words: five-band settings under names, in one TOML file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from semeq.eq import PARAMETER_NAMES, FloatArray, SettingError, check_params
from semeq.files import write_whole

from .preset import PresetError
from .preset_store import user_folder
from .toml_text import MAX_BYTES, TomlError, read_toml, write_toml

FILE_VARIABLE = "SEMEQ_WORDS"
OWN_WORDS_FORMAT = "1.0"


class OwnWordsError(PresetError):
    """A file of own words that cannot be read or written; the message names it."""


@dataclass(frozen=True)
class OwnSchool:
    """One of several ways in which people mean a word: its name, its setting (13,), and how many people it has."""

    name: str
    params: FloatArray
    people: int


@dataclass(frozen=True)
class OwnWord:
    """A word of the user's: its setting (13,) in physical units, where it came from, for people, and its schools."""

    name: str
    params: FloatArray
    about: str = ""
    schools: tuple[OwnSchool, ...] = ()


def own_words_file() -> Path:
    """``$SEMEQ_WORDS``, else ``words.toml`` beside the folder of the user's presets."""
    named = os.environ.get(FILE_VARIABLE)
    return Path(named) if named else user_folder().parent / "words.toml"


def read_own_words(path: Path | None = None) -> tuple[OwnWord, ...]:
    """The words of a file, by default the user's; none where it is not there. Raises `OwnWordsError`."""
    path = path or own_words_file()
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise OwnWordsError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from None
    try:
        table = read_toml(content)
        if str(table.get("format", "")).split(".")[0] != OWN_WORDS_FORMAT.split(".")[0]:
            raise TomlError(f"its format is {table.get('format')!r}; this version reads {OWN_WORDS_FORMAT}")
        entries = table.get("word", [])
        if not isinstance(entries, list):
            raise TomlError("its words are not [[word]] tables")
        return tuple({word.name: word for word in map(_word, entries)}.values())
    except TomlError as error:
        raise OwnWordsError(f"{path}: {error}") from None


def write_own_words(words: Iterable[OwnWord], path: Path | None = None) -> Path:
    """Write all words of a file anew; it appears whole or not at all. Raises `OwnWordsError`."""
    path = path or own_words_file()
    tables = [
        {
            "name": word.name,
            **({"about": word.about} if word.about else {}),
            "setting": _as_table(word.params),
            **({"school": [_school_table(school) for school in word.schools]} if word.schools else {}),
        }
        for word in words
    ]
    try:
        write_whole(path, write_toml({"format": OWN_WORDS_FORMAT, "word": tables}))
    except (OSError, ValueError) as error:
        raise OwnWordsError(f"{path}: cannot be written ({getattr(error, 'strerror', None) or error})") from None
    return path


def _as_table(params: FloatArray) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip(PARAMETER_NAMES, params, strict=True)}


def _school_table(school: OwnSchool) -> dict[str, Any]:
    return {"name": school.name, "people": school.people, "setting": _as_table(school.params)}


def _word(entry: Any) -> OwnWord:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("name"), str) or not entry["name"].strip():
        raise TomlError("a [[word]] has no name")
    name, schools = entry["name"], entry.get("school", [])
    if not isinstance(schools, list) or not all(isinstance(s, Mapping) and str(s.get("name", "")) for s in schools):
        raise TomlError(f"the schools of the word {name!r} are not [[word.school]] tables with names")
    found = tuple(
        OwnSchool(str(s["name"]), _setting(s, f"{name}/{s['name']}"), _count(s.get("people", 1), name)) for s in schools
    )
    return OwnWord(name, _setting(entry, name), str(entry.get("about", "")), found)


def _count(value: Any, name: str) -> int:
    if not isinstance(value, int) or value < 1:
        raise TomlError(f"a school of the word {name!r} has {value!r} people")
    return value


def _setting(entry: Mapping[str, Any], name: str) -> FloatArray:
    setting = entry.get("setting")
    if not isinstance(setting, Mapping) or set(setting) != set(PARAMETER_NAMES):
        raise TomlError(f"the word {name!r} needs a setting with {', '.join(PARAMETER_NAMES)}")
    try:
        return check_params(np.array([float(setting[parameter]) for parameter in PARAMETER_NAMES]))
    except (SettingError, TypeError, ValueError) as error:
        raise TomlError(f"the setting of the word {name!r} cannot be used: {error}") from None
