"""Integer PCM, byte for byte as it lies in files, through an engine and back. See ``pcm.hpp``."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import _engine
from .engine import Engine


class FilteredPcm(NamedTuple):
    """A block that went through: its bytes, and what they were before rounding.

    Parameters
    ----------
    data : ndarray of uint8, shape (bytes,)
    wet : ndarray of float32, shape (frames, channels)
    peak, step : float
        Largest magnitude of a sample, and of a step from one frame to the next, also from the block before; 1 is full
        scale.
    changed : bool
        Whether any sample is other than it was.
    """

    data: NDArray[np.uint8]
    wet: NDArray[np.float32]
    peak: float
    step: float
    changed: bool


class PcmFilter:
    """A stream of little-endian PCM through `engine`: what `Engine` and `Quantiser` would give, to the bit.

    A block that the engine leaves as it was is not dithered.

    Parameters
    ----------
    engine : Engine
        At the start of a stream.
    bits : int
        16 or 24.
    longest : int
        Frames of a block, at most.
    gain : float
        A factor after the engine.
    """

    def __init__(self, engine: Engine, bits: int, longest: int, gain: float = 1.0) -> None:
        self._engine, self._channels, self._width = engine.native, engine.channels, bits // 8
        self._filter = _engine.PcmFilter(bits, engine.channels, longest, gain)
        self._data = np.empty(longest * self._channels * self._width, np.uint8)
        self._wet = np.empty(longest * self._channels, np.float32)

    def __call__(self, block: NDArray[np.uint8]) -> FilteredPcm:
        """Filter whole frames, bytes (n,). What is returned is overwritten by the next call; the GIL is released."""
        data, wet = self._data[: len(block)], self._wet[: len(block) // self._width]
        peak, step, changed = self._filter.process(self._engine, block, data, wet)
        return FilteredPcm(data, wet.reshape(-1, self._channels), peak, step, changed)
