"""Adaptive mode: apply only as much of a word as the audio lacks.

How much of the word's EQ is in the audio already is the best estimate of its share in the lean, in the encoder's metric:
``share = <curve, lean> / <curve, curve>``. Music leans by itself, EQ or not, so the estimate is noisy; the part `TRUST`
of it is believed. What is applied is the word's curve times ``1 - TRUST * share``, held between nothing and 2.5 times the
word, refitted to five bands. Applied a second time it is ``1 - TRUST`` of the first.
"""

from __future__ import annotations

import numpy as np

from semeq.eq import clip_params, curve, refit, scale_gains
from semeq.eq.settings import FloatArray

from .hearing import Hearing

TRUST = 0.6
MOST = 2.5


def share_of(hearing: Hearing, params: FloatArray, lean_db: FloatArray) -> float:
    """How much of the EQ `params` (13,) the lean (64,) holds already: 0 as average music, 1 as much as the word gives."""
    own = hearing.band_curves(params)
    weighted = own @ hearing.metric
    power = float(weighted @ own)
    return float(weighted @ lean_db) / power if power > 1e-9 else 0.0


def adapt(hearing: Hearing, params: FloatArray, lean_db: FloatArray, intensity: float = 1.0) -> FloatArray:
    """The setting (13,) to apply where a word's is `params` (13,), the audio's lean (64,), scaled by `intensity`.

    Gains stay within ±12 dB where intensity does not ask for more.
    """
    wanted = float(np.clip(1.0 - TRUST * share_of(hearing, params, lean_db), 0.0, MOST)) * intensity
    if wanted == 0.0:
        return scale_gains(params, 0.0)
    start = scale_gains(params, wanted)
    if np.abs(start - clip_params(start)).max() > 0 and intensity > 1.0:
        return start  # beyond ±12 dB by request: the engine takes it, a fit within the bounds would not
    target = wanted * curve(params)
    fitted = refit(target, clip_params(start)).params[0]
    return np.asarray(fitted, dtype=np.float64)


