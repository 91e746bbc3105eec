"""Equalizer APO and AutoEq text: writing five bands, reading any number of filters.

Equalizer APO's configuration reference: ``Filter n: ON|OFF <type> Fc <Hz> Gain <dB> Q <Q>``, where ``LSC``/``HSC`` are
shelves by their centre frequency. AutoEq's ``ParametricEQ.txt`` is the same without comments.

Equalizer APO takes a frequency with exactly three digits after the point as having a thousands separator, as Room EQ
Wizard writes it (``BiQuadFilterFactory::getFreq``): ``Fc 1602.816 Hz`` is 1,602,816 Hz there, and the filter unstable.
So no number of ours has three. Nor does it hold a filter below half the sample rate, as semeq's engine does: above, the
filter is unstable. So high filters stand between ``If: sampleRate >= …`` and ``EndIf:``.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from ..response import MAX_FREQ_RATIO, REFERENCE_RATE_HZ
from ..settings import SHELF_Q, FloatArray
from .filters import Filter, FormatError, Kind, decimal, one_line, setting_filters

_WRITTEN: dict[Kind, str] = {"low_shelf": "LSC", "bell": "PK", "high_shelf": "HSC"}
_READ: dict[str, Kind] = {
    "LS": "low_shelf",
    "LSC": "low_shelf",
    "LSQ": "low_shelf",
    "PK": "bell",
    "PEQ": "bell",
    "MODAL": "bell",
    "HS": "high_shelf",
    "HSC": "high_shelf",
    "HSQ": "high_shelf",
}

MAX_CHARACTERS = 1_000_000
MAX_FILTERS = 1000
_MAX_NOTES = 20

_NUMBER = r"([+-]?[0-9][0-9.,]{0,20}|[+-]?[.,][0-9]{1,20})"
_FILTER_LINE = re.compile(r"^filter\s*[0-9]{0,6}\s*:\s*(on|off)\b\s*([a-z]{0,8})(.*)$", re.IGNORECASE)
_PREAMP_LINE = re.compile(rf"^preamp\s*:\s*{_NUMBER}\s*(?:db)?\s*$", re.IGNORECASE)
_GUARD_LINE = re.compile(r"^if\s*:\s*sampleRate\s*>=\s*([0-9]{1,6})\s*$", re.IGNORECASE)
_END_LINE = re.compile(r"^endif\s*:\s*$", re.IGNORECASE)
_COMMAND_LINE = re.compile(r"^([a-z]{1,20})\s*[0-9]{0,6}\s*:", re.IGNORECASE)
_FREQ = re.compile(rf"\bfc\s+{_NUMBER}\s*(k?)(?:hz)?(?![a-z0-9])", re.IGNORECASE)
_GAIN = re.compile(rf"\bgain\s+{_NUMBER}", re.IGNORECASE)
_Q = re.compile(rf"\bq\s+{_NUMBER}", re.IGNORECASE)
_OCTAVES = re.compile(rf"\bbw\s+oct\s+{_NUMBER}", re.IGNORECASE)
_SLOPE = re.compile(rf"^\s*{_NUMBER}\s*db\b", re.IGNORECASE)


@dataclass(frozen=True)
class ApoText:
    """What a text says: filters in their order, the preamp in dB, and one note for every line that was left out."""

    filters: tuple[Filter, ...]
    preamp_db: float
    notes: tuple[str, ...]


def write_apo(params: FloatArray, output_db: float = 0.0, title: str = "") -> str:
    """A setting (13,) as Equalizer APO configuration, with a comment that names it. Stable from 8 kHz up."""
    comment = f"# semeq: {one_line(title)}\n" if one_line(title) else ""
    return comment + _text(params, output_db, 8_000)


def write_autoeq(params: FloatArray, output_db: float = 0.0, title: str = "") -> str:
    """A setting (13,) as AutoEq's ``ParametricEQ.txt``: no comments, for the many readers that know none.

    Only what Equalizer APO could not play at 32 kHz has a condition, which other readers pass over.
    """
    return _text(params, output_db, 32_000)


def _text(params: FloatArray, output_db: float, lowest_rate_hz: float) -> str:
    """The lines of both; filters that would be unstable at the lowest rate have a condition."""
    lines = [f"Preamp: {output_db:.2f} dB".replace("-0.00", "0.00")]
    for number, band in enumerate(setting_filters(params), start=1):
        guarded = band.freq_hz > MAX_FREQ_RATIO * lowest_rate_hz
        if guarded:
            lines.append(f"If: sampleRate >= {math.ceil(band.freq_hz / MAX_FREQ_RATIO)}")
        numbers = f"Fc {decimal(band.freq_hz, 2)} Hz Gain {_places(band.gain_db, 4)} dB Q {_places(band.q, 5)}"
        lines.append(f"Filter {number}: ON {_WRITTEN[band.kind]} {numbers}")
        if guarded:
            lines.append("EndIf:")
    return "\n".join(lines) + "\n"


def _places(value: float, places: int) -> str:
    """A number in decimals, never exactly three of them."""
    text = decimal(value, places)
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text


def read_apo(text: str) -> ApoText:
    """Read Equalizer APO or AutoEq text.

    Peaking filters and shelves are taken, with ``Q``, ``BW Oct`` or (shelves) a slope in dB; switched-off filters are
    skipped; other types (low-pass, high-pass, notch …) and other commands are left out with a note each. What stands
    under a lowest sample rate of 44.1 kHz or less is taken as it is.

    Raises
    ------
    FormatError
        Where the text holds no filter, or a filter's number cannot be read or is out of all reason; it names the line.
    """
    if len(text) > MAX_CHARACTERS:
        raise FormatError(f"the text has {len(text):,} characters; an EQ has at most {MAX_CHARACTERS:,}")
    filters: list[Filter] = []
    notes: list[str] = []
    preamp_db = 0.0
    guarded = False
    for number, raw in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        line = raw.strip()
        if not line or line[0] in "#;*/":
            continue
        if match := _PREAMP_LINE.match(line):
            preamp_db += _number(match[1], number, "preamp", -200, 200)
        elif match := _FILTER_LINE.match(line):
            found = _read_filter(match, number, notes)
            if found is not None:
                filters.append(found)
        elif (match := _GUARD_LINE.match(line)) and int(match[1]) <= REFERENCE_RATE_HZ:
            guarded = True
        elif guarded and _END_LINE.match(line):
            guarded = False
        elif match := _COMMAND_LINE.match(line):
            notes.append(f"line {number}: {match[1]} is left out")
        if len(filters) > MAX_FILTERS:
            raise FormatError(f"line {number}: more than {MAX_FILTERS} filters")
    if not filters:
        seen = f" ({notes[0]})" if notes else "; expected lines like: Filter 1: ON PK Fc 1000 Hz Gain 3 dB Q 1.0"
        raise FormatError(f"no filter that semeq can use{seen}")
    if len(notes) > _MAX_NOTES:
        notes[_MAX_NOTES:] = [f"and {len(notes) - _MAX_NOTES} more lines are left out"]
    return ApoText(tuple(filters), preamp_db, tuple(notes))


def _read_filter(match: re.Match[str], line: int, notes: list[str]) -> Filter | None:
    state, name, rest = match[1].upper(), match[2].upper(), match[3]
    if state == "OFF" or name == "NONE":
        return None
    kind = _READ.get(name)
    if kind is None:
        notes.append(f"line {line}: filter type {name or 'without a name'} is left out")
        return None
    freq, gain = _FREQ.search(rest), _GAIN.search(rest)
    if freq is None or gain is None:
        raise FormatError(f"line {line}: the filter lacks its {'Fc' if freq is None else 'Gain'}")
    freq_hz = _number(freq[1], line, "Fc", 0.1, 1e6, grouped=True) * (1000 if freq[2] else 1)
    gain_db = _number(gain[1], line, "Gain", -100, 100)
    return Filter(kind, freq_hz, gain_db, _read_q(kind, gain_db, rest, line, notes))


def _read_q(kind: Kind, gain_db: float, rest: str, line: int, notes: list[str]) -> float:
    if match := _Q.search(rest):
        return _number(match[1], line, "Q", 0.001, 1000)
    if match := _OCTAVES.search(rest):
        octaves = _number(match[1], line, "BW Oct", 0.001, 20)
        return 1 / (2 * math.sinh(math.log(2) / 2 * octaves))
    slope = _SLOPE.match(rest)
    if kind != "bell" and slope is not None:
        # The cookbook's S: 1 is 12 dB an octave, the steepest without overshoot.
        steepness = _number(slope[1], line, "slope", 0.01, 24) / 12
        amp = 10 ** (gain_db / 40)
        inverse = (amp + 1 / amp) * (1 / steepness - 1) + 2
        if inverse <= 1e-6:
            raise FormatError(f"line {line}: a shelf of {gain_db:g} dB cannot have a slope of {12 * steepness:g} dB")
        return 1 / math.sqrt(inverse)
    notes.append(f"line {line}: no Q, taken as {SHELF_Q if kind != 'bell' else 1.0:.3g}")
    return SHELF_Q if kind != "bell" else 1.0


def _number(text: str, line: int, name: str, low: float, high: float, grouped: bool = False) -> float:
    """A number with a decimal point or comma; `grouped`: ``1,050`` is a thousand and fifty, as REW writes it."""
    plain = text
    if grouped and re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?", text):
        plain = text.replace(",", "")
    plain = plain.replace(",", ".").rstrip(".")
    try:
        value = float(plain)
    except ValueError:
        raise FormatError(f"line {line}: {name} {text[:30]!r} is not a number") from None
    if not low <= value <= high:
        raise FormatError(f"line {line}: {name} is {value:g}, outside {low:g} to {high:g}")
    return value
