"""Messages in, changes of controls out: takeover, encoders, words, switches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, NamedTuple

from ..controls import Controls, check_control
from .mapping import Mapping, MidiMap
from .reading import Reader, Reading

if TYPE_CHECKING:
    import mido

# A knob that comes this near to where the control stands takes over: one step of a 7-bit controller, and a half.
_CATCH = 1.5 / 127


class Change(NamedTuple):
    """A control's new value, and how long it takes to get there."""

    control: str
    value: Any
    glide_s: float


class _Knob:
    """A mapping and what must be remembered between its messages."""

    __slots__ = ("last_position", "last_value", "mapping", "pressed")

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self.last_position: float | None = None  # where the knob stood, for pickup
        # What it last gave the control: if that stands elsewhere now, someone else moved it.
        self.last_value: float | None = None
        self.pressed = False


class Translator:
    """Turns MIDI messages into changes of the controls, by a map.

    It keeps its own copy of where every control stands, because pickup, encoders and toggles depend on it: tell it with
    `set` of changes made elsewhere. Not for two threads at once; takes no lock and does not block.
    """

    def __init__(self, midi_map: MidiMap, controls: Controls) -> None:
        self._reader = Reader()
        self._values: dict[str, Any] = {field.name: getattr(controls, field.name) for field in fields(controls)}
        self._knobs: dict[tuple[str, int, int], _Knob] = {}
        for mapping in midi_map:
            knob, source = _Knob(mapping), mapping.source
            for channel in range(1, 17) if source.channel is None else (source.channel,):
                self._knobs[source.kind, channel, source.number] = knob

    @property
    def values(self) -> dict[str, Any]:
        """Where every control stands. A copy."""
        return dict(self._values)

    def set(self, control: str, value: Any) -> None:
        """Note a change made elsewhere (by keys, by automation). Raises `ControlError` for a value out of range."""
        self._values[control] = check_control(control, value)

    def message(self, message: mido.Message) -> list[Change]:
        """Changes from one mido message; meta messages and all others that are not mapped give none."""
        return [] if message.is_meta else self.feed(message.bytes())

    def feed(self, data: Sequence[int]) -> list[Change]:
        """Changes from the bytes of one message. Anything that is not a complete, mapped channel message gives none."""
        changes = []
        for reading in self._reader.read(data):
            knob = self._knobs.get((reading.kind, reading.channel, reading.number))
            if knob is not None:
                value = self._turn(knob, reading)
                if value is not None and value != self._values[knob.mapping.control]:
                    self._values[knob.mapping.control] = value
                    glide = knob.mapping.smoothing_ms / 1000 if knob.mapping.kind == "number" else 0.0
                    changes.append(Change(knob.mapping.control, value, glide))
        return changes

    def _turn(self, knob: _Knob, reading: Reading) -> Any:
        """The value a reading asks for; None for none."""
        kind = knob.mapping.kind
        if kind == "switch":
            return self._switch(knob, reading)
        if kind == "word":
            return self._word(knob, reading)
        if knob.mapping.encoding != "absolute":
            position = knob.mapping.position_of(self._values[knob.mapping.control])
            return knob.mapping.value_at(position + knob.mapping.step * _steps(knob.mapping, reading.raw))
        return self._number(knob, reading.position)

    def _number(self, knob: _Knob, position: float) -> float | None:
        mapping, before = knob.mapping, knob.last_position
        knob.last_position = position
        current = self._values[mapping.control]
        if mapping.takeover == "pickup" and current != knob.last_value:
            stands = mapping.position_of(current)
            crossed = before is not None and (before - stands) * (position - stands) <= 0.0
            if not crossed and abs(position - stands) > _CATCH:
                return None
        knob.last_value = mapping.value_at(position)
        return knob.last_value

    def _switch(self, knob: _Knob, reading: Reading) -> bool | None:
        is_key = knob.mapping.source.kind == "note"
        pressed = reading.raw > 0 if is_key else reading.position >= 64 / 127
        if knob.mapping.action == "follow":
            return pressed
        rising, knob.pressed = pressed and not knob.pressed, pressed
        return not self._values[knob.mapping.control] if rising else None

    def _word(self, knob: _Knob, reading: Reading) -> str | None:
        mapping, words = knob.mapping, knob.mapping.words
        if mapping.source.kind == "pc":
            return words[reading.raw] if reading.raw < len(words) else None
        current = self._values[mapping.control]
        index = words.index(current) if current in words else -1
        if mapping.source.kind == "note":  # each press takes the next word
            return words[(index + 1) % len(words)] if reading.raw > 0 else None
        if mapping.encoding != "absolute":
            return words[min(max(index + _steps(mapping, reading.raw), 0), len(words) - 1)]
        return words[min(int(reading.position * len(words)), len(words) - 1)]


def _steps(mapping: Mapping, raw: int) -> int:
    if mapping.encoding == "offset-64":
        return raw - 64
    return raw - 128 if raw >= 64 else raw
