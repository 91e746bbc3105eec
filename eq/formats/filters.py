"""A setting as the plain list of filters other EQs speak of: kind, frequency, gain, Q."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from ..response import MAX_FREQ_RATIO, REFERENCE_GRID_HZ, REFERENCE_RATE_HZ
from ..settings import FREQ_INDEX, GAIN_INDEX, PARAMETER_COUNT, Q_INDEX, SHELF_Q, FloatArray

Kind = Literal["low_shelf", "bell", "high_shelf"]
KINDS: tuple[Kind, ...] = ("low_shelf", "bell", "bell", "bell", "high_shelf")  #: of a setting's five bands


class FormatError(ValueError):
    """A text that cannot be read, or a setting that cannot be written. The message is one sentence."""


@dataclass(frozen=True)
class Filter:
    """One cookbook section: frequency in Hz, gain in dB, Q (of a shelf: 1/√2 is the steepest without overshoot)."""

    kind: Kind
    freq_hz: float
    gain_db: float
    q: float


def setting_filters(params: ArrayLike) -> tuple[Filter, ...]:
    """The five filters of a setting (13,), low shelf first.

    Gains may exceed ±12 dB, as intensity makes them. Raises `FormatError` for a wrong shape, a number that is not
    finite, and frequencies or Qs that are not positive.
    """
    numbers = np.asarray(params, dtype=np.float64)
    if numbers.shape != (PARAMETER_COUNT,):
        raise FormatError(f"a setting has {PARAMETER_COUNT} numbers, got an array of shape {numbers.shape}")
    if not np.isfinite(numbers).all() or (numbers[FREQ_INDEX] <= 0).any() or (numbers[Q_INDEX] <= 0).any():
        raise FormatError("a setting must be finite, its frequencies and Qs above 0")
    qs = (SHELF_Q, *numbers[Q_INDEX], SHELF_Q)
    rows = zip(KINDS, numbers[FREQ_INDEX], numbers[GAIN_INDEX], qs, strict=True)
    return tuple(Filter(kind, float(freq), float(gain), float(q)) for kind, freq, gain, q in rows)


def filters_curve(
    filters: Iterable[Filter],
    freqs_hz: ArrayLike = REFERENCE_GRID_HZ,
    sample_rate_hz: float = REFERENCE_RATE_HZ,
) -> FloatArray:
    """Response in dB, shape (F,), of any number of filters in series at frequencies (F,).

    With ``x = tan(π f / fs) / tan(π f0 / fs)`` and ``A = 10^(gain/40)`` the cookbook's analogue prototypes at
    ``s = jx`` are exact for its digital sections. Filters above .49 of the rate are held there, as in the engine.
    """
    freqs = np.minimum(np.asarray(freqs_hz, dtype=np.float64), MAX_FREQ_RATIO * sample_rate_hz)
    warped = np.tan(np.pi * freqs / sample_rate_hz)
    total = np.zeros(freqs.shape)
    for section in filters:
        corner = np.tan(np.pi * min(section.freq_hz / sample_rate_hz, MAX_FREQ_RATIO))
        square = (warped / corner) ** 2
        amp = 10 ** (section.gain_db / 40)
        if section.kind == "bell":
            middle = square / section.q**2
            total += 10 * np.log10(((1 - square) ** 2 + middle * amp**2) / ((1 - square) ** 2 + middle / amp**2))
            continue
        if section.kind == "high_shelf":
            square = 1 / square
        middle = amp * square / section.q**2
        ratio = ((amp - square) ** 2 + middle) / ((1 - amp * square) ** 2 + middle)
        total += 20 * np.log10(amp) + 10 * np.log10(ratio)
    return np.asarray(total, dtype=np.float64)


def decimal(value: float, places: int = 9) -> str:
    """A number in plain decimals, never with an exponent (several programs read none) nor as ``-0``."""
    text = f"{value:.{places}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def one_line(title: str) -> str:
    """A title that cannot end its line nor hide characters in it, for comments and names."""
    return " ".join("".join(c if c.isprintable() else " " for c in title).split())[:100]
