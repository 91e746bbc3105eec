"""A setting as the plain list of filters other EQs speak of: kind, frequency, gain, Q."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from ..response import MAX_FREQ_RATIO, REFERENCE_GRID_HZ, REFERENCE_RATE_HZ
from ..settings import FREQ_INDEX, GAIN_INDEX, PARAMETER_COUNT, Q_INDEX, SHELF_Q, FloatArray

Kind = Literal["low_shelf", "bell", "high_shelf", "low_pass", "high_pass", "band_pass", "notch"]
LEAST_DB = -60.0
KINDS: tuple[Kind, ...] = ("low_shelf", "bell", "bell", "bell", "high_shelf")  #: of a setting's five bands


class FormatError(ValueError):
    """A text that cannot be read, or a setting that cannot be written. The message is one sentence."""


@dataclass(frozen=True)
class Filter:
    """One cookbook section: frequency in Hz, gain in dB, Q (of a shelf: 1/√2 is the steepest without overshoot).

    Passes and notches are read, but no setting has them: they have no gain, and a band pass has 0 dB at its centre.
    """

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
    ``s = jx`` are exact for its digital sections. Filters above .49 of the rate are held there, as in the engine. What
    passes and notches take away ends at −60 dB each, so that a curve is finite.
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
        if section.kind not in ("low_shelf", "high_shelf"):
            total += _passed_db(section.kind, square, section.q)
            continue
        if section.kind == "high_shelf":
            square = 1 / square
        middle = amp * square / section.q**2
        ratio = ((amp - square) ** 2 + middle) / ((1 - amp * square) ** 2 + middle)
        total += 20 * np.log10(amp) + 10 * np.log10(ratio)
    return np.asarray(total, dtype=np.float64)


def _passed_db(kind: Kind, square: FloatArray, q: float) -> FloatArray:
    """Response in dB of a pass or a notch, by x² (F,)."""
    middle = square / q**2
    over = {"low_pass": np.ones_like(square), "high_pass": square**2, "band_pass": middle, "notch": (1 - square) ** 2}
    power = over[kind] / ((1 - square) ** 2 + middle)
    return np.asarray(10 * np.log10(np.maximum(power, 10 ** (LEAST_DB / 10))), dtype=np.float64)


@dataclass(frozen=True)
class EqText:
    """What a text says.

    Parameters
    ----------
    filters : tuple of Filter
        In series, in their order.
    preamp_db : float
        A level beside the curve.
    notes : tuple of str
        One for every line that was left out.
    points : tuple of (float, float)
        Of graphic EQs: frequencies in Hz, ascending, and gains in dB; straight lines over the logarithm of frequency
        join them, and the outermost hold beyond.
    """

    filters: tuple[Filter, ...]
    preamp_db: float = 0.0
    notes: tuple[str, ...] = ()
    points: tuple[tuple[float, float], ...] = ()

    @property
    def parts(self) -> str:
        """How much there is, for people."""
        filters = f"{len(self.filters)} filter{'' if len(self.filters) == 1 else 's'}"
        points = f"a graphic EQ of {len(self.points)} points"
        return " and ".join(([filters] if self.filters else []) + ([points] if self.points else []))

    def curve(self) -> FloatArray:
        """The response in dB, (128,), over the reference grid."""
        total = filters_curve(self.filters)
        if self.points:
            freqs, gains = np.array(self.points).T
            total = total + np.interp(np.log(REFERENCE_GRID_HZ), np.log(freqs), gains)
        return total


def checked(kind: Kind, freq_hz: object, gain_db: object, q: object, where: str) -> Filter:
    """A filter of numbers that were read. Raises `FormatError`, which says where, for what is out of all reason."""
    numbers = []
    for name, value, low, high in (
        ("frequency", freq_hz, 1e-3, 1e9),
        ("gain", gain_db, -100, 100),
        ("Q", q, 1e-3, 1000),
    ):
        try:
            number = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            raise FormatError(f"{where}: {name} {str(value)[:30]!r} is not a number") from None
        if isinstance(value, bool) or not low <= number <= high:
            raise FormatError(f"{where}: {name} is {str(value)[:30]}, outside {low:g} to {high:g}")
        numbers.append(number)
    return Filter(kind, *numbers)


def level_db(value: object, where: str) -> float:
    """A level that was read, in dB. Raises `FormatError`."""
    return checked("bell", 1.0, value, 1.0, where).gain_db


def slope_q(gain_db: float, slope_db: float) -> float:
    """The Q of a shelf of a slope in dB an octave, by the cookbook's S. Raises `FormatError`."""
    amp = 10 ** (gain_db / 40)
    inverse = (amp + 1 / amp) * (12 / slope_db - 1) + 2 if slope_db > 0 else 0.0
    if inverse <= 1e-6:
        raise FormatError(f"a shelf of {gain_db:g} dB cannot have a slope of {slope_db:g} dB")
    return float(1 / np.sqrt(inverse))


def decimal(value: float, places: int = 9) -> str:
    """A number in plain decimals, never with an exponent (several programs read none) nor as ``-0``."""
    text = f"{value:.{places}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def one_line(title: str) -> str:
    """A title that cannot end its line nor hide characters in it, for comments and names."""
    return " ".join("".join(c if c.isprintable() else " " for c in title).split())[:100]
