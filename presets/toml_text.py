"""TOML as plain values: read with a limit on its size, and written so that it reads back the same.

Reading is the standard library's (``tomli`` before Python 3.11); nothing writes TOML there. Comments are not values, so
they are lost between reading and writing.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

#: A preset or a map has some hundred bytes; what is much longer is something else.
MAX_BYTES = 1_000_000

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


class TomlError(ValueError):
    """Bytes that are no TOML, or values that TOML cannot hold. The message is a part of a sentence."""


def read_toml(content: bytes) -> dict[str, Any]:
    """The table that TOML text holds; a byte order mark, as Windows' editors write it, is passed over.

    Raises `TomlError` for whatever is wrong with it.
    """
    if len(content) > MAX_BYTES:
        raise TomlError(f"it is longer than {MAX_BYTES:,} bytes")
    try:
        table: dict[str, Any] = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise TomlError("it is not UTF-8") from None
    except RecursionError:
        raise TomlError("it is nested too deeply") from None
    except ValueError as error:  # TOMLDecodeError, and what Python says to numbers of thousands of digits
        raise TomlError(" ".join(str(error).split())) from None
    return table


def write_toml(table: Mapping[str, Any]) -> str:
    """A table as TOML text: plain values first, then a section for each table and each table of a list.

    Raises `TomlError` for values that TOML has no form for.
    """
    plain, sections = [], []
    for key, value in table.items():
        if isinstance(value, Mapping):
            sections.append(_section(f"[{_key(key)}]", value))
        elif isinstance(value, list | tuple) and value and all(isinstance(item, Mapping) for item in value):
            sections += [_section(f"[[{_key(key)}]]", item) for item in value]
        else:
            plain.append(f"{_key(key)} = {_value(value)}\n")
    text = "\n".join(["".join(plain), *sections]) if plain else "\n".join(sections)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise TomlError("its text is not Unicode") from None
    return text


def _section(head: str, table: Mapping[str, Any]) -> str:
    return f"{head}\n" + "".join(f"{_key(key)} = {_value(value)}\n" for key, value in table.items())


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    # A JSON string is a TOML basic string, but for DEL, which TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(_value, value)) + "]"
    raise TomlError(f"TOML has no form for {type(value).__name__}")
