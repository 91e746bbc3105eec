"""Controls moved while the stream runs: changes at exact frames, glides between values, and the events they make.

Live and offline use the same code, so a recorded performance replays to the bit. Nothing here looks ahead: a change at
frame n starts its ramp at n, and a gliding control is followed by a new ramp every hop from there on, aimed at where
the glide will be at the ramp's end. The result does not depend on how the stream is cut into blocks.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike

from semeq.eq import DEFAULT_RAMP_FRAMES, PARAMETER_COUNT, Events, FloatArray

from ..controls import CONTROLS, Controls
from ..midi import Change, Translator
from .automation import Automation, first_frame

#: Changes beside the controls: the gain in dB that level matching found, and how much of the words' setting (1: all of
#: it) adaptation found this music to need.
MATCH_DB = "match_db"
AMOUNT = "amount"


class SettingSource(Protocol):
    """What knows the settings of word pairs: a `WordSpace`, or tables prepared from one."""

    def params(self, semantic: str, to: str | None, morph: ArrayLike, intensity: ArrayLike) -> FloatArray:
        """Settings (..., 13) at morph positions (...) and intensities (...)."""


# A critically damped step has come 99 % of its way when the damping times the time is this.
_SETTLING = 6.638
# A glide is over when it is this near, as a fraction of the control's range; 0.0001 dB of a 12 dB gain.
_NEAR = 1e-5


class _Glide(NamedTuple):
    """A critically damped second-order approach, so that a knob's 127 steps join into one movement.

    It is two first-order low-passes in a row: value and speed are continuous, and it never leaves the range of the
    goals it was given, because its impulse response is positive.
    """

    start: int
    damping: float  # per frame
    goal: float
    offset: float  # of the value from the goal at the start
    speed: float  # per frame, at the start

    def value(self, frame: float) -> float:
        """Where the control is."""
        t = frame - self.start
        return self.goal + (self.offset + (self.speed + self.damping * self.offset) * t) * math.exp(-self.damping * t)

    def velocity(self, frame: float) -> float:
        """How fast it moves, per frame."""
        t = frame - self.start
        slope = self.speed + self.damping * self.offset
        return (slope - self.damping * (self.offset + slope * t)) * math.exp(-self.damping * t)


class Moment(NamedTuple):
    """A frame at which a ramp starts, and what it aims at."""

    frame: int
    semantic: str
    to: str | None
    morph: float
    intensity: float
    output_db: float
    bypass: bool


class Performer:
    """The state of the controls in a running stream.

    Parameters
    ----------
    space : SettingSource
        Must have every word pair the changes can ask for, if it is to be used in an audio callback.
    controls : Controls
        The state before the first change.
    sample_rate_hz : float
        Of the stream.
    hop : int
        Frames between the ramps of a glide: the engine's ramp length.
    """

    def __init__(
        self, space: SettingSource, controls: Controls, sample_rate_hz: float, hop: int = DEFAULT_RAMP_FRAMES
    ) -> None:
        self._space, self._rate, self._hop = space, sample_rate_hz, hop
        self._values: dict[str, Any] = {field.name: getattr(controls, field.name) for field in fields(controls)}
        self._values |= {MATCH_DB: 0.0, AMOUNT: 1.0}
        self._glides: dict[str, _Glide] = {}
        self._next: int | None = None

    @property
    def values(self) -> dict[str, Any]:
        """Where every control stands, or glides to. Not a copy: for reading only."""
        return self._values

    @property
    def controls(self) -> Controls:
        """The same, as a checked state."""
        return Controls(**{name: self._values[name] for name in CONTROLS})

    @property
    def moving(self) -> bool:
        """Whether a control is gliding, so that every block has events."""
        return self._next is not None

    def events(self, start: int, frames: int, changes: Sequence[tuple[int, Change]]) -> Events | None:
        """Engine events of the block of `frames` at stream frame `start`; None where nothing moves.

        `changes` are (stream frame, change), ascending, inside the block.
        """
        if not changes and (self._next is None or self._next >= start + frames):
            return None
        return events_of(self._space, start, self.moments(start, frames, changes))

    def moments(
        self, start: int, frames: int, changes: Sequence[tuple[int, Change]], also: Iterable[int] = ()
    ) -> list[Moment]:
        """The frames of a block at which a ramp starts, with the state it aims at; `also`: further such frames."""
        moments: list[Moment] = []
        end, index = start + frames, 0
        asked = [frame for frame in also if start <= frame < end]
        while True:
            frame = end
            if index < len(changes):
                frame = min(frame, max(changes[index][0], start))
            if self._next is not None:
                frame = min(frame, max(self._next, start))
            if asked:
                frame = min(frame, asked[0])
            if frame >= end:
                return moments
            while index < len(changes) and changes[index][0] <= frame:
                self._apply(frame, changes[index][1])
                index += 1
            if asked and asked[0] == frame:
                del asked[0]
            moments.append(self._moment(frame))

    def _apply(self, frame: int, change: Change) -> None:
        name, value, glide_s = change
        if glide_s > 0.0:
            damping = _SETTLING / max(glide_s * self._rate, self._hop)
            before, here, speed = self._glides.get(name), self._number_at(name, frame), 0.0
            if before is not None:
                speed = before.velocity(frame)
                if before.damping != damping:  # the first low-pass stands where another damping may not put it
                    first = min(max(here + speed / damping, min(here, value)), max(here, value))
                    speed = damping * (first - here)
            self._glides[name] = _Glide(frame, damping, value, here - value, speed)
        else:
            self._glides.pop(name, None)
        self._values[name] = value

    def _number_at(self, name: str, frame: float) -> float:
        glide = self._glides.get(name)
        if glide is None:
            number: float = self._values[name]
            return number
        return glide.value(frame)

    def _moment(self, frame: int) -> Moment:
        aim, values = frame + self._hop, self._values
        self._settle(aim)
        moment = Moment(
            frame,
            values["semantic"],
            values["to"],
            self._number_at("morph", aim),
            self._number_at("intensity", aim) * (self._number_at(AMOUNT, aim) if values["adaptive"] else 1.0),
            self._number_at("output_db", aim) + self._number_at(MATCH_DB, aim),
            values["bypass"],
        )
        self._next = aim if self._glides else None
        return moment

    def _settle(self, aim: int) -> None:
        """End the glides that will have arrived at frame `aim`."""
        for name, glide in list(self._glides.items()):
            near = _NEAR * (CONTROLS[name].maximum - CONTROLS[name].minimum if name in CONTROLS else 1.0)
            if abs(glide.value(aim) - glide.goal) < near and abs(glide.velocity(aim)) * self._hop < near:
                del self._glides[name]


def events_of(space: SettingSource, start: int, moments: list[Moment]) -> Events:
    """Engine events of moments in the block that begins at stream frame `start`."""
    on = np.array([not moment.bypass for moment in moments], dtype=np.float64)
    morph = np.array([moment.morph for moment in moments])
    intensity = np.array([moment.intensity for moment in moments]) * on
    params = np.empty((len(moments), PARAMETER_COUNT))
    for words in {(moment.semantic, moment.to) for moment in moments}:
        rows = [row for row, moment in enumerate(moments) if (moment.semantic, moment.to) == words]
        params[rows] = space.params(*words, morph[rows], intensity[rows])
    at = np.array([moment.frame - start for moment in moments], dtype=np.int64)
    return Events(at, params, np.array([moment.output_db for moment in moments]) * on)


class TimedChange(NamedTuple):
    """Changes that come at one stream frame."""

    frame: int
    changes: list[Change]


class Performance:
    """A recorded performance over a file: MIDI by a map, with automation tracks of other controls beside it.

    It is played once, from the first block to the last; make one for every file.

    Parameters
    ----------
    timed : iterator of TimedChange
        Ascending; read as the stream goes on.
    automation : Automation
        Tracks that override the controls they name.
    """

    def __init__(
        self,
        space: SettingSource,
        controls: Controls,
        sample_rate_hz: float,
        timed: Iterator[TimedChange],
        automation: Automation,
    ) -> None:
        self._performer = Performer(space, controls, sample_rate_hz)
        self._timed, self._waiting = timed, next(timed, None)
        self._automation = automation

    @property
    def moving(self) -> bool:
        """Always: changes may come."""
        return True

    def controls_at(self, controls: Controls, seconds: float) -> Controls:
        """The state that the performance has reached, and the tracks' at `seconds`."""
        return self._automation.controls_at(self._performer.controls, seconds)

    def events(
        self, space: SettingSource, controls: Controls, sample_rate_hz: float, start: int, frames: int, hop: int
    ) -> Events:
        """Events of the block of `frames` at stream frame `start`; blocks come in order."""
        changes: list[tuple[int, Change]] = []
        while self._waiting is not None and self._waiting.frame < start + frames:
            changes += [(self._waiting.frame, change) for change in self._waiting.changes]
            self._waiting = next(self._timed, None)
        if not self._automation.tracks:
            events = self._performer.events(start, frames, changes)
            return events or Events(np.empty(0, np.int64), np.empty((0, 13)), np.empty(0))
        anchors, before = self._automation.anchors(sample_rate_hz, start, frames, hop)
        moments = self._performer.moments(start, frames, changes, also=anchors.tolist())
        at = np.array([moment.frame for moment in moments], dtype=np.int64)
        seconds = self._automation.aims(at, anchors, before, sample_rate_hz, hop)
        return events_of(space, start, self._overridden(moments, seconds))

    def _overridden(self, moments: list[Moment], seconds: FloatArray) -> list[Moment]:
        """The moments with the values that the tracks have at `seconds` (n,)."""
        overridden = []
        for moment, second in zip(moments, seconds, strict=True):
            state = self._automation.controls_at(self._performer.controls, float(second))
            overridden.append(moment._replace(**{name: getattr(state, name) for name in self._automation.tracks}))
        return overridden


def translated(
    translator: Translator, messages: Iterable[tuple[float, bytes | Change]], sample_rate_hz: float
) -> Iterator[TimedChange]:
    """Turn (seconds, MIDI bytes or change) into changes at stream frames."""
    for seconds, message in messages:
        if isinstance(message, Change):
            translator.set(message.control, message.value)
            changes = [message]
        else:
            changes = translator.feed(message)
        if changes:
            yield TimedChange(int(first_frame(np.array(seconds), sample_rate_hz)), changes)
