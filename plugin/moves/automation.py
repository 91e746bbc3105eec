"""Controls that move: tracks of values over time, and the engine events they become.

The engine ramps linearly to a new target over a fixed number of frames, the *hop*. A track is therefore sampled once a
hop, one hop ahead: the ramp that starts at frame n aims at the value for frame n + hop, so a moving control is followed
without delay. A step is an event of its own at its exact frame. The grid is anchored to the start of the stream, so the
result does not depend on how the stream is cut into blocks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from semeq.eq import Events, FloatArray
from semeq.words import WordSpace

from ..controls import CONTROLS, ControlError, Controls, check_control

Interpolation = Literal["linear", "hold", "smooth"]


@dataclass(frozen=True)
class Track:
    """One control over time.

    Parameters
    ----------
    control : str
        Name of the control.
    seconds : ndarray, shape (k,)
        Ascending times from the start of the stream. Before the first and after the last the value is held.
    values : tuple
        One value a point: numbers, words or booleans, as the control takes.
    interpolation : {"linear", "hold", "smooth"}
        Between points: a straight line, a step at the point, or a raised cosine. Words and switches always hold. Two
        points at the same time are a step.
    """

    control: str
    seconds: FloatArray
    values: tuple[Any, ...]
    interpolation: Interpolation = "linear"

    def __post_init__(self) -> None:
        """Check times and values; raise `ControlError` where they make no track."""
        seconds = np.asarray(self.seconds, dtype=np.float64)
        if self.interpolation not in get_args(Interpolation):
            raise ControlError(f"interpolation is {self.interpolation!r}, not one of linear, hold, smooth")
        if seconds.ndim != 1 or len(seconds) == 0 or len(seconds) != len(self.values):
            raise ControlError(f"automation of {self.control} needs at least one (seconds, value) point")
        if not np.isfinite(seconds).all() or (np.diff(seconds) < 0).any():
            raise ControlError(f"automation of {self.control}: times must be finite and ascend")
        values = tuple(check_control(self.control, value) for value in self.values)
        object.__setattr__(self, "seconds", seconds)
        object.__setattr__(self, "values", values)
        if CONTROLS[self.control].kind != "number":
            object.__setattr__(self, "interpolation", "hold")

    def index_at(self, seconds: FloatArray) -> NDArray[np.intp]:
        """Which point holds at times (n,): the last one not later, or the first."""
        return np.maximum(np.searchsorted(self.seconds, seconds, side="right") - 1, 0)

    def numbers_at(self, seconds: FloatArray) -> FloatArray:
        """Values of a number track at times (n,), float64."""
        numbers = np.asarray(self.values, dtype=np.float64)
        low = self.index_at(seconds)
        if self.interpolation == "hold" or len(numbers) == 1:
            return np.asarray(numbers[low], dtype=np.float64)
        high = np.minimum(low + 1, len(numbers) - 1)
        span = self.seconds[high] - self.seconds[low]
        part = np.clip((seconds - self.seconds[low]) / np.where(span > 0, span, 1.0), 0.0, 1.0)
        if self.interpolation == "smooth":
            part = 0.5 - 0.5 * np.cos(np.pi * part)
        return np.asarray(numbers[low] + part * (numbers[high] - numbers[low]), dtype=np.float64)

    @property
    def steps(self) -> FloatArray:
        """Times at which the value jumps."""
        if self.interpolation == "hold":
            return self.seconds[1:]
        return np.asarray(self.seconds[1:][np.diff(self.seconds) == 0], dtype=np.float64)


def first_frame(seconds: FloatArray, sample_rate_hz: float) -> NDArray[np.int64]:
    """The first frames (n,) at or after times (n,); a time that is off by rounding only is its frame's own."""
    return np.ceil(np.asarray(seconds) * sample_rate_hz - 1e-6).astype(np.int64)


#: What callers may pass for one control: a `Track`, points ``(seconds, value)``, or an array spread over the audio.
TrackLike = Track | Sequence[tuple[float, Any]] | FloatArray


def as_track(control: str, source: TrackLike, start_s: float, duration_s: float) -> Track:
    """Make a track of what the caller gave.

    A one-dimensional array is spread evenly over the audio at hand, which lasts from `start_s` for `duration_s`.
    """
    if isinstance(source, Track):
        if source.control != control:
            raise ControlError(f"automation of {control} was given a track of {source.control}")
        return source
    if isinstance(source, np.ndarray) and source.ndim == 1:
        times = start_s + duration_s * np.arange(len(source)) / max(len(source), 1)
        return Track(control, times, tuple(source.tolist()))
    try:
        points = [(float(seconds), value) for seconds, value in source]
    except (TypeError, ValueError):
        raise ControlError(f"automation of {control} must be (seconds, value) points or a 1-D array") from None
    return Track(control, np.array([seconds for seconds, _ in points]), tuple(value for _, value in points))


class Automation:
    """Several tracks over one state of the controls."""

    def __init__(self, tracks: Sequence[Track]) -> None:
        self.tracks = {track.control: track for track in tracks}
        if len(self.tracks) != len(tracks):
            raise ControlError("two automation tracks move the same control")
        for name in ("level_match", "adaptive"):
            if name in self.tracks:
                raise ControlError(f"{name} cannot be automated: it looks at the whole stream")

    @property
    def moving(self) -> bool:
        """Whether there is any track."""
        return bool(self.tracks)

    @classmethod
    def of(cls, sources: Mapping[str, TrackLike], start_s: float, duration_s: float) -> Automation:
        """Build from what a caller passed as ``automation={control: track, points or array}``."""
        for name in sources:
            if name not in CONTROLS:
                check_control(name, None)
        return cls([as_track(name, source, start_s, duration_s) for name, source in sources.items()])

    def controls_at(self, controls: Controls, seconds: float) -> Controls:
        """The state at one time."""
        at = np.array([seconds])
        changes: dict[str, Any] = {}
        for name, track in self.tracks.items():
            number = CONTROLS[name].kind == "number"
            changes[name] = float(track.numbers_at(at)[0]) if number else track.values[int(track.index_at(at)[0])]
        return controls.changed(**changes)

    def events(
        self, space: WordSpace, controls: Controls, sample_rate_hz: float, start: int, frames: int, hop: int
    ) -> Events:
        """Events for the block of `frames` that starts at stream frame `start`, on the grid of `hop` and at steps."""
        anchors, before = self.anchors(sample_rate_hz, start, frames, hop)
        moments = anchors[anchors < start + frames]
        params, output_db = self._targets(space, controls, self.aims(moments, anchors, before, sample_rate_hz, hop))
        return Events(moments - start, params, output_db)

    def anchors(self, sample_rate_hz: float, start: int, frames: int, hop: int) -> tuple[NDArray[np.int64], FloatArray]:
        """The frames of a block (and just behind it) at which ramps start: the grid of `hop`, and every step.

        A step comes at the first frame at or after its point. Beside each frame (n,) stands the time of its step, the
        earliest if there are several, and infinity on the grid.
        """
        grid = np.arange(-(-start // hop), -(-(start + frames) // hop) + 1) * hop
        times = np.sort(np.concatenate([track.steps for track in self.tracks.values()] or [np.empty(0)]))
        steps = first_frame(times, sample_rate_hz)
        near = (steps >= start) & (steps < start + frames + hop)
        steps, times = steps[near], times[near]
        anchors = np.unique(np.concatenate([grid, steps]))
        before = np.full(len(anchors), np.inf)
        at = np.searchsorted(anchors, steps)
        np.minimum.at(before, at, times)
        return anchors, before

    @staticmethod
    def aims(
        moments: NDArray[np.int64],
        anchors: NDArray[np.int64],
        before: FloatArray,
        sample_rate_hz: float,
        hop: int,
    ) -> FloatArray:
        """The times whose values the ramps that start at `moments` (n,) aim at, in seconds.

        One hop on; and where a step comes first, the last moment before its point, which may lie up to a frame before
        the step's own frame.
        """
        following = np.searchsorted(anchors, moments, side="right")
        last = np.append(np.nextafter(before, -np.inf), np.inf)[following]
        return np.asarray(np.minimum((moments + hop) / sample_rate_hz, last), dtype=np.float64)

    def _targets(self, space: WordSpace, controls: Controls, seconds: FloatArray) -> tuple[FloatArray, FloatArray]:
        def numbers(name: str) -> FloatArray:
            track = self.tracks.get(name)
            return np.full(len(seconds), getattr(controls, name)) if track is None else track.numbers_at(seconds)

        def choices(name: str) -> NDArray[np.object_]:
            track = self.tracks.get(name)
            chosen = np.empty(len(seconds), dtype=object)
            if track is None:
                chosen[:] = getattr(controls, name)
            else:
                chosen[:] = [track.values[i] for i in track.index_at(seconds)]
            return chosen

        on = 1.0 - choices("bypass").astype(np.float64)
        morph, intensity = numbers("morph"), numbers("intensity") * on
        params = np.empty((len(seconds), 13))
        pairs = list(zip(choices("semantic"), choices("to"), strict=True))
        for pair in set(pairs):
            rows = np.array([p == pair for p in pairs], dtype=bool)
            params[rows] = space.params(*pair, morph[rows], intensity[rows])
        return params, numbers("output_db") * on
