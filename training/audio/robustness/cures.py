"""Ways to hear a recording with empty bands, for comparison; the last is the encoder's own.

All have the encoder's mean, axes and head; they differ in what they take for the lean.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from semeq.eq import FloatArray

from ..bands import BANDS, band_energy, levels_of
from ..confidence import band_error_db
from ..lean import Ear, LeanHearer

#: The encoder and power spectra (n, 2049) to leans (n, 64).
Cure = Callable[[LeanHearer, FloatArray], FloatArray]
#: The rule of the first builds: a band this far under the loudest took the lean of its nearest neighbour.
NEAREST_UNDER_DB = -58.0
HALF_DB = 10.0


def as_measured(hearer: LeanHearer, power: FloatArray) -> FloatArray:
    """Nothing is done; levels stop at the floor."""
    return _measured(hearer.ear, band_energy(power))


def nearest(hearer: LeanHearer, power: FloatArray) -> FloatArray:
    """An empty band takes the lean of the nearest that is not."""
    energy = band_energy(power)
    lean, index = _measured(hearer.ear, energy), np.arange(BANDS)
    for row, empty in zip(lean, 10 * np.log10(np.maximum(energy, 1e-30)) < NEAREST_UNDER_DB, strict=True):
        live = index[~empty]
        row[:] = row[live[np.abs(index[:, None] - live[None, :]).argmin(axis=1)]]
    return np.asarray(lean - lean.mean(axis=1, keepdims=True), dtype=np.float64)


def weighed(hearer: LeanHearer, power: FloatArray) -> FloatArray:
    """Bands count by their confidence, half at an error of 10 dB: what is missing is taken for average music."""
    energy = band_energy(power)
    lean, weight = _measured(hearer.ear, energy), 1 / (1 + (band_error_db(energy) / HALF_DB) ** 2)
    lean = weight * (lean - (weight * lean).sum(axis=1, keepdims=True) / weight.sum(axis=1, keepdims=True))
    return np.asarray(lean - lean.mean(axis=1, keepdims=True), dtype=np.float64)


def filled(hearer: LeanHearer, power: FloatArray) -> FloatArray:
    """What is missing is taken for what music has beside such bands."""
    return hearer.lean(power)


def _measured(ear: Ear, energy: FloatArray) -> FloatArray:
    return np.asarray(levels_of(energy) - ear.mean_music_db, dtype=np.float64)


CURES: dict[str, Cure] = {
    "as measured": as_measured,
    "nearest band": nearest,
    "weighed": weighed,
    "filled in": filled,
}
