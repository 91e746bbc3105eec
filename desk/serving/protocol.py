"""The messages between page and server: JSON objects with a `type`, described in docs/desk.md."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from semeq.eq import GAIN_INDEX, PARAMETER_COUNT, FloatArray, SettingError, check_params
from semeq.plugin import CONTROLS, ControlError, Controls
from semeq.words import MOST_CHARACTERS

from ..errors import DeskError

#: A page of another version is told to load itself anew.
PROTOCOL_VERSION = 1
MOST_BYTES = 64 * 1024


def read_message(text: str) -> tuple[str, dict[str, Any]]:
    """The type of a message, and its fields. Raises `DeskError`."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        raise DeskError("a message is not JSON") from None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise DeskError("a message is an object with a type")
    return message["type"], message


def changed_controls(controls: Controls, changes: object) -> Controls:
    """A state with some controls changed as a message says. Raises `DeskError`."""
    if not isinstance(changes, Mapping):
        raise DeskError("the controls are not an object")
    for name in ("semantic", "to"):
        value = changes.get(name)
        if isinstance(value, str) and len(value) > MOST_CHARACTERS:
            raise DeskError(f"{name} has more than {MOST_CHARACTERS} characters")
    try:
        return controls.changed(**{str(name): value for name, value in changes.items()})
    except ControlError as error:
        raise DeskError(str(error)) from None


def read_setting(numbers: object, doubled: bool = False) -> FloatArray:
    """The 13 numbers of a setting; with `doubled`, intensity may have doubled its gains. Raises `DeskError`."""
    factor = 2.0 if doubled else 1.0
    try:
        setting = np.array(numbers, dtype=np.float64)
        setting[GAIN_INDEX] /= factor
        setting = np.array(check_params(setting, ndim=1))
    except SettingError as error:
        raise DeskError(str(error)) from None
    except (IndexError, OverflowError, TypeError, ValueError):
        raise DeskError(f"a setting has {PARAMETER_COUNT} numbers") from None
    setting[GAIN_INDEX] *= factor
    return np.asarray(setting, dtype=np.float64)


def read_text(message: Mapping[str, Any], name: str, longest: int = 200) -> str:
    """A field that is text. Raises `DeskError`."""
    value = message.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > longest or not value.isprintable():
        raise DeskError(f"{name} must be text of 1 to {longest} characters")
    return value.strip()


def read_number(message: Mapping[str, Any], name: str, low: float, high: float) -> float:
    """A field that is a number in a range; 0 where it is left out. Raises `DeskError`."""
    value = message.get(name, 0.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high or math.isnan(value):
        raise DeskError(f"{name} must be a number from {low:g} to {high:g}")
    return float(value)


def described(controls: Controls) -> dict[str, Any]:
    """The controls as a message carries them."""
    return {name: value for name, value in asdict(controls).items() if name in CONTROLS}
