"""Loudness after ITU-R BS.1770, for matching the level of an output to its input."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

MAX_MATCH_DB = 24.0
_SHORTEST_S = 0.4  # one gating block of BS.1770


def loudness_lufs(planes: NDArray[np.floating], sample_rate_hz: float) -> float:
    """Integrated loudness of (channels, frames) in LUFS; −inf for silence.

    Audio shorter than one gating block (0.4 s) is repeated to fill one. Beyond five channels, which the standard does
    not weight, all count alike.
    """
    needed = int(np.ceil(_SHORTEST_S * sample_rate_hz)) + 1
    if planes.shape[1] == 0 or not np.any(planes):
        return -np.inf
    if planes.shape[1] < needed:
        planes = np.tile(planes, (1, -(-needed // planes.shape[1])))
    import pyloudnorm  # it brings all of scipy.signal, most of a second: only where loudness is asked for

    meter = pyloudnorm.Meter(round(sample_rate_hz))
    groups = [planes] if planes.shape[0] <= 5 else list(planes[:, None, :])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        levels = [float(meter.integrated_loudness(np.asarray(group, dtype=np.float64).T)) for group in groups]
    power = sum(10 ** (level / 10) for level in levels if np.isfinite(level))
    return float(10 * np.log10(power)) if power > 0 else -np.inf


def match_gain_db(before: NDArray[np.floating], after: NDArray[np.floating], sample_rate_hz: float) -> float:
    """Gain in dB that makes `after` as loud as `before` (both (channels, frames)), within ±24 dB; 0 for silence."""
    difference = loudness_lufs(before, sample_rate_hz) - loudness_lufs(after, sample_rate_hz)
    return float(np.clip(difference, -MAX_MATCH_DB, MAX_MATCH_DB)) if np.isfinite(difference) else 0.0
