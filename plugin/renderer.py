"""Where control meets audio: one stream, the state of its controls, and the engine that plays it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from semeq.eq import DEFAULT_RAMP_FRAMES, AnyAudio, Engine, Events, FloatArray
from semeq.words import WordSpace

from .controls import Controls


@dataclass(frozen=True)
class Target:
    """What the engine should play: a setting (13,) in physical units and the output gain."""

    params: FloatArray
    output_db: float


def target_of(space: WordSpace, controls: Controls) -> Target:
    """The target of a state of the controls. Bypass keeps the frequencies and takes the gains to 0 dB."""
    params = space.params(controls.semantic, controls.to, controls.morph, controls.effective_intensity)
    return Target(params, controls.effective_output_db)


class Movement(Protocol):
    """What moves controls while a stream is rendered: an `Automation`, or a recorded `Performance`."""

    @property
    def moving(self) -> bool:
        """Whether anything may move."""

    def controls_at(self, controls: Controls, seconds: float) -> Controls:
        """The state at one time."""

    def events(
        self, space: WordSpace, controls: Controls, sample_rate_hz: float, start: int, frames: int, hop: int
    ) -> Events:
        """Engine events of the block of `frames` that starts at stream frame `start`."""


class Renderer:
    """Plays one stream through the EQ that the controls ask for.

    `update` and `set` belong to the control side (they may build a morph table, which takes about a millisecond);
    `process` without automation belongs to the audio side: it hands the latest target to the engine and does nothing
    else. The target is swapped as one reference, so either side may run in its own thread.

    Parameters
    ----------
    space : WordSpace
    sample_rate_hz : float
    channels : int
        1 to 64.
    controls : Controls
        The first state; it applies from the first frame, without a ramp.
    """

    def __init__(self, space: WordSpace, sample_rate_hz: float, channels: int, controls: Controls) -> None:
        self.space = space
        self.engine = Engine(sample_rate_hz, channels, DEFAULT_RAMP_FRAMES)
        self._controls = controls
        self._target = self._played = target_of(space, controls)
        self.engine.jump(self._target.params, self._target.output_db)

    @property
    def controls(self) -> Controls:
        """The state of the controls."""
        return self._controls

    @property
    def target(self) -> Target:
        """The setting and gain that the engine plays or moves to."""
        return self._target

    def rests(self, automation: Movement | None = None) -> bool:
        """Whether the engine plays one setting from here to the end of the stream."""
        moves = automation is not None and automation.moving
        return not moves and self._target is self._played and not self.engine.ramping

    def update(self, controls: Controls) -> None:
        """Take a new state. Raises `UnknownWordError`, and then nothing changes."""
        self._target = target_of(self.space, controls)
        self._controls = controls

    def set(self, name: str, value: Any) -> None:
        """Change one control by name."""
        self.update(self._controls.changed(**{name: value}))

    def reset(self) -> None:
        """Start a new stream: the filters forget, the current controls apply at once."""
        self._played = self._target
        self.engine.jump(self._target.params, self._target.output_db)
        self.engine.reset()

    def process(self, block: AnyAudio, out: AnyAudio | None = None, automation: Movement | None = None) -> AnyAudio:
        """Process a block of the stream: shapes as `semeq.eq.Engine.process`, zero latency.

        With `automation`, its tracks override the controls they name, in stream time; afterwards the controls stand
        where the tracks left them.
        """
        if automation is not None and automation.moving:
            return self._process_automated(block, out, automation)
        target = self._target
        if target is not self._played:
            self.engine.set_target(target.params, target.output_db)
            self._played = target
        return self.engine.process(block, out)

    def _process_automated(self, block: AnyAudio, out: AnyAudio | None, automation: Movement) -> AnyAudio:
        engine, rate = self.engine, self.engine.sample_rate_hz
        start, frames = engine.frame, block.size // engine.channels
        if start == 0:
            self._played = target_of(self.space, automation.controls_at(self._controls, 0.0))
            engine.jump(self._played.params, self._played.output_db)
        events = automation.events(self.space, self._controls, rate, start, frames, engine.ramp_frames)
        events = _changes(events, self._played)
        result = engine.process(block, out, events)
        if len(events.at):
            self._played = Target(events.params[-1], float(events.output_db[-1]))
        self.update(automation.controls_at(self._controls, (start + frames) / rate))
        return result


def _changes(events: Events, before: Target) -> Events:
    """Keep the events that ask for something else than the one before: a control at rest leaves the engine at rest."""
    params = np.vstack([before.params, events.params])
    output_db = np.concatenate([[before.output_db], events.output_db])
    keep = (params[1:] != params[:-1]).any(axis=1) | (output_db[1:] != output_db[:-1])
    return Events(events.at[keep], events.params[keep], events.output_db[keep])
