"""What a user can turn: the eight controls, their ranges, and one consistent state of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Any, Generic, Literal, Protocol, TypeVar

ControlKind = Literal["word", "number", "switch"]


@dataclass(frozen=True)
class Control:
    """One control: its kind and, for numbers, its range, default and unit."""

    name: str
    kind: ControlKind
    minimum: float = 0.0
    maximum: float = 1.0
    default: float = 0.0
    unit: str = ""


#: Every control by name. Words default to what the effect was made with.
CONTROLS: dict[str, Control] = {
    control.name: control
    for control in (
        Control("semantic", "word"),
        Control("to", "word"),
        Control("morph", "number", 0.0, 1.0, 0.0),
        Control("intensity", "number", 0.0, 2.0, 1.0),
        Control("output_db", "number", -24.0, 24.0, 0.0, "dB"),
        Control("bypass", "switch"),
        Control("level_match", "switch"),
        Control("adaptive", "switch"),
    )
}


class ControlError(ValueError):
    """A control that does not exist, or a value it cannot take."""


def check_control(name: str, value: Any) -> Any:
    """Return `value` as control `name` stores it, or raise `ControlError` saying what is wrong."""
    control = CONTROLS.get(name)
    if control is None:
        raise ControlError(f"there is no control {name!r}; there are {', '.join(CONTROLS)}")
    if control.kind == "word":
        if value is None and name == "to":
            return None
        if not isinstance(value, str) or not value.strip():
            raise ControlError(f"{name} must be a word, not {value!r}")
        return value.strip()
    if control.kind == "switch":
        if value not in (True, False):
            raise ControlError(f"{name} is on or off, not {value!r}")
        return bool(value)
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ControlError(f"{name} must be a number, not {value!r}") from None
    if not (math.isfinite(number) and control.minimum <= number <= control.maximum):
        unit = f" {control.unit}" if control.unit else ""
        raise ControlError(f"{name} is {number:g}, outside {control.minimum:g} to {control.maximum:g}{unit}")
    return number


@dataclass(frozen=True)
class Controls:
    """A state of all controls. Values are checked; words are looked up later, by who has the vocabulary.

    Parameters
    ----------
    semantic, to : str
        Word A, and word B (None: stay at A whatever `morph` says).
    morph : float
        0 (A) to 1 (B) along the path between them.
    intensity : float
        0 to 2, scales all gains in dB; 0 is exactly flat, 1 the words' typical strength.
    output_db : float
        −24 to 24 dB.
    bypass, level_match, adaptive : bool
        See `SemanticEQ`.
    """

    semantic: str
    to: str | None = None
    morph: float = 0.0
    intensity: float = 1.0
    output_db: float = 0.0
    bypass: bool = False
    level_match: bool = False
    adaptive: bool = False

    def __post_init__(self) -> None:
        """Check and normalise every field."""
        for field in fields(self):
            object.__setattr__(self, field.name, check_control(field.name, getattr(self, field.name)))

    @property
    def effective_intensity(self) -> float:
        """The intensity, 0 while bypassed."""
        return 0.0 if self.bypass else self.intensity

    @property
    def effective_output_db(self) -> float:
        """The output gain in dB, 0 while bypassed."""
        return 0.0 if self.bypass else self.output_db

    @property
    def matches_level(self) -> bool:
        """Whether the level is to be matched: a bypassed output is as loud as its input anyway."""
        return self.level_match and not self.bypass

    def changed(self, **values: Any) -> Controls:
        """A copy with some controls changed."""
        for name in values:
            if name not in CONTROLS:
                check_control(name, None)
        return replace(self, **values)


class HasControls(Protocol):
    """Something whose controls can be read and replaced as one state."""

    controls: Controls


Value = TypeVar("Value")


class ControlProperty(Generic[Value]):
    """One control as an attribute: reads the state, and writes through its checks."""

    def __set_name__(self, kind: type, name: str) -> None:
        """Take the control's name from the attribute's."""
        self._name = name

    def __get__(self, owner: HasControls, kind: type | None = None) -> Value:
        """Read the control."""
        if owner is None:  # looked up on the class, as documentation tools do
            return self  # type: ignore[unreachable]
        value: Value = getattr(owner.controls, self._name)
        return value

    def __set__(self, owner: HasControls, value: Value) -> None:
        """Change the control."""
        owner.controls = owner.controls.changed(**{self._name: value})
