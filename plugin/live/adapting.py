"""Adaptive mode, live: how much of the words' setting the music of the last seconds needs."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Protocol

import numpy as np

from semeq.eq import FloatArray
from semeq.words import BundleError, Hearing, HearingError, WordSpace, needed

from .tap import Float32

MEMORY_S = 8.0
_HEAR_EVERY_S = 1.0


class Adaptation(Protocol):
    """Finds how much of a setting this music needs. Called on a worker thread, a few times a second."""

    def hear(self, audio: Float32, sample_rate_hz: float) -> None:
        """Take in the newest input, (channels, frames)."""

    def amount(self, params: FloatArray) -> float:
        """How much of the words' setting `params` (13,) to apply: 1 is all of it, 0 nothing."""


class NoAdaptation(RuntimeError):
    """A model that cannot adapt; the message says why."""


class EncoderAdaptation:
    """Adaptation by the model's audio encoder, over the last eight seconds, as `SemanticEQ` does over a recording.

    Until there is something to hear, and through silence, it keeps what it found last: all of the setting at first.
    """

    def __init__(self, hearing: Hearing, clock: Callable[[], float] = time.monotonic) -> None:
        self._hearing, self._clock = hearing, clock
        self._audio: Float32 | None = None
        self._rate = 0.0
        self._lean_db: FloatArray | None = None
        self._next_s = -np.inf

    def hear(self, audio: Float32, sample_rate_hz: float) -> None:
        """See `Adaptation`."""
        kept = audio if self._audio is None else np.concatenate([self._audio, audio], axis=1)
        self._audio, self._rate = kept[:, -int(MEMORY_S * sample_rate_hz) :], sample_rate_hz

    def amount(self, params: FloatArray) -> float:
        """See `Adaptation`."""
        now = self._clock()
        if self._audio is not None and now >= self._next_s:
            self._next_s = now + _HEAR_EVERY_S
            with contextlib.suppress(HearingError):  # silence: nothing new is known
                self._lean_db = self._hearing.hear(self._audio, self._rate).lean_db
        return 1.0 if self._lean_db is None else float(needed(self._hearing, params, self._lean_db))


def open_adaptation(space: WordSpace) -> Adaptation:
    """The adaptation of a model.

    Raises
    ------
    NoAdaptation
        Its bundle has no audio encoder, or one that this version cannot use.
    """
    try:
        return EncoderAdaptation(Hearing(space))
    except BundleError as error:
        raise NoAdaptation(f"adaptive mode is not available: {error}") from None
