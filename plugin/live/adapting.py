"""Where adaptive mode plugs in: something that hears the input and bends the target setting to it."""

from __future__ import annotations

from typing import Protocol

from semeq.eq.settings import FloatArray

from ..space import WordSpace
from .tap import Float32


class Adaptation(Protocol):
    """Turns the setting of the words into the one this music needs. Called on a worker thread, a few times a second."""

    def hear(self, audio: Float32, sample_rate_hz: float) -> None:
        """Take in the newest input, (channels, frames); every frame comes once."""

    def settle(self, params: FloatArray) -> FloatArray:
        """The setting (13,) to play where the words ask for `params` (13,)."""


class NoAdaptation(RuntimeError):
    """A model that cannot adapt; the message says why."""


def open_adaptation(space: WordSpace) -> Adaptation:
    """The adaptation of a model.

    Raises
    ------
    NoAdaptation
        The model cannot hear: its bundle has no audio encoder, or this version of semeq does not use one.
    """
    bundle = space.decoder.bundle
    lacks = (
        "has no audio encoder" if bundle.audio_encoder_path is None else "has an audio encoder this semeq cannot use"
    )
    raise NoAdaptation(f"adaptive mode is not available: the model {bundle.name} {lacks}")
