"""Reading what the writers write, and what their programs do: the text of another EQ, whichever it is."""

from __future__ import annotations

import json
import re
from typing import Any

from .apo_reading import MAX_CHARACTERS, read_apo
from .camilladsp import read_camilladsp
from .easyeffects import read_easyeffects
from .ffmpeg import read_ffmpeg
from .filters import EqText, FormatError
from .jsfx import read_jsfx
from .plain_json import read_json
from .sox import read_sox

_CAMILLA = re.compile(r"^(filters|pipeline)\s*:", re.MULTILINE)
_JSFX = re.compile(r"^slider\d+:", re.MULTILINE)
_FFMPEG = re.compile(r"\b(lowshelf|bass|highshelf|treble|equalizer)=")
_SOX = re.compile(r"\s*(gain|bass|treble|equalizer)\s+[-+.\d]")


def read_eq(text: str, channel: str | None = None) -> EqText:
    """Read Equalizer APO and AutoEq text, CamillaDSP, EasyEffects, ffmpeg, sox, JSFX or semeq's own JSON.

    Parameters
    ----------
    channel : str, optional
        Which channel's equaliser to read, where a text has different ones.

    Raises
    ------
    FormatError
        It is none of them, or cannot be read; the message names the line where there is one.
    """
    if len(text) > MAX_CHARACTERS:
        raise FormatError(f"the text has {len(text):,} characters; an EQ has at most {MAX_CHARACTERS:,}")
    text = text.lstrip("\ufeff")
    if text.lstrip().startswith("{"):
        table = _json(text)
        return read_json(table) if "bands" in table else read_easyeffects(table, channel)
    if _JSFX.search(text):
        return read_jsfx(text)
    if _CAMILLA.search(text):
        return read_camilladsp(text, channel)
    if _FFMPEG.search(text):
        return read_ffmpeg(text)
    return read_sox(text) if _SOX.match(text) else read_apo(text, channel)


def _json(text: str) -> dict[str, Any]:
    try:
        table = json.loads(text)
    except json.JSONDecodeError as error:
        raise FormatError(f"line {error.lineno}: is not JSON ({error.msg})") from None
    except (ValueError, RecursionError):
        raise FormatError("its JSON cannot be read: numbers or nesting beyond all reason") from None
    if not isinstance(table, dict):
        raise FormatError("its JSON is not a table")
    return table
