"""The way from one word to another: a straight line in the latent space, walked at even pace for the ear.

A straight line in the latent is not even in the sound: some stretches change the response more than others. The table
reparametrises the line by arc length, measured as curve distance (RMS dB over the reference grid), so that every step
of the morph control changes the response by the same amount.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from semeq.eq import FloatArray, curve, denormalise, even_positions, normalise

from .decoder import Decoder

#: So fine that interpolating between its points differs from decoding the exact point by less than 1e-5 dB.
TABLE_POINTS = 1025
#: Points at which the straight line's arc length is measured; the native plugin measures at the same ones.
_ARC_POINTS = 129


@dataclass(frozen=True)
class MorphTable:
    """Settings along the path A→B at equal steps of curve distance.

    Parameters
    ----------
    params : ndarray, shape (points, 13)
        Settings in physical units, from A to B.
    length_db : float
        Curve length of the path: how much the response changes on the way, in dB.
    """

    params: FloatArray
    length_db: float

    def __post_init__(self) -> None:
        """Keep the settings in normalised form too: the look-up interpolates there."""
        object.__setattr__(self, "_unit", normalise(self.params))

    def at(self, morph: ArrayLike) -> FloatArray:
        """Settings (..., 13) at morph positions (...), 0 to 1; values beyond are held at the ends.

        Between table points gains are interpolated in dB, frequencies and Qs on a log scale.
        """
        unit: FloatArray = self._unit  # type: ignore[attr-defined]
        position = np.clip(np.asarray(morph, dtype=np.float64), 0.0, 1.0) * (len(unit) - 1)
        low = np.minimum(position.astype(np.intp), len(unit) - 2)
        part = (position - low)[..., None]
        return denormalise(unit[low] * (1 - part) + unit[low + 1] * part)


def morph_table(decoder: Decoder, start: ArrayLike, end: ArrayLike, points: int = TABLE_POINTS) -> MorphTable:
    """Build the table between two latent points (32,). Where they coincide, every entry is the same setting."""
    start, end = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)

    def decode(fractions: FloatArray) -> FloatArray:
        return decoder.decode(start + fractions[:, None] * (end - start))

    if np.array_equal(start, end):
        return MorphTable(np.repeat(decode(np.zeros(1)), points, axis=0), 0.0)
    fine = decode(np.linspace(0.0, 1.0, _ARC_POINTS))
    even, length = even_positions(curve(fine), np.linspace(0.0, 1.0, points))
    return MorphTable(decode(even), length)
