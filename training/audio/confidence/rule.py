"""The rule, and its exact solution with NumPy: for training and evaluation, and to judge the graph by.

A lossy file has no top, a bass guitar nothing above its partials. Such bands say little of colour. Two signs tell them:
a level far under the loudest band, and a *void*, a band as empty as only digital silence is. They add up to the error e
in dB with which a band's lean is known, 0 where there is no sign. That a spectrum falls steeply is no sign: so it does
behind a low-pass, which is to be heard.

What is left is a Gaussian with missing values. The lean of music has mean zero and a known covariance S. The lean that
a recording would have with all bands full is then the conditional mean (K. Mardia, J. Kent, J. Bibby, *Multivariate
Analysis*, 1979, ch. 3.2), which is v + d for the lean v as measured:

    (S⁻¹ + R⁻¹) (v + d) = R⁻¹ v,   R = diag(e²),

or, with P = S⁻¹, E = diag(e) and d = E t, the symmetric system

    (1 + E P E) t = −E P v.

With all errors 0 it reads t = 0: a recording that fills all bands is heard as it is, exactly. Level does not matter,
since P annuls a constant.
"""

from __future__ import annotations

import numpy as np

from semeq.eq import FloatArray

from ..bands import BANDS

#: A band so far under the loudest, in dB, is empty; above the second figure its level is no reason to doubt it.
EMPTY_DB, FULL_DB = -66.0, -52.0
#: The error of an empty band, as a variance in dB². It is not infinite: that a band is faint says something too, and an
#: EQ that lifts it must not make the recording sound as if the band had been full before.
FAINT_DB2 = 25.0**2
#: Levels of a void, for sure and not yet, and its error. Nothing that was ever played is so faint; an EQ does not lift
#: it to where it would be heard.
VOID_DB, NO_VOID_DB = -110.0, -95.0
VOID_DB2 = 60.0**2
#: Neighbours on each side that make a band as doubtful as they are: filters and windows smear edges.
NEIGHBOURS = 1
#: Share of a multiple of the identity in the covariance: there are few clips for 64 bands.
SHRINKAGE = 0.1
QUIETEST = 1e-30


def band_error_db(energy: FloatArray) -> FloatArray:
    """Errors (..., 64) in dB of bands of some energy (..., 64) relative to the loudest. Continuous."""
    level = 10 * np.log10(np.maximum(energy, QUIETEST))
    variance = FAINT_DB2 * _step(level, FULL_DB, EMPTY_DB) + VOID_DB2 * _step(level, NO_VOID_DB, VOID_DB)
    padded = np.pad(variance, [(0, 0)] * (variance.ndim - 1) + [(NEIGHBOURS, NEIGHBOURS)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * NEIGHBOURS + 1, axis=-1)
    return np.asarray(np.sqrt(windows.max(axis=-1)), dtype=np.float64)


def _step(value: FloatArray, none: float, full: float) -> FloatArray:
    """From 0 at `none` to 1 at `full`, smooth at both."""
    x = np.clip((value - none) / (full - none), 0.0, 1.0)
    return np.asarray(x * x * (3 - 2 * x), dtype=np.float64)


def precision(music_covariance: FloatArray) -> FloatArray:
    """P = S⁻¹, (64, 64), of a covariance of leans in dB²; the constant, which no lean has, in its null space."""
    centre = np.eye(BANDS) - 1 / BANDS
    shrunk = (1 - SHRINKAGE) * music_covariance + SHRINKAGE * np.trace(music_covariance) / BANDS * centre
    inverse = np.linalg.pinv(centre @ shrunk @ centre, rcond=1e-9, hermitian=True)
    return np.asarray(centre @ inverse @ centre, dtype=np.float64)


def filled_lean(lean_db: FloatArray, error_db: FloatArray, precision_: FloatArray) -> FloatArray:
    """The conditional mean (n, 64) of leans (n, 64) known with some error (n, 64); mean over bands removed."""
    out = np.array(lean_db, dtype=np.float64)
    doubtful = np.flatnonzero((error_db > 0).any(axis=-1))
    if len(doubtful):
        error = error_db[doubtful]
        system = np.eye(BANDS) + error[:, :, None] * precision_ * error[:, None, :]
        out[doubtful] += error * np.linalg.solve(system, -(error * (out[doubtful] @ precision_))[..., None])[..., 0]
    return np.asarray(out - out.mean(axis=-1, keepdims=True), dtype=np.float64)
