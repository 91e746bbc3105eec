"""The energy of a stream behind second-order sections. See ``energy.hpp``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from . import _engine


class WeightedEnergy:
    """The energy of every frame of a stream behind filters, summed over weighted channels.

    Parameters
    ----------
    sections : ndarray of float64, shape (n, 6)
        Second-order sections as `scipy.signal.sosfilt` takes them.
    weights : ndarray of float64, shape (channels,)
    """

    def __init__(self, sections: NDArray[np.float64], weights: NDArray[np.float64]) -> None:
        self._sections = np.ascontiguousarray(sections, np.float64)
        self._weights = np.ascontiguousarray(weights, np.float64)
        self._state = np.zeros((len(sections), 2, len(weights)))

    def __call__(self, block: NDArray[np.floating]) -> NDArray[np.float64]:
        """Energies (frames,) of the next block, (frames, channels) of float32 or float64. The GIL is released."""
        energy = np.empty(len(block))
        _engine.weighted_energy(self._sections, self._state, self._weights, block, energy)
        return energy
