"""Reading Equalizer APO and AutoEq text: any number of filters and graphic EQs, as the program itself takes them.

Its source (``BiQuadFilterFactory``, ``BiQuadFilter::initialize``) decides where its reference is silent: the frequency
of a shelf whose name does not end in C is that of its corner, and its centre lies by a factor of ``10^(|gain| / 80 S)``
further in, where a Q or a slope says how steep it is; where nothing does, S is .9 and the frequency the centre's.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from ..response import REFERENCE_RATE_HZ
from ..settings import SHELF_Q
from .filters import EqText, Filter, FormatError, Kind

_READ: dict[str, Kind] = {
    **dict.fromkeys(("LS", "LSC", "LSQ"), "low_shelf"),
    **dict.fromkeys(("HS", "HSC", "HSQ"), "high_shelf"),
    **dict.fromkeys(("PK", "PEQ", "MODAL"), "bell"),
    **dict.fromkeys(("LP", "LPQ"), "low_pass"),
    **dict.fromkeys(("HP", "HPQ"), "high_pass"),
    "BP": "band_pass",
    "NO": "notch",
}
_SHELVES = ("low_shelf", "high_shelf")
_Q_OF: dict[Kind, float] = {"bell": 1.0, "notch": 30.0}  # where none is given; of passes 1/√2
_DEFAULT_STEEPNESS = 0.9

MAX_CHARACTERS = 1_000_000
MAX_FILTERS = 1000
_MAX_POINTS = 10_000
_MAX_NOTES = 20

_NUMBER = r"([+-]?[0-9][0-9.,]{0,20}|[+-]?[.,][0-9]{1,20})"
_FILTER_LINE = re.compile(r"^filter\s*[0-9]{0,6}\s*:\s*(on|off)\b\s*([a-z]{0,8})(.*)$", re.IGNORECASE)
_PREAMP_LINE = re.compile(rf"^preamp\s*:\s*{_NUMBER}\s*(?:db)?\s*$", re.IGNORECASE)
_GRAPHIC_LINE = re.compile(r"^graphiceq\s*:\s*(.*)$", re.IGNORECASE)
_CHANNEL_LINE = re.compile(r"^channel\s*:\s*(.{0,200})$", re.IGNORECASE)
_GUARD_LINE = re.compile(r"^if\s*:\s*sampleRate\s*>=\s*([0-9]{1,6})\s*$", re.IGNORECASE)
_END_LINE = re.compile(r"^endif\s*:\s*$", re.IGNORECASE)
_COMMAND_LINE = re.compile(r"^([a-z]{1,20})\s*[0-9]{0,6}\s*:", re.IGNORECASE)
_FREQ = re.compile(rf"\bfc\s+{_NUMBER}\s*(k?)(?:hz)?(?![a-z0-9])", re.IGNORECASE)
_GAIN = re.compile(rf"\bgain\s+{_NUMBER}", re.IGNORECASE)
_Q = re.compile(rf"\bq\s+{_NUMBER}", re.IGNORECASE)
_OCTAVES = re.compile(rf"\bbw\s+oct\s+{_NUMBER}", re.IGNORECASE)
_SLOPE = re.compile(rf"^\s*{_NUMBER}\s*db\b", re.IGNORECASE)
_POINT = re.compile(rf"^\s*{_NUMBER}\s+{_NUMBER}\s*$")


@dataclass
class _Channel:
    """What one channel gets."""

    filters: list[Filter] = field(default_factory=list)
    points: list[tuple[float, float]] = field(default_factory=list)
    preamp_db: float = 0.0


class _Channels:
    """The channels that a text names, and ``""`` for all others; each hears of what is meant for all."""

    def __init__(self) -> None:
        self.all: dict[str, _Channel] = {"": _Channel()}
        self.selected: tuple[str, ...] | None = None  # all of them
        self.first_line = 0

    def select(self, names: str, line: int) -> None:
        """Take a ``Channel:`` line."""
        wanted = tuple(names.upper().split())
        if not wanted or "ALL" in wanted:
            self.selected = None
            return
        self.selected, self.first_line = wanted, self.first_line or line
        for name in wanted:
            if name not in self.all:
                rest = self.all[""]
                self.all[name] = _Channel(list(rest.filters), list(rest.points), rest.preamp_db)

    def meant(self) -> list[_Channel]:
        """Those that the next line is for."""
        return [one for name, one in self.all.items() if self.selected is None or name in self.selected]

    def one(self, channel: str | None) -> _Channel:
        """The one that was asked for, or what all have in common. Raises `FormatError` where they differ."""
        if channel is not None:
            if channel.upper() not in self.all:
                there = ", ".join(sorted(self.all.keys() - {""})) or "none"
                raise FormatError(f"there is no channel {channel} in the text; it names {there}")
            return self.all[channel.upper()]
        named = {name: one for name, one in self.all.items() if name} or self.all
        first = next(iter(named.values()))
        rest = self.all[""]
        alone = len(named) == 1 and named is not self.all and rest != first
        if alone or any(one != first for one in named.values()):
            names = ", ".join(named)
            raise FormatError(
                f"line {self.first_line}: channels have equalisers of their own ({names}); choose one with --channel"
            )
        return first


def read_apo(text: str, channel: str | None = None) -> EqText:
    """Read Equalizer APO or AutoEq text.

    Peaking filters, shelves, passes and notches are taken, with ``Q``, ``BW Oct`` or (shelves) a slope in dB, and
    graphic EQs; switched-off filters are skipped; other types and other commands are left out with a note each. What
    stands under a lowest sample rate of 44.1 kHz or less is taken as it is.

    Parameters
    ----------
    channel : str, optional
        Which channel's equaliser to read, where ``Channel:`` gives them different ones.

    Raises
    ------
    FormatError
        Where the text holds no filter, channels differ, or a number cannot be read or is out of all reason; it names
        the line.
    """
    if len(text) > MAX_CHARACTERS:
        raise FormatError(f"the text has {len(text):,} characters; an EQ has at most {MAX_CHARACTERS:,}")
    channels, notes = _Channels(), list[str]()
    guarded, count = False, 0
    for number, raw in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        line = raw.strip()
        if not line or line[0] in "#;*/":
            continue
        if match := _PREAMP_LINE.match(line):
            for one in channels.meant():
                one.preamp_db += _number(match[1], number, "preamp", -200, 200)
        elif match := _FILTER_LINE.match(line):
            found = _read_filter(match, number, notes)
            for one in channels.meant() if found is not None else ():
                one.filters.append(found)  # type: ignore[arg-type]
            count += found is not None
        elif match := _GRAPHIC_LINE.match(line):
            points = _read_points(match[1], number)
            for one in channels.meant():
                if one.points:
                    raise FormatError(f"line {number}: a second graphic EQ; semeq reads one")
                one.points += points
        elif match := _CHANNEL_LINE.match(line):
            channels.select(match[1], number)
        elif (match := _GUARD_LINE.match(line)) and int(match[1]) <= REFERENCE_RATE_HZ:
            guarded = True
        elif guarded and _END_LINE.match(line):
            guarded = False
        elif match := _COMMAND_LINE.match(line):
            notes.append(f"line {number}: {match[1]} is left out")
        if count > MAX_FILTERS:
            raise FormatError(f"line {number}: more than {MAX_FILTERS} filters")
    if not any(one.filters or one.points for one in channels.all.values()):
        seen = f" ({notes[0]})" if notes else "; expected lines like: Filter 1: ON PK Fc 1000 Hz Gain 3 dB Q 1.0"
        raise FormatError(f"no filter that semeq can use{seen}")
    found_one = channels.one(channel)
    if len(notes) > _MAX_NOTES:
        notes[_MAX_NOTES:] = [f"and {len(notes) - _MAX_NOTES} more lines are left out"]
    return EqText(tuple(found_one.filters), found_one.preamp_db, tuple(notes), tuple(found_one.points))


def _read_filter(match: re.Match[str], line: int, notes: list[str]) -> Filter | None:
    state, name, rest = match[1].upper(), match[2].upper(), match[3]
    if state == "OFF" or name in ("NONE", "AP"):  # an all-pass has no response to speak of
        return None
    kind = _READ.get(name)
    if kind is None:
        notes.append(f"line {line}: filter type {name or 'without a name'} is left out")
        return None
    freq, gain = _FREQ.search(rest), _GAIN.search(rest)
    has_gain = kind in ("bell", *_SHELVES)
    if freq is None or (gain is None and has_gain):
        raise FormatError(f"line {line}: the filter lacks its {'Fc' if freq is None else 'Gain'}")
    freq_hz = _number(freq[1], line, "Fc", 0.1, 1e6, grouped=True) * (1000 if freq[2] else 1)
    gain_db = _number(gain[1], line, "Gain", -100, 100) if gain is not None and has_gain else 0.0
    if kind in _SHELVES:
        q, steepness = _read_shelf(gain_db, rest, line)
        if steepness is not None and not name.endswith("C"):
            # Far beyond any Fc a frequency only says "everywhere", or "nowhere".
            shift = 10 ** min(abs(gain_db) / 80 / steepness, 9.0)
            freq_hz = min(max(freq_hz * shift if kind == "low_shelf" else freq_hz / shift, 1e-3), 1e9)
        return Filter(kind, freq_hz, gain_db, q)
    return Filter(kind, freq_hz, gain_db, _read_q(kind, rest, line, notes))


def _read_shelf(gain_db: float, rest: str, line: int) -> tuple[float, float | None]:
    """The Q of a shelf, and the cookbook's S where a Q or a slope gives it: 1 is the steepest without overshoot."""
    amp = 10 ** (gain_db / 40)
    slope = _SLOPE.match(rest)
    if slope is None and (match := _Q.search(rest)):
        q = _number(match[1], line, "Q", 0.001, 1000)
        below = (1 / q**2 - 2) / (amp + 1 / amp) + 1
        return q, 1 / below if below > 1e-9 else None
    steepness = _DEFAULT_STEEPNESS if slope is None else _number(slope[1], line, "slope", 0.01, 24) / 12
    inverse = (amp + 1 / amp) * (1 / steepness - 1) + 2
    if inverse <= 1e-6:
        raise FormatError(f"line {line}: a shelf of {gain_db:g} dB cannot have a slope of {12 * steepness:g} dB")
    return 1 / math.sqrt(inverse), None if slope is None else steepness


def _read_q(kind: Kind, rest: str, line: int, notes: list[str]) -> float:
    if match := _Q.search(rest):
        return _number(match[1], line, "Q", 0.001, 1000)
    if match := _OCTAVES.search(rest):
        octaves = _number(match[1], line, "BW Oct", 0.001, 20)
        return 1 / (2 * math.sinh(math.log(2) / 2 * octaves))
    if kind == "bell":
        notes.append(f"line {line}: no Q, taken as 1")
    return _Q_OF.get(kind, SHELF_Q)


def _read_points(text: str, line: int) -> list[tuple[float, float]]:
    """The points of a graphic EQ, ``20 -1.2; 21 -1.0``, in order of frequency; of one frequency the last counts."""
    points: dict[float, float] = {}
    for part in text.split(";"):
        if not part.strip():
            continue
        match = _POINT.match(part)
        if match is None:
            raise FormatError(f"line {line}: {part.strip()[:30]!r} is not a frequency and a gain")
        points[_number(match[1], line, "frequency", 0.1, 1e6)] = _number(match[2], line, "gain", -100, 100)
        if len(points) > _MAX_POINTS:
            raise FormatError(f"line {line}: more than {_MAX_POINTS} points")
    return sorted(points.items())


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
