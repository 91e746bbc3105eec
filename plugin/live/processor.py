"""What the audio callback does, whatever calls it: MIDI to controls, controls to the engine, block by block.

`process` runs on the audio thread. It takes no lock, waits for nothing, and calls no model: the morphs that any knob
can ask for are prepared before the stream starts. What other threads want goes through a deque, whose append and
popleft are atomic; what they want to know they read from values that are replaced whole.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from semeq.eq import DEFAULT_RAMP_FRAMES, Engine, scale_gains
from semeq.eq.settings import FloatArray

from ..controls import ControlError, Controls
from ..midi import Change, MidiMap, Translator
from ..morph import MorphTable
from ..performance import AMOUNT, MATCH_DB, Performer
from ..space import WordSpace
from .tap import Float32, Tap
from .timing import CallbackTimes, thread_waits

MAX_PAIRS = 400
FADE_S = 0.02
_TAP_S = 2.0


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

    def __len__(self) -> int:
        """How many pairs there are."""
        return len(self._tables)

    def params(self, semantic: str, to: str | None, morph: ArrayLike, intensity: ArrayLike) -> FloatArray:
        """Settings (..., 13) at morph positions (...) and intensities (...)."""
        return scale_gains(self._tables[semantic, to].at(morph), intensity)


class LiveProcessor:
    """One live stream.

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
    ) -> None:
        self.morphs = PreparedMorphs(space, controls, midi_map)
        self.engine = Engine(sample_rate_hz, channels, DEFAULT_RAMP_FRAMES)
        self.performer = Performer(self.morphs, controls, sample_rate_hz)
        self.times = CallbackTimes(block_frames / sample_rate_hz * 1e6)
        self.tap = Tap(channels, int(_TAP_S * sample_rate_hz))
        self.taken: deque[tuple[int, bytes | Change]] = deque()
        self.midi_messages = 0
        self.failure = ""
        self._translator = Translator(midi_map, controls)
        self._requests: deque[bytes | Change] = deque()
        self._record = record
        self._fade = np.linspace(1.0, 0.0, max(int(FADE_S * sample_rate_hz), 2), dtype=np.float32)
        self._faded: int | None = None
        self.target = self.morphs.params(
            controls.semantic, controls.to, controls.morph, 0.0 if controls.bypass else controls.intensity
        )
        self.engine.jump(self.target, 0.0 if controls.bypass else controls.output_db)

    # ------------------------------------------------------------------------------------- for all other threads

    def request(self, what: bytes | Change) -> None:
        """Ask for a change, or hand in a MIDI message, from any thread; it takes effect with the next block."""
        self._requests.append(what)

    def fade_out(self) -> None:
        """Fade to silence, and stay there."""
        if self._faded is None:
            self._faded = 0

    @property
    def silent(self) -> bool:
        """Whether the fade is over."""
        return self._faded is not None and self._faded >= len(self._fade)

    # ------------------------------------------------------------------------------------- for the audio thread

    def process(
        self,
        source: Float32,
        sink: Float32,
        messages: Sequence[tuple[int, bytes]] = (),
        entry_us: float | None = None,
    ) -> None:
        """Process a block (channels, frames) into `sink`; `messages` are (frame in the block, MIDI bytes), ascending.

        Never raises: where something goes wrong the input passes and `failure` says what.
        """
        began, cpu, before = time.perf_counter_ns(), time.thread_time_ns(), thread_waits()
        try:
            self._process(source, sink, messages)
        except Exception as error:  # an exception in an audio callback would end it without a word
            self.failure = f"{type(error).__name__}: {error}"
            sink[...] = source
        ended, after = time.perf_counter_ns(), thread_waits()
        waits = None if before is None or after is None else after - before
        self.times.called(began, ended, time.thread_time_ns() - cpu, entry_us, waits)

    def _process(self, source: Float32, sink: Float32, messages: Sequence[tuple[int, bytes]]) -> None:
        start, frames = self.engine.frame, source.shape[1]
        changes: list[tuple[int, Change]] = []
        for _ in range(len(self._requests)):
            self._take(start, self._requests.popleft(), changes)
        for offset, data in messages:
            self._take(start + min(max(offset, 0), frames - 1), data, changes)
        events = self.performer.events(start, frames, changes)
        self.engine.process(source, sink, events)
        if events is not None:
            self.target = events.params[-1]
        if self._faded is not None:
            self._fade_block(sink, frames)
        self.tap.write(source, sink)

    def _take(self, frame: int, what: bytes | Change, changes: list[tuple[int, Change]]) -> None:
        if isinstance(what, Change):
            if what.control in (MATCH_DB, AMOUNT):  # found from the audio, not asked for: no part of a take
                changes.append((frame, what))
                return
            self._translator.set(what.control, what.value)
            changes.append((frame, what))
        else:
            self.midi_messages += 1
            for change in self._translator.feed(what):
                changes.append((frame, change))
        if self._record:
            self.taken.append((frame, what))

    def _fade_block(self, sink: Float32, frames: int) -> None:
        done = self._faded or 0
        part = self._fade[done : done + frames]
        sink[:, : len(part)] *= part
        sink[:, len(part) :] = 0.0
        self._faded = done + frames
