"""Walking a path of settings at even pace for the ear, whatever drew the path."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .response import rms_db
from .settings import FloatArray


def even_positions(curves_db: ArrayLike, at: ArrayLike) -> tuple[FloatArray, float]:
    """Where on a path of curves, measured at equal steps, the parts `at` of its length lie.

    Parameters
    ----------
    curves_db
        Responses in dB at equal steps of the path's own parameter 0 to 1, shape (n, F).
    at
        Parts of the length, 0 to 1, shape (m,). Length is curve distance: RMS dB between neighbours, summed.

    Returns
    -------
    (ndarray, float)
        The path's parameter at those parts, shape (m,), and the length in dB. A path without length is its own
        parameter.
    """
    at = np.asarray(at, dtype=np.float64)
    fine = np.linspace(0.0, 1.0, len(np.asarray(curves_db)))
    travelled = np.concatenate([[0.0], np.cumsum(rms_db(np.diff(curves_db, axis=0)))])
    length = float(travelled[-1])
    if length < 1e-9:
        return at, length
    # Ties (stretches without change) would make the inverse ambiguous: a hair of slope keeps it a function.
    travelled = travelled / length + 1e-9 * fine
    return np.interp(at * travelled[-1], travelled, fine), length
