"""The control side of a live stream: MIDI and requests to controls, controls to targets of the engine.

It calls no model, because the morphs that any knob can ask for are prepared before the stream starts. One thread calls
`control` (`NativeStream`); the audio callback takes what it returns through a ring. What other threads want goes
through a deque, whose append and popleft are atomic; what they want to know they read from values that are replaced
whole, or from arrays.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from semeq.eq import Events, FloatArray, scale_gains
from semeq.words import MorphTable, WordSpace

from ..controls import ControlError, Controls
from ..midi import Change, Learner, MidiMap, Translator
from ..moves import AMOUNT, MATCH_DB, Performer
from .audio import load, replace
from .tap import Tap
from .timing import CallbackTimes

MAX_PAIRS = 400
#: Pairs that came up while the stream ran, of which the newest are kept: far more than can be in use.
MOST_LATER = 400
FADE_S = 0.02
TAP_S = 2.0


class TooManyPairs(ControlError):
    """A map whose words make more pairs than can be prepared."""


class PreparedMorphs:
    """The morphs of all word pairs that controls and map can ask for, built before the stream starts.

    Raises
    ------
    UnknownWordError
        A word the model does not know.
    TooManyPairs
        More than 400 pairs.
    """

    def __init__(self, space: WordSpace, controls: Controls, midi_map: MidiMap) -> None:
        firsts = dict.fromkeys([controls.semantic, *midi_map.words("semantic")])
        seconds = dict.fromkeys([controls.to, *midi_map.words("to")])
        if len(firsts) * len(seconds) > MAX_PAIRS:
            raise TooManyPairs(
                f"the map's words make {len(firsts) * len(seconds)} pairs; at most {MAX_PAIRS} can be live"
            )
        self._tables: dict[tuple[str, str | None], MorphTable] = {
            (first, second): space.table(first, second) for first in firsts for second in seconds
        }

        self._firsts, self._seconds = tuple(firsts), tuple(seconds)

    def __len__(self) -> int:
        """How many pairs there are."""
        return len(self._tables)

    def take_in(self, first: str, second: str | None, space: WordSpace, setting: FloatArray | None = None) -> None:
        """Prepare a pair that comes up while the stream runs, and what a knob can make of it; not for audio's threads.

        With `setting` (13,), that is what `first` means, whatever the second word. The oldest pairs that came up so
        are forgotten, never those of the start. Raises `UnknownWordError`, and then nothing changes.
        """
        fixed = None if setting is None else MorphTable(np.stack([setting, setting]), 0.0)
        made = {(word, second): space.table(word, second) for word in self._firsts}
        made |= {(first, word): fixed or space.table(first, word) for word in (second, *self._seconds)}
        tables = {pair: table for pair, table in self._tables.items() if pair not in made} | made
        later = [pair for pair in tables if pair[0] not in self._firsts or pair[1] not in self._seconds]
        for pair in later[: max(0, len(later) - MOST_LATER)]:
            del tables[pair]
        self._tables = tables  # one step, for the thread that looks things up

    def params(self, semantic: str, to: str | None, morph: ArrayLike, intensity: ArrayLike) -> FloatArray:
        """Settings (..., 13) at morph positions (...) and intensities (...)."""
        return scale_gains(self._tables[semantic, to].at(morph), intensity)


class LiveProcessor:
    """The control side of a live stream, and what its callback and everyone else share: tap, times and fade.

    Parameters
    ----------
    space : WordSpace
    controls : Controls
        The state at the start.
    midi_map : MidiMap
    sample_rate_hz : float
    channels : int
    block_frames : int
        The usual block; others are taken too.
    record : bool
        Keep messages and changes in `taken`, for someone to collect.
    tap_s : float
        How much audio the tap holds.
    """

    def __init__(
        self,
        space: WordSpace,
        controls: Controls,
        midi_map: MidiMap,
        sample_rate_hz: float,
        channels: int,
        block_frames: int,
        record: bool = False,
        tap_s: float = TAP_S,
    ) -> None:
        self.morphs = PreparedMorphs(space, controls, midi_map)
        self.sample_rate_hz = sample_rate_hz
        self.performer = Performer(self.morphs, controls, sample_rate_hz)
        self.times = CallbackTimes(block_frames / sample_rate_hz * 1e6)
        self.tap = Tap(channels, int(tap_s * sample_rate_hz))
        self.taken: deque[tuple[int, bytes | Change]] = deque()
        self.midi_messages = 0
        self.failure = ""
        self._translator = Translator(midi_map, controls)
        self._requests: deque[bytes | Change | list[Change]] = deque()
        self._learner: Learner | None = None
        self._record = record
        self.fade = np.linspace(1.0, 0.0, max(int(FADE_S * sample_rate_hz), 2), dtype=np.float32)
        self.faded = np.full(1, -1, np.int64)  # frames; −1 while nobody asked for it
        #: Called after a request: whoever sleeps until there is something to do.
        self.on_request: Callable[[], None] = lambda: None
        self.target = self.morphs.params(controls.semantic, controls.to, controls.morph, controls.effective_intensity)

    # ------------------------------------------------------------------------------------- for all other threads

    def request(self, what: bytes | Change | list[Change]) -> None:
        """Ask for a change, or for several at once, or hand in a MIDI message; from any thread, for the next block."""
        self._requests.append(what)
        self.on_request()

    def let_hear(self, learner: Learner | None) -> None:
        """Let a learner hear the MIDI messages that come from now on; None ends that."""
        self._learner = learner

    def use_map(self, midi_map: MidiMap) -> None:
        """Let knobs do something else from the next block on. Its words must be among those prepared."""
        self._translator = Translator(midi_map, self.performer.controls)

    @property
    def asked(self) -> bool:
        """Whether requests wait for the next block."""
        return bool(self._requests)

    def fade_out(self) -> None:
        """Fade to silence, and stay there."""
        replace(self.faded, -1, 0)  # once: a fade that is under way goes on

    @property
    def silent(self) -> bool:
        """Whether the fade is over."""
        return load(self.faded, 0) >= len(self.fade)

    # ------------------------------------------------------------------------------------- for the control thread

    def control(
        self, start: int, frames: int, messages: Sequence[tuple[int, bytes]] = (), delay_frames: int = 0
    ) -> Events | None:
        """Requests and messages of the block of `frames` at stream frame `start`, as engine events; None for none.

        `messages` are (stream frame, MIDI bytes), ascending, inside the block. What is recorded is stamped with the
        frame at which it is heard: `delay_frames` later.
        """
        changes: list[tuple[int, Change]] = []
        for _ in range(len(self._requests)):
            asked = self._requests.popleft()
            for what in asked if isinstance(asked, list) else [asked]:
                self._take(start, what, changes, delay_frames)
        for frame, data in messages:
            self._take(frame, data, changes, delay_frames)
        events = self.performer.events(start, frames, changes)
        if events is not None:
            self.target = events.params[-1]
        return events

    def _take(self, frame: int, what: bytes | Change, changes: list[tuple[int, Change]], delay_frames: int) -> None:
        if isinstance(what, Change):
            if what.control in (MATCH_DB, AMOUNT):  # found from the audio, not asked for: no part of a take
                changes.append((frame, what))
                return
            self._translator.set(what.control, what.value)
            changes.append((frame, what))
        else:
            self.midi_messages += 1
            learner = self._learner
            if learner is not None:
                learner.feed(what)
            for change in self._translator.feed(what):
                changes.append((frame, change))
        if self._record:
            self.taken.append((frame + delay_frames, what))
