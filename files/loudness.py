"""Loudness after ITU-R BS.1770-5: of a stream, in one pass and ten numbers a second, and of audio in memory."""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import NDArray

from semeq.eq import WeightedEnergy

_STEP_S = 0.1  # gating blocks of 400 ms overlap by 75 %
_STEPS = 4
ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
OFFSET_LU = -0.691  # so that a 997 Hz sine at full scale in one channel reads −3.01 LUFS

#: Level matching changes the level by no more than this.
MAX_MATCH_DB = 24.0

# Left, right, centre and the two surrounds; beyond five channels, whose places a file does not tell, all count alike.
_SURROUND_WEIGHT = 1.41


class LoudnessMeter:
    """A meter of one stream.

    Parameters
    ----------
    sample_rate_hz : float
    channels : int
    """

    def __init__(self, sample_rate_hz: float, channels: int) -> None:
        self._rate = sample_rate_hz
        weights = np.ones(channels)
        if 4 <= channels <= 5:
            weights[3:] = _SURROUND_WEIGHT
        self._weighted = WeightedEnergy(k_weighting(sample_rate_hz), weights)
        self._steps: list[float] = []  # weighted energy of every 100 ms
        self._open = 0.0  # that of the one under way
        self._frames = 0
        self._energy = 0.0

    def add(self, block: NDArray[np.floating]) -> None:
        """Take the next block, (frames, channels)."""
        if not len(block):
            return
        energy = self._weighted(block)
        self._energy += float(energy.sum())
        end = self._frames + len(energy)
        # Frames at which a step ends, inside this block.
        ends = [self._boundary(i) for i in range(len(self._steps) + 1, int(end / (self._rate * _STEP_S)) + 2)]
        start = self._frames
        for boundary in ends:
            if boundary > end:
                break
            self._steps.append(self._open + float(energy[start - self._frames : boundary - self._frames].sum()))
            self._open, start = 0.0, boundary
        self._open += float(energy[start - self._frames :].sum())
        self._frames = end

    @property
    def loudness_lufs(self) -> float:
        """Integrated loudness so far in LUFS; −inf for silence.

        Less than one gating block (0.4 s) counts as it is, without gates.
        """
        steps = np.array(self._steps)
        if len(steps) < _STEPS:
            return _lufs(self._energy / self._frames) if self._frames else -math.inf
        sums = np.convolve(steps, np.ones(_STEPS), "valid")
        bounds = np.array([self._boundary(i) for i in range(len(steps) + 1)])
        power = sums / (bounds[_STEPS:] - bounds[:-_STEPS])
        loud = power[power > 10 ** ((ABSOLUTE_GATE_LUFS - OFFSET_LU) / 10)]
        if not len(loud):
            return -math.inf
        gated = loud[loud > loud.mean() * 10 ** (_RELATIVE_GATE_LU / 10)]
        return _lufs(float(gated.mean()))

    def _boundary(self, step: int) -> int:
        return round(step * _STEP_S * self._rate)


def _lufs(power: float) -> float:
    return OFFSET_LU + 10 * math.log10(power) if power > 0 else -math.inf


def loudness_lufs(planes: NDArray[np.floating], sample_rate_hz: float) -> float:
    """Integrated loudness of (channels, frames) in LUFS; −inf for silence. See `LoudnessMeter`."""
    meter = LoudnessMeter(sample_rate_hz, planes.shape[0])
    meter.add(planes.T)
    return meter.loudness_lufs


def match_gain_db(before: NDArray[np.floating], after: NDArray[np.floating], sample_rate_hz: float) -> float:
    """Gain in dB that makes `after` as loud as `before` (both (channels, frames)), within ±24 dB; 0 for silence."""
    return limited_match_db(loudness_lufs(before, sample_rate_hz) - loudness_lufs(after, sample_rate_hz))


def limited_match_db(difference_db: float) -> float:
    """A difference of loudness as a gain to apply: within ±24 dB, and 0 where one side was silent."""
    return float(np.clip(difference_db, -MAX_MATCH_DB, MAX_MATCH_DB)) if math.isfinite(difference_db) else 0.0


def k_weight(freqs_hz: NDArray[np.floating], sample_rate_hz: float) -> NDArray[np.float64]:
    """The power response of the K-weighting at `freqs_hz` (n,), shape (n,)."""
    delay = np.exp(-2j * np.pi * freqs_hz / sample_rate_hz)
    weight = np.ones(len(freqs_hz))
    for b0, b1, b2, a0, a1, a2 in k_weighting(sample_rate_hz):
        weight *= np.abs((b0 + (b1 + b2 * delay) * delay) / (a0 + (a1 + a2 * delay) * delay)) ** 2
    return weight


@functools.lru_cache(maxsize=8)
def k_weighting(sample_rate_hz: float) -> NDArray[np.float64]:
    """The two filters of BS.1770 at any rate, as second-order sections (2, 6).

    The standard gives coefficients at 48 kHz only; these are the analogue prototypes behind them (B. De Man,
    "Evaluation of implementations of the EBU R128 loudness measurement", AES 145, 2018), which give the same at 48 kHz.
    """
    gain_db, quality, corner_hz = 3.999843853973347, 0.7071752369554196, 1681.974450955533
    k = math.tan(math.pi * corner_hz / sample_rate_hz)
    high = 10 ** (gain_db / 20)
    middle = high**0.4996667741545416
    a0 = 1 + k / quality + k * k
    shelf = [
        (high + middle * k / quality + k * k) / a0,
        2 * (k * k - high) / a0,
        (high - middle * k / quality + k * k) / a0,
        1.0,
        2 * (k * k - 1) / a0,
        (1 - k / quality + k * k) / a0,
    ]
    quality, corner_hz = 0.5003270373238773, 38.13547087602444
    k = math.tan(math.pi * corner_hz / sample_rate_hz)
    a0 = 1 + k / quality + k * k
    highpass = [1.0, -2.0, 1.0, 1.0, 2 * (k * k - 1) / a0, (1 - k / quality + k * k) / a0]
    return np.array([shelf, highpass])
