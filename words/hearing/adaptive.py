"""Adaptive mode: apply only as much of a word as the audio lacks.

How much of the word's EQ the audio holds already is its share in the lean, by the encoder's metric:
``share = <curve, lean> / <curve, curve>``. Music leans by itself, EQ or not, so the estimate is noisy; the part `TRUST`
of it is believed. What is applied is the word's curve times ``1 - TRUST * share``, held between nothing and all of
the word, refitted to five bands. Applied a second time it is ``1 - TRUST`` of the first.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from semeq.eq import FloatArray, clip_params, curve, refit, scale_gains

from ..space import WordSpace
from .encoder import Hearing

TRUST = 0.65


def share_of(hearing: Hearing, params: FloatArray, lean_db: FloatArray) -> FloatArray:
    """How much of the EQs `params` (..., 13) the lean (64,) holds already, (...).

    0 as average music, 1 as much as the word gives; 0 for a flat setting.
    """
    own = hearing.band_curves(params)
    weighted = own @ hearing.metric
    power = np.sum(weighted * own, axis=-1)
    return np.asarray(np.where(power > 1e-9, weighted @ lean_db / np.maximum(power, 1e-9), 0.0), dtype=np.float64)


def needed(hearing: Hearing, params: FloatArray, lean_db: FloatArray) -> FloatArray:
    """How much of the EQs `params` (..., 13) to apply, (...): 1 where the audio holds none of it, 0 where all."""
    return np.asarray(np.clip(1.0 - TRUST * share_of(hearing, params, lean_db), 0.0, 1.0), dtype=np.float64)


def adapt(hearing: Hearing, params: FloatArray, lean_db: FloatArray, intensity: float = 1.0) -> FloatArray:
    """The setting (13,) to apply where a word's is `params` (13,) and the audio's lean (64,), scaled by `intensity`."""
    amount = float(needed(hearing, params, lean_db))
    scaled = scale_gains(params, amount * intensity)
    if amount in (0.0, 1.0) or intensity == 0.0 or np.abs(scaled - clip_params(scaled)).max() > 0:
        return scaled  # flat, the word itself, or beyond ±12 dB: the engine takes that, a fit would not reach it
    return np.asarray(refit(amount * intensity * curve(params), scaled).params[0], dtype=np.float64)


class AdaptedSpace(WordSpace):
    """A space of words whose settings are adapted to one recording. Settings on the way of an automation are scaled
    without the refit, which would be too slow there and changes little.
    """

    def __init__(self, space: WordSpace, hearing: Hearing, lean_db: FloatArray) -> None:
        super().__init__(space.decoder, space.vocabulary)
        self._tables, self._understood = space._tables, space._understood  # the same words: both are shared
        self._hearing, self._lean_db = hearing, lean_db

    def params(self, semantic: str, to: str | None, morph: ArrayLike, intensity: ArrayLike) -> FloatArray:
        """Settings (..., 13), adapted."""
        plain = self.table(semantic, to).at(morph)
        if plain.ndim == 1:
            return adapt(self._hearing, plain, self._lean_db, float(np.asarray(intensity)))
        return scale_gains(plain, needed(self._hearing, plain, self._lean_db) * np.asarray(intensity))
