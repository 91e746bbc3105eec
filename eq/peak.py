"""The largest value of a stream, samples and what an interpolating filter finds between them. See ``true_peak.hpp``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from . import _engine
from .engine import ENGINE_TARGETS


class PeakMeter:
    """A meter of one stream. The GIL is released while it works.

    Parameters
    ----------
    channels : int
        1 to 64.
    taps : ndarray of float32, shape (phases, taps)
        A filter for every phase between samples; with none, only samples count.
    floor : float
        What is of no interest: a peak between samples that is not above it may be told too low.
    target : str, optional
        One of ``ENGINE_TARGETS``, to compare them; the fastest by default.
    """

    def __init__(
        self, channels: int, taps: NDArray[np.float32], floor: float, target: str = ENGINE_TARGETS[-1]
    ) -> None:
        self.native = _engine.TruePeak(channels, taps, floor, target)

    @property
    def sample_peak(self) -> float:
        """Largest absolute sample so far."""
        return self.native.sample_peak

    @property
    def overs(self) -> int:
        """Samples so far whose magnitude is beyond 1."""
        return self.native.overs

    def add(self, block: NDArray[np.floating]) -> None:
        """Take the next block, (frames, channels) of float32 or float64."""
        self.native.add(block)

    def finish(self) -> float:
        """End the stream; the largest value of all."""
        return self.native.finish()
