"""Meters, and the gain that keeps the output as loud as the input, estimated while the music plays.

The estimate is predictive: the K-weighted power spectrum of the last seconds of input, times the response of the
setting in force, says how much louder that setting makes this music, before it has been heard. So the gain follows a
turned knob at once and needs no loop. Source of the weighting: ITU-R BS.1770-5.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from semeq.eq import FloatArray, magnitude_db
from semeq.files import ABSOLUTE_GATE_LUFS, OFFSET_LU, k_weight, limited_match_db

from .tap import Float32, Tap

_WINDOW_S = 0.1
_MEMORY_S = 3.0
_FLOOR_DBFS = -120.0


def peak_dbfs(block: NDArray[np.float32]) -> FloatArray:
    """Sample peaks of (channels, frames), in dBFS, −120 at least."""
    if block.shape[1] == 0:
        return np.full(block.shape[0], _FLOOR_DBFS)
    return np.asarray(20 * np.log10(np.maximum(np.abs(block).max(axis=1), 1e-6)), dtype=np.float64)


class LevelFollower:
    """Estimates the matching gain of a setting for what has been playing. For a worker thread.

    Parameters
    ----------
    sample_rate_hz : float
    memory_s : float
        How fast old music is forgotten (time constant).
    """

    def __init__(self, sample_rate_hz: float, memory_s: float = _MEMORY_S) -> None:
        self._size = 1 << int(np.ceil(np.log2(_WINDOW_S * sample_rate_hz)))
        self._hop = self._size // 2
        self._rate = sample_rate_hz
        self._window = np.hanning(self._size).astype(np.float32)
        self._freqs = np.fft.rfftfreq(self._size, 1 / sample_rate_hz)[1:]
        self._weight = k_weight(self._freqs, sample_rate_hz)
        self._keep = float(np.exp(-self._hop / sample_rate_hz / memory_s))
        self._power = np.zeros(len(self._freqs))
        self._heard = 0.0
        self._position = 0

    def listen(self, tap: Tap) -> None:
        """Take in what the tap has heard since the last call."""
        while tap.position - self._position >= self._size:
            self._position = max(self._position, tap.position - 16 * self._size)  # after a pause, the newest counts
            audio, end = tap.since(self._position, 0)
            first = end - audio.shape[1]
            for at in range(0, audio.shape[1] - self._size + 1, self._hop):
                self.hear(audio[:, at : at + self._size])
                self._position = first + at + self._hop

    def hear(self, window: Float32) -> None:
        """Take in one window (channels, size) of input; windows under the absolute gate of BS.1770 do not count."""
        spectrum = np.fft.rfft(window * self._window, axis=1)[:, 1:]
        power = (np.abs(spectrum) ** 2).sum(axis=0) * self._weight
        # Parseval, for a Hann window: mean square = 2 Σ|X|² / (N Σw²).
        loudness = OFFSET_LU + 10 * np.log10(2 * power.sum() / (self._size * float((self._window**2).sum())) + 1e-30)
        if loudness < ABSOLUTE_GATE_LUFS:
            return
        self._power = self._keep * self._power + (1 - self._keep) * power
        self._heard = self._keep * self._heard + (1 - self._keep)

    def match_db(self, params: FloatArray) -> float:
        """Gain in dB that makes a setting (13,) as loud as the input, within ±24; 0 before anything was heard."""
        before = float(self._power.sum())
        if self._heard == 0.0 or before <= 0.0:
            return 0.0
        response = magnitude_db(params, self._freqs, self._rate)
        after = float((self._power * 10 ** (response / 10)).sum())
        return limited_match_db(float(10 * np.log10(before / after)))
