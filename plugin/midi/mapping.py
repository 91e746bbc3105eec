"""One mapping from a MIDI source to a control, and the map that holds them all."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from ..controls import CONTROLS, ControlKind
from .knob_law import CURVES, CurveName, bend, unbend
from .source import MapError, Source

Takeover = Literal["jump", "pickup"]
Encoding = Literal["absolute", "twos-complement", "offset-64"]
Action = Literal["toggle", "follow"]

TAKEOVERS: tuple[Takeover, ...] = get_args(Takeover)
ENCODINGS: tuple[Encoding, ...] = get_args(Encoding)
ACTIONS: tuple[Action, ...] = get_args(Action)

#: Long enough to join the 127 steps of a controller into one movement, short enough to feel immediate.
DEFAULT_SMOOTHING_MS = 40.0
MAX_SMOOTHING_MS = 10_000.0
DEFAULT_STEP = 0.01
MAX_WORDS = 128


@dataclass(frozen=True)
class Mapping:
    """A source and what it does to a control.

    Parameters
    ----------
    source : Source
        What is listened to.
    control : str
        A name in `CONTROLS`.
    low, high : float, optional
        The control's value at the two ends of the knob, in the control's unit; `low` above `high` inverts it. None:
        the control's whole range. Numbers only.
    curve : str
        ``linear``, ``exponential`` or ``s``.
    takeover : str
        ``jump``: the control follows at once. ``pickup``: it waits until the knob passes where the control stands.
    encoding : str
        ``absolute``; or what an endless encoder sends: ``twos-complement`` (1, 2 … up; 127, 126 … down) or
        ``offset-64`` (65 … up, 63 … down).
    step : float
        How far one step of an encoder moves the knob, as a fraction of its travel.
    smoothing_ms : float
        How long the control takes for 99 % of the way to a new value, 0 to 10,000 ms.
    words : tuple of str
        For `semantic` and `to`: the words a knob's equal zones, a program change, or repeated key presses choose from.
    action : str
        For switches: ``toggle`` (each press changes it) or ``follow`` (on while the value is 64 or more).

    Raises
    ------
    MapError
        An unknown control or option, a range beyond the control's, or a source that cannot drive this control.
    """

    source: Source
    control: str
    low: float | None = None
    high: float | None = None
    curve: CurveName = "linear"
    takeover: Takeover = "jump"
    encoding: Encoding = "absolute"
    step: float = DEFAULT_STEP
    smoothing_ms: float = DEFAULT_SMOOTHING_MS
    words: tuple[str, ...] = ()
    action: Action = "toggle"

    def __post_init__(self) -> None:
        """Check what a map file or a command line may get wrong."""
        control = CONTROLS.get(self.control)
        if control is None:
            raise MapError(f"{self.source}: there is no control {self.control!r}; there are {', '.join(CONTROLS)}")
        for option, chosen, known in (
            ("curve", self.curve, CURVES),
            ("takeover", self.takeover, TAKEOVERS),
            ("encoding", self.encoding, ENCODINGS),
            ("action", self.action, ACTIONS),
        ):
            if chosen not in known:
                raise self._error(f"{option} is {chosen!r}; it can be {', '.join(known)}")
        self._check_number("smoothing_ms", self.smoothing_ms, 0.0, MAX_SMOOTHING_MS)
        self._check_number("step", self.step, 1e-5, 1.0)
        self._check_source(control.kind)
        if control.kind == "number":
            for name, default in (("low", control.minimum), ("high", control.maximum)):
                value = getattr(self, name)
                value = default if value is None else value
                self._check_number("range", value, control.minimum, control.maximum)
                object.__setattr__(self, name, float(value))
            if self.low == self.high:
                raise self._error(f"its range has no width ({self.low:g} to {self.high:g})")
        elif self.low is not None or self.high is not None:
            raise self._error(f"{self.control} is a {control.kind} and takes no range")
        self._check_words(control.kind)

    @property
    def kind(self) -> ControlKind:
        """Whether the control is a word, a number or a switch."""
        return CONTROLS[self.control].kind

    def value_at(self, position: float) -> float:
        """The control's value at a knob position 0–1. Numbers only."""
        low, high = self._ends()
        value = low + (high - low) * bend(self.curve, min(max(position, 0.0), 1.0))
        return min(max(value, min(low, high)), max(low, high))

    def position_of(self, value: float) -> float:
        """The knob position 0–1 whose value is nearest to `value`. Numbers only."""
        low, high = self._ends()
        return unbend(self.curve, min(max((value - low) / (high - low), 0.0), 1.0))

    def _ends(self) -> tuple[float, float]:
        if self.low is None or self.high is None:
            raise self._error(f"{self.control} has no range")
        return self.low, self.high

    def _error(self, what: str) -> MapError:
        return MapError(f"{self.source}={self.control}: {what}")

    def _check_number(self, name: str, value: object, low: float, high: float) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
            raise self._error(f"{name} must be a number, not {str(value)[:60]!r}")
        if not low <= value <= high:
            raise self._error(f"{name} is {value:g}, outside {low:g} to {high:g}")

    def _check_source(self, kind: ControlKind) -> None:
        if self.encoding != "absolute" and (self.source.kind != "cc" or kind == "switch"):
            raise self._error("only a plain cc that drives a number or words can be a relative encoder")
        if self.source.kind == "pc" and kind != "word":
            raise self._error("a program change chooses words, for semantic or to")
        if self.source.kind == "note" and kind == "number":
            raise self._error("a note drives switches and words, not numbers")
        if self.takeover == "pickup" and (kind != "number" or self.encoding != "absolute"):
            raise self._error("pickup is for absolute knobs that drive a number")

    def _check_words(self, kind: ControlKind) -> None:
        if kind != "word":
            if self.words:
                raise self._error(f"{self.control} takes no words")
            return
        if not self.words:
            raise self._error("which words? Give a list, as in pc=semantic{warm,bright,airy}")
        if len(self.words) > MAX_WORDS:
            raise self._error(f"{len(self.words)} words, at most {MAX_WORDS}")
        for word in self.words:
            if not isinstance(word, str) or not word.strip():
                raise self._error(f"{word!r} is not a word")
        object.__setattr__(self, "words", tuple(word.strip() for word in self.words))


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond float64
        return False


@dataclass(frozen=True)
class MidiMap:
    """All mappings of a controller.

    Parameters
    ----------
    mappings : tuple of Mapping
        No two may listen to the same message.
    name : str
        For people.
    port : str
        Part of the MIDI port's name, used where no port is asked for.

    Raises
    ------
    MapError
        Two mappings of one source.
    """

    mappings: tuple[Mapping, ...] = ()
    name: str = ""
    port: str = ""

    def __post_init__(self) -> None:
        """Refuse two mappings of one source: which of them should win?"""
        for index, mapping in enumerate(self.mappings):
            for other in self.mappings[:index]:
                if mapping.source.clashes(other.source):
                    raise MapError(
                        f"{other.source}={other.control} and {mapping.source}={mapping.control} listen to the same "
                        f"message; give them different numbers or channels"
                    )

    def __iter__(self) -> Iterator[Mapping]:
        """Each mapping."""
        return iter(self.mappings)

    def words(self, control: str) -> tuple[str, ...]:
        """Every word the map can give a word control, in order, once."""
        return tuple(dict.fromkeys(word for mapping in self if mapping.control == control for word in mapping.words))

    def morphs_nowhere(self, to: str | None) -> bool:
        """Whether it moves `morph` where no second word is given, by `to` or by the map itself."""
        return to is None and not self.words("to") and any(mapping.control == "morph" for mapping in self)

    def joined(self, other: MidiMap) -> MidiMap:
        """Both maps in one."""
        return MidiMap(self.mappings + other.mappings, self.name or other.name, self.port or other.port)
