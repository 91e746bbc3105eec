"""What may run beside a live session and move it: the door that it gets, and what it must be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from semeq.eq import FloatArray
from semeq.words import WordSpace

from ..controls import CONTROLS
from ..midi import Change, Learner, Mapping, MidiMap, format_mapping
from .processor import LiveProcessor
from .view import LiveState

#: As a key on the terminal: long enough to join the steps of a mouse.
_GLIDE_S = 0.03


class Companion(Protocol):
    """Runs beside a session: started when the audio runs, stopped before it ends."""

    def start(self, door: LiveDoor) -> None:
        """Begin. Raises `LiveError` where it cannot."""

    def stop(self) -> None:
        """End."""


class LiveDoor:
    """A running session as its companion sees it. For any thread but audio's.

    Parameters
    ----------
    space : WordSpace
    processor : LiveProcessor
    midi_map : MidiMap
    records : bool
        Whether a take is recorded, which can hold words only.
    state : callable
        Gives the state that the terminal shows.
    """

    def __init__(
        self,
        space: WordSpace,
        processor: LiveProcessor,
        midi_map: MidiMap,
        records: bool,
        state: Callable[[], LiveState],
    ) -> None:
        self.space, self.records, self.state = space, records, state
        self._processor, self._map = processor, midi_map
        self._learning: tuple[str, Learner] | None = None
        self._stands_in: str | None = None

    @property
    def values(self) -> dict[str, Any]:
        """Where the controls stand, or glide to."""
        return {name: self._processor.performer.values[name] for name in CONTROLS}

    @property
    def mappings(self) -> tuple[str, ...]:
        """What knobs do, each in short form."""
        return tuple(format_mapping(mapping) for mapping in self._map)

    def change(self, values: dict[str, Any], setting: FloatArray | None = None) -> None:
        """Change controls from the next block on, all at once.

        With `setting` (13,), the word `semantic` stands for that, until it is changed without one.

        Raises
        ------
        UnknownWordError
            Then nothing changes.
        """
        now = self.values
        wanted = now | values
        words = (wanted["semantic"], wanted["to"])
        anew = setting is not None or self._stands_in == words[0]
        if anew or words != (now["semantic"], now["to"]):
            self._processor.morphs.take_in(*words, self.space, setting)
            self._stands_in = None if setting is None else words[0]
        changes = [
            Change(name, value, _GLIDE_S if CONTROLS[name].kind == "number" else 0.0)
            for name, value in wanted.items()
            if value != now[name] or (anew and name == "semantic")
        ]
        if changes:
            self._processor.request(changes)

    # ------------------------------------------------------------------------------------------------ MIDI learn

    def learn(self, control: str) -> None:
        """Wait for a knob to be turned, for a number or a switch."""
        self._learning = (control, Learner())
        self._processor.let_hear(self._learning[1])

    def learnt(self) -> Mapping | None:
        """The mapping that was learnt, once, when the knob is known; it is in force then. Raises `MapError`."""
        if self._learning is None or not self._learning[1].enough:
            return None
        (control, learner), self._learning = self._learning, None
        self._processor.let_hear(None)
        mapping = learner.mapping(control)
        others = [m for m in self._map if m.control != control and not m.source.clashes(mapping.source)]
        self._map = MidiMap((*others, mapping), port=self._map.port)
        self._processor.use_map(self._map)
        return mapping
