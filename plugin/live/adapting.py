"""Where adaptive mode plugs in: something that hears the input and bends the target setting to it."""

from __future__ import annotations

import math
from collections import deque
from typing import Protocol

import numpy as np

from semeq.eq import scale_gains
from semeq.eq.settings import FloatArray
from semeq.presets import BundleError

from ..adaptive import adapt
from ..hearing import Hearing, HearingError
from ..space import WordSpace
from .tap import Float32


class Adaptation(Protocol):
    """Turns the setting of the words into the one this music needs. Called on a worker thread, a few times a second."""

    def hear(self, audio: Float32, sample_rate_hz: float) -> None:
        """Take in the newest input, (channels, frames); every frame comes once."""

    def settle(self, params: FloatArray, intensity: float) -> FloatArray:
        """The setting (13,) to play where the words ask for `params` (13,) at `intensity`."""


class NoAdaptation(RuntimeError):
    """A model that cannot adapt; the message says why."""


class SlowEar:
    """Hears the last seconds twice a second, and lets what it thinks of the music change slowly.

    An analysis of 3 s of audio takes about 5 ms, so this costs one per cent of a core.
    """

    WINDOW_S, EVERY_S, SLOWNESS_S = 3.0, 0.5, 6.0

    def __init__(self, hearing: Hearing) -> None:
        self._hearing = hearing
        self._blocks: deque[Float32] = deque()
        self._waiting_s = 0.0
        self.lean_db: FloatArray | None = None

    def hear(self, audio: Float32, sample_rate_hz: float) -> None:
        """Take in the newest input, (channels, frames)."""
        self._blocks.append(audio)
        while (
            sum(block.shape[1] for block in self._blocks) - self._blocks[0].shape[1] >= self.WINDOW_S * sample_rate_hz
        ):
            self._blocks.popleft()
        self._waiting_s += audio.shape[1] / sample_rate_hz
        if self._waiting_s < self.EVERY_S:
            return
        passed, self._waiting_s = self._waiting_s, 0.0
        try:
            lean = self._hearing.hear(np.concatenate(self._blocks, axis=1), sample_rate_hz).lean_db
        except HearingError:
            return  # silence says nothing new
        part = 1.0 - math.exp(-passed / self.SLOWNESS_S)
        self.lean_db = lean if self.lean_db is None else self.lean_db + part * (lean - self.lean_db)

    def settle(self, params: FloatArray, intensity: float) -> FloatArray:
        """The setting (13,) for what was heard; the words' own until then."""
        if self.lean_db is None:
            return scale_gains(params, intensity)
        return adapt(self._hearing, params, self.lean_db, intensity)


def open_adaptation(space: WordSpace) -> Adaptation:
    """The adaptation of a model.

    Raises
    ------
    NoAdaptation
        The model cannot hear: its bundle has no audio encoder, or one that this version of semeq cannot use.
    """
    try:
        return SlowEar(Hearing(space))
    except BundleError as error:
        raise NoAdaptation(f"adaptive mode is not available: {error}") from None
