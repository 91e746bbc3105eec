"""Blends: a point of the space whose curve is a weighted sum of words' curves.

The sum is fitted to five bands, the fit is encoded, and the point is then moved, by Levenberg-Marquardt steps through
the decoder, until it decodes to the sum as closely as five bands allow: encoding and decoding by themselves would lose
some tenths of a dB.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from semeq.eq import FloatArray, curve, fit_curves, rms_db

from .decoder import Decoder

#: Starts of the first fit, and of a second one where the first leaves more than this, in dB.
_STARTS, _MORE_STARTS, _GOOD_DB = 1, 5, 0.3
_STEPS = 12
_PROBE = 4e-3  # step of the numerical derivative: well above float32's noise, well below the decoder's curvature
_PULL = 0.02  # what keeps the point near where such settings are encoded, against 1 dB² of curve error
_INSIDE = 0.999  # latents lie in (−1, 1)


@dataclass(frozen=True)
class Blend:
    """A point and what it decodes to.

    Attributes
    ----------
    latent
        The point, shape (32,).
    target_db
        The curve asked for, shape (128,).
    error_db
        RMS difference of the decoded curve from it, dB.
    """

    latent: FloatArray
    target_db: FloatArray
    error_db: float


def blend(decoder: Decoder, latents: FloatArray, weights: FloatArray, flat: FloatArray) -> Blend:
    """The point of the weighted sum of the curves of `latents` (n, 32); weights (n,) below 0 mirror a curve.

    `flat` (32,) is the point of the flat setting, where the sum vanishes.
    """
    target = np.asarray(weights @ curve(decoder.decode(latents)), dtype=np.float64)
    if float(rms_db(target)) < 1e-3:
        return Blend(np.asarray(flat, dtype=np.float64), target, float(rms_db(target)))
    best: Blend | None = None
    for starts in (_STARTS, _MORE_STARTS):
        start = decoder.encode(fit_curves(target[None], restarts=starts).params)[0]
        latent = locate(decoder, target, start)
        error = float(rms_db(curve(decoder.decode(latent)) - target))
        if best is None or error < best.error_db:
            best = Blend(latent, target, error)
        if error <= _GOOD_DB:
            break
    assert best is not None
    return best


def locate(decoder: Decoder, target_db: FloatArray, start: FloatArray) -> FloatArray:
    """The point (32,) near `start` (32,) that decodes most nearly to a curve (128,)."""
    point = start = np.clip(start, -_INSIDE, _INSIDE)
    size = len(point)
    pull = np.sqrt(_PULL / size)
    scale = 1 / np.sqrt(len(target_db))

    def residual(points: FloatArray) -> FloatArray:
        """Rows (n, 128 + 32), whose squared length is the mean square error in dB² plus the pull."""
        return np.hstack([(curve(decoder.decode(points)) - target_db) * scale, (points - start) * pull])

    here = residual(point[None])[0]
    damping = 1e-3
    for _ in range(_STEPS):
        inward = np.where(point > 0, -_PROBE, _PROBE)
        slopes = ((residual(point + np.diag(inward)) - here) / inward[:, None]).T
        normal, gradient = slopes.T @ slopes, slopes.T @ here
        for _ in range(4):
            step = np.linalg.solve(normal + damping * np.eye(size), gradient)
            trial = np.clip(point - step, -_INSIDE, _INSIDE)
            there = residual(trial[None])[0]
            if there @ there < here @ here:
                break
            damping *= 10
        else:
            return point
        gained = 1 - (there @ there) / (here @ here)
        point, here, damping = trial, there, damping * 0.3
        if gained < 1e-3:
            break
    return np.asarray(point, dtype=np.float64)
