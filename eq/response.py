"""Magnitude response of five-band settings, and the measures built on it: curve, curve error, tilt.

The sections are the peaking and shelving biquads of R. Bristow-Johnson's *Cookbook formulae for audio EQ biquad filter
coefficients*, in series.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .settings import FREQ_INDEX, FREQ_MAX_HZ, FREQ_MIN_HZ, GAIN_INDEX, Q_INDEX, SHELF_Q, FloatArray

REFERENCE_RATE_HZ = 44_100.0
#: The reference grid: 128 log-spaced frequencies, 20 Hz to 20 kHz, shape (128,).
REFERENCE_GRID_HZ: FloatArray = np.geomspace(FREQ_MIN_HZ, FREQ_MAX_HZ, 128)
REFERENCE_GRID_HZ.setflags(write=False)

#: A section's frequency is held below this part of the sample rate (as in the engine), so that low rates stay stable.
MAX_FREQ_RATIO = 0.49


def biquads(params: ArrayLike, sample_rate_hz: float = REFERENCE_RATE_HZ) -> FloatArray:
    """Cookbook coefficients of settings (..., 13) as second-order sections.

    Returns
    -------
    ndarray, shape (..., 5, 6)
        ``b0 b1 b2 a0 a1 a2`` with a0 = 1, the layout of `scipy.signal.sosfilt`.
    """
    params = np.asarray(params, dtype=np.float64)
    amp = 10 ** (params[..., GAIN_INDEX] / 40)
    freq = np.minimum(params[..., FREQ_INDEX], MAX_FREQ_RATIO * sample_rate_hz)
    q = np.full(amp.shape, SHELF_Q)
    q[..., 1:4] = params[..., Q_INDEX]
    omega = 2 * np.pi * freq / sample_rate_hz
    cos, alpha = np.cos(omega), np.sin(omega) / (2 * q)

    sos = np.empty((*amp.shape, 6))
    sos[..., 0] = 1 + alpha * amp
    sos[..., 1] = sos[..., 4] = -2 * cos
    sos[..., 2] = 1 - alpha * amp
    sos[..., 3] = 1 + alpha / amp
    sos[..., 5] = 1 - alpha / amp
    # The high shelf is the low shelf mirrored at a quarter of the sample rate: cos(omega) changes sign.
    for band, sign in ((0, 1.0), (4, -1.0)):
        a, c, slope = amp[..., band], sign * cos[..., band], 2 * np.sqrt(amp[..., band]) * alpha[..., band]
        sos[..., band, 0] = a * ((a + 1) - (a - 1) * c + slope)
        sos[..., band, 1] = sign * 2 * a * ((a - 1) - (a + 1) * c)
        sos[..., band, 2] = a * ((a + 1) - (a - 1) * c - slope)
        sos[..., band, 3] = (a + 1) + (a - 1) * c + slope
        sos[..., band, 4] = sign * -2 * ((a - 1) + (a + 1) * c)
        sos[..., band, 5] = (a + 1) + (a - 1) * c - slope
    return sos / sos[..., 3:4]


def magnitude_db(params: ArrayLike, freqs_hz: ArrayLike, sample_rate_hz: float = REFERENCE_RATE_HZ) -> FloatArray:
    """Magnitude in dB of settings (..., 13) at frequencies (F,); returns (..., F).

    Uses sin²(ω/2), which keeps full precision near 0 Hz where the textbook cos form cancels.
    """
    sos = biquads(params, sample_rate_hz)
    phi = np.sin(np.pi * np.asarray(freqs_hz, dtype=np.float64) / sample_rate_hz) ** 2
    b0, b1, b2, a0, a1, a2 = (sos[..., i, None] for i in range(6))
    numerator = (b0 + b1 + b2) ** 2 - 4 * phi * (b0 * b1 + 4 * b0 * b2 + b1 * b2 - 4 * phi * b0 * b2)
    denominator = (a0 + a1 + a2) ** 2 - 4 * phi * (a0 * a1 + 4 * a0 * a2 + a1 * a2 - 4 * phi * a0 * a2)
    return np.asarray((10 * np.log10(numerator / denominator)).sum(axis=-2), dtype=np.float64)


def curve(params: ArrayLike) -> FloatArray:
    """Response in dB of settings (..., 13) on the reference grid at 44.1 kHz; returns (..., 128)."""
    return magnitude_db(params, REFERENCE_GRID_HZ)


def rms_db(curves: ArrayLike) -> FloatArray:
    """Strength of curves (..., 128): root mean square over the grid, in dB."""
    return np.asarray(np.sqrt(np.mean(np.square(curves), axis=-1)), dtype=np.float64)


def curve_error(first: ArrayLike, second: ArrayLike) -> FloatArray:
    """Curve error of two arrays of settings (..., 13): RMS over the reference grid of their difference, in dB."""
    return rms_db(curve(first) - curve(second))


def tilt(curves: ArrayLike) -> FloatArray:
    """Tilt of curves (..., 128): mean dB above 4 kHz minus mean dB below 250 Hz. Negative is dark, positive bright."""
    curves = np.asarray(curves, dtype=np.float64)
    high, low = REFERENCE_GRID_HZ > 4000.0, REFERENCE_GRID_HZ < 250.0
    return np.asarray(curves[..., high].mean(axis=-1) - curves[..., low].mean(axis=-1), dtype=np.float64)
