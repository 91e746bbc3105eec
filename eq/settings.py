"""The five-band setting: 13 numbers, their names, units, bounds and normalised form.

Everything here works on float arrays of shape ``(..., 13)`` in physical units, in this order: low-shelf gain (dB) and
frequency (Hz); three bells with gain (dB), frequency (Hz) and Q; high-shelf gain (dB) and frequency (Hz).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

PARAMETER_NAMES = (
    "low_shelf_gain_db",
    "low_shelf_freq_hz",
    "bell_1_gain_db",
    "bell_1_freq_hz",
    "bell_1_q",
    "bell_2_gain_db",
    "bell_2_freq_hz",
    "bell_2_q",
    "bell_3_gain_db",
    "bell_3_freq_hz",
    "bell_3_q",
    "high_shelf_gain_db",
    "high_shelf_freq_hz",
)
PARAMETER_COUNT = len(PARAMETER_NAMES)

GAIN_INDEX = np.array([0, 2, 5, 8, 11])  #: gain of each band, low to high
FREQ_INDEX = np.array([1, 3, 6, 9, 12])  #: frequency of each band
Q_INDEX = np.array([4, 7, 10])  #: Q of each bell; the shelves' is fixed

GAIN_LIMIT_DB = 12.0
FREQ_MIN_HZ, FREQ_MAX_HZ = 20.0, 20_000.0
Q_MIN, Q_MAX = 0.1, 10.0
SHELF_Q = float(np.sqrt(0.5))

#: What a silent band rests on: frequencies spread over the range, Q of a Butterworth section.
NEUTRAL_FREQ_HZ = (100.0, 300.0, 1000.0, 3000.0, 8000.0)
NEUTRAL_Q = SHELF_Q

_FREQ_DECADES = np.log10(FREQ_MAX_HZ / FREQ_MIN_HZ)
_Q_DECADES = np.log10(Q_MAX / Q_MIN)


def _filled(gain: float, freq: float, q: float) -> FloatArray:
    out = np.empty(PARAMETER_COUNT)
    out[GAIN_INDEX], out[FREQ_INDEX], out[Q_INDEX] = gain, freq, q
    return out


LOWER_BOUNDS = _filled(-GAIN_LIMIT_DB, FREQ_MIN_HZ, Q_MIN)  #: shape (13,)
UPPER_BOUNDS = _filled(GAIN_LIMIT_DB, FREQ_MAX_HZ, Q_MAX)  #: shape (13,)


class SettingError(ValueError):
    """A setting of the wrong shape, not finite, or outside its bounds."""


@dataclass(frozen=True)
class Setting:
    """One five-band EQ setting, field by field. Defaults are flat."""

    low_shelf_gain_db: float = 0.0
    low_shelf_freq_hz: float = NEUTRAL_FREQ_HZ[0]
    bell_1_gain_db: float = 0.0
    bell_1_freq_hz: float = NEUTRAL_FREQ_HZ[1]
    bell_1_q: float = NEUTRAL_Q
    bell_2_gain_db: float = 0.0
    bell_2_freq_hz: float = NEUTRAL_FREQ_HZ[2]
    bell_2_q: float = NEUTRAL_Q
    bell_3_gain_db: float = 0.0
    bell_3_freq_hz: float = NEUTRAL_FREQ_HZ[3]
    bell_3_q: float = NEUTRAL_Q
    high_shelf_gain_db: float = 0.0
    high_shelf_freq_hz: float = NEUTRAL_FREQ_HZ[4]

    def __post_init__(self) -> None:
        """Raise `SettingError` where a field is out of bounds."""
        check_params(self.to_array())

    @classmethod
    def from_array(cls, params: ArrayLike) -> Setting:
        """Build from 13 numbers in physical units."""
        return cls(*(float(v) for v in check_params(params, ndim=1)))

    def to_array(self) -> FloatArray:
        """The 13 numbers, shape (13,), float64."""
        return np.array([getattr(self, f.name) for f in fields(self)], dtype=np.float64)


FLAT = _filled(0.0, 1.0, NEUTRAL_Q)
FLAT[FREQ_INDEX] = NEUTRAL_FREQ_HZ
FLAT.setflags(write=False)


def check_params(params: ArrayLike, ndim: int | None = None) -> FloatArray:
    """Return `params` as a float64 array of shape (..., 13), or raise `SettingError` saying which number is wrong.

    A tolerance of 1e-4 of each parameter's size admits float32 rounding at the bounds.
    """
    try:
        array = np.asarray(params, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):  # rows of different lengths, texts, numbers beyond float64
        raise SettingError(f"a setting has {PARAMETER_COUNT} numbers, got something else") from None
    if array.ndim < 1 or array.shape[-1] != PARAMETER_COUNT or (ndim is not None and array.ndim != ndim):
        raise SettingError(f"a setting has {PARAMETER_COUNT} numbers, got an array of shape {array.shape}")
    tolerance = 1e-4 * np.maximum(np.abs(LOWER_BOUNDS), np.abs(UPPER_BOUNDS)) * np.where(LOWER_BOUNDS > 0, 1e-2, 1.0)
    bad = ~((array >= LOWER_BOUNDS - tolerance) & (array <= UPPER_BOUNDS + tolerance))
    if bad.any():
        where = tuple(np.argwhere(bad)[0])
        i = int(where[-1])
        raise SettingError(
            f"{PARAMETER_NAMES[i]} is {array[where]:g}, outside {LOWER_BOUNDS[i]:g} to {UPPER_BOUNDS[i]:g}"
        )
    return array


def clip_params(params: ArrayLike) -> FloatArray:
    """Clip settings, shape (..., 13), to the bounds."""
    return np.clip(np.asarray(params, dtype=np.float64), LOWER_BOUNDS, UPPER_BOUNDS)


def normalise(params: ArrayLike) -> FloatArray:
    """Map physical settings (..., 13) to the unit cube: gains linearly, frequencies and Qs on a log scale."""
    params = np.asarray(params, dtype=np.float64)
    unit = np.empty_like(params)
    unit[..., GAIN_INDEX] = (params[..., GAIN_INDEX] + GAIN_LIMIT_DB) / (2 * GAIN_LIMIT_DB)
    unit[..., FREQ_INDEX] = np.log10(params[..., FREQ_INDEX] / FREQ_MIN_HZ) / _FREQ_DECADES
    unit[..., Q_INDEX] = np.log10(params[..., Q_INDEX] / Q_MIN) / _Q_DECADES
    return unit


def denormalise(unit: ArrayLike) -> FloatArray:
    """Inverse of `normalise`: the unit cube (..., 13) to physical settings."""
    unit = np.asarray(unit, dtype=np.float64)
    params = np.empty_like(unit)
    params[..., GAIN_INDEX] = (2 * unit[..., GAIN_INDEX] - 1) * GAIN_LIMIT_DB
    params[..., FREQ_INDEX] = FREQ_MIN_HZ * 10 ** (unit[..., FREQ_INDEX] * _FREQ_DECADES)
    params[..., Q_INDEX] = Q_MIN * 10 ** (unit[..., Q_INDEX] * _Q_DECADES)
    return params


def scale_gains(params: ArrayLike, factor: ArrayLike) -> FloatArray:
    """Scale the five gains in dB of settings (..., 13) by `factor` (broadcast over the leading axes).

    The result may exceed ±12 dB: intensity up to 2 doubles a setting's gains, and the engine takes them.
    """
    scaled = np.array(params, dtype=np.float64)
    scaled[..., GAIN_INDEX] *= np.asarray(factor, dtype=np.float64)[..., None]
    return scaled


def sort_bells(params: ArrayLike) -> FloatArray:
    """Order the three bells of settings (..., 13) by frequency. The response does not change."""
    params = np.array(params, dtype=np.float64)
    bells = params[..., 2:11].reshape(*params.shape[:-1], 3, 3)
    order = np.argsort(bells[..., 1], axis=-1, kind="stable")
    bells = np.take_along_axis(bells, order[..., None], axis=-2)
    params[..., 2:11] = bells.reshape(*params.shape[:-1], 9)
    return params


def neutralise_silent_bands(params: ArrayLike, threshold_db: float = 0.3) -> FloatArray:
    """Put bands whose |gain| is under `threshold_db` on their neutral frequency and Q, where both mean nothing.

    Works on settings (..., 13); gains are kept. Sort the bells afterwards if their order matters.
    """
    params = np.array(params, dtype=np.float64)
    silent = np.abs(params[..., GAIN_INDEX]) < threshold_db
    params[..., FREQ_INDEX] = np.where(silent, NEUTRAL_FREQ_HZ, params[..., FREQ_INDEX])
    params[..., Q_INDEX] = np.where(silent[..., 1:4], NEUTRAL_Q, params[..., Q_INDEX])
    return params
