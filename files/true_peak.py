"""True peak: the largest value between samples too, as ITU-R BS.1770-5 Annex 2 estimates it, of a stream.

The signal is oversampled by a polyphase FIR interpolator: four times up to 96 kHz, twice up to 192 kHz, above not at
all. The filter is a Kaiser-windowed sinc of 24 taps a phase, flat within 0.01 dB to 19 kHz at a rate of 44.1 kHz. Its
phase zero is the sample itself, so a true peak is never below the sample peak.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from semeq.eq import PeakMeter

TAPS = 24
_KAISER_BETA = 5.0


def oversampling(sample_rate_hz: float) -> int:
    """How often between samples to look: to 176.4 kHz and beyond, as the Annex asks, and never coarser than 0.7 dB."""
    return 4 if sample_rate_hz <= 96_000 else 2 if sample_rate_hz <= 192_000 else 1


class TruePeak(PeakMeter):
    """A meter of one stream; what it finds is a factor of full scale.

    Parameters
    ----------
    sample_rate_hz : float
    channels : int
    floor : float
        What is of no interest: a true peak that is not above it may be told too low (never below the sample peak). With
        1, full scale, a signal that cannot exceed it costs next to nothing.
    """

    def __init__(self, sample_rate_hz: float, channels: int, floor: float = 0.0) -> None:
        super().__init__(channels, interpolator(oversampling(sample_rate_hz)), floor)


@functools.lru_cache(maxsize=4)
def interpolator(factor: int) -> NDArray[np.float32]:
    """The filters (factor − 1, TAPS) that give what lies between the two middle samples of `TAPS`, evenly spaced."""
    position = np.arange(TAPS) - (TAPS // 2 - 1)
    at = position - np.arange(1, factor)[:, None] / factor
    window = np.i0(_KAISER_BETA * np.sqrt(1 - (at / (TAPS / 2)) ** 2)) / np.i0(_KAISER_BETA)
    taps = np.sinc(at) * window
    return np.asarray(taps / taps.sum(axis=1, keepdims=True), dtype=np.float32)
