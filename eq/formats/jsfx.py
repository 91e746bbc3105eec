"""A REAPER effect (JSFX) as text: five cookbook bands on sliders, stereo, in float64.

The code is straight-line EEL2 on purpose: no function, no loop, nothing that differs between REAPER's versions or in
the other hosts of JSFX.
"""

from __future__ import annotations

import re

from ..settings import SHELF_Q, FloatArray
from .filters import EqText, FormatError, Kind, checked, decimal, level_db, one_line, setting_filters

_NAMES = ("Low shelf", "Bell 1", "Bell 2", "Bell 3", "High shelf")
#: What a slider moves by; defaults are written to the same digits.
_GAIN_PLACES, _FREQ_PLACES, _Q_PLACES = 3, 2, 4
_CHANNELS = (0, 1)


def write_jsfx(params: FloatArray, output_db: float = 0.0, title: str = "") -> str:
    """A setting (13,) as a whole JSFX file, whose sliders start at the setting."""
    filters = setting_filters(params)
    sliders, design, sample = [], [], []
    number = 1
    for band, (name, section) in enumerate(zip(_NAMES, filters, strict=True)):
        sliders.append(_slider(number, section.gain_db, "-36,36", _GAIN_PLACES, f"{name} gain (dB)"))
        sliders.append(_slider(number + 1, section.freq_hz, "20,20000", _FREQ_PLACES, f"{name} frequency (Hz)"))
        q = f"slider{number + 2}"
        if section.kind == "bell":
            sliders.append(_slider(number + 2, section.q, "0.1,10", _Q_PLACES, f"{name} Q"))
        else:
            q = "sqrt(0.5)"
        design += [
            f"a = 10 ^ (slider{number} / 40);",
            f"w = 2 * $pi * min(slider{number + 1}, 0.49 * srate) / srate;",
            f"c = cos(w); k = sin(w) / (2 * {q});",
            *(_bell(band) if section.kind == "bell" else _shelf(band, "" if section.kind == "low_shelf" else "-")),
        ]
        number += 3 if section.kind == "bell" else 2
    sliders.append(_slider(number, output_db, "-60,24", _GAIN_PLACES, "Output (dB)"))
    design.append(f"level = 10 ^ (slider{number} / 20);")
    for channel in _CHANNELS:
        sample += [f"x = spl{channel} * level;", *(line for band in range(5) for line in _run(band, channel))]
        sample.append(f"spl{channel} = x;")
    pins = [f"{way}_pin:{side}" for way in ("in", "out") for side in ("left", "right")]
    head = [f"desc:{one_line('semeq ' + title)}", "tags: equalizer", *sliders, *pins]
    return "\n".join([*head, "", "@slider", *design, "", "@sample", *sample]) + "\n"


def _slider(number: int, value: float, limits: str, places: int, name: str) -> str:
    return f"slider{number}:{decimal(value, places)}<{limits},{decimal(10.0**-places, places)}>{name}"


def _bell(band: int) -> list[str]:
    return [
        "n = 1 + k / a;",
        f"b0_{band} = (1 + k * a) / n; b1_{band} = -2 * c / n; b2_{band} = (1 - k * a) / n;",
        f"a1_{band} = -2 * c / n; a2_{band} = (1 - k / a) / n;",
    ]


def _shelf(band: int, sign: str) -> list[str]:
    """Both shelves: the high one is the low one with the signs of cos and of the odd coefficients turned."""
    turn = f"c = {sign}c; " if sign else ""
    return [
        f"{turn}r = 2 * sqrt(a) * k;",
        "n = (a + 1) + (a - 1) * c + r;",
        f"b0_{band} = a * ((a + 1) - (a - 1) * c + r) / n;",
        f"b1_{band} = {sign}2 * a * ((a - 1) - (a + 1) * c) / n;",
        f"b2_{band} = a * ((a + 1) - (a - 1) * c - r) / n;",
        f"a1_{band} = {'' if sign else '-'}2 * ((a - 1) + (a + 1) * c) / n;",
        f"a2_{band} = ((a + 1) + (a - 1) * c - r) / n;",
    ]


def _run(band: int, channel: int) -> list[str]:
    """One section, transposed direct form II."""
    first, second = f"s{channel}_{band}", f"t{channel}_{band}"
    return [
        f"y = b0_{band} * x + {first};",
        f"{first} = b1_{band} * x - a1_{band} * y + {second};",
        f"{second} = b2_{band} * x - a2_{band} * y; x = y;",
    ]


def read_jsfx(text: str) -> EqText:
    """Read the sliders of what `write_jsfx` writes. Raises `FormatError`."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        match = _SLIDER.match(line)
        if match is not None:
            found[match["name"].strip().lower()] = match["value"]
    filters = []
    for name in _NAMES:
        shelf = name.endswith("shelf")
        label = name.lower()
        kind: Kind = "bell" if not shelf else "low_shelf" if label.startswith("low") else "high_shelf"
        q = SHELF_Q if shelf else found.get(f"{label} q")
        freq, gain = found.get(f"{label} frequency (hz)"), found.get(f"{label} gain (db)")
        if freq is None or gain is None or q is None:
            raise FormatError(f"{name} has not all of its sliders; only effects that semeq wrote are read")
        filters.append(checked(kind, freq, gain, q, name))
    return EqText(tuple(filters), level_db(found.get("output (db)", 0.0), "Output"))


_SLIDER = re.compile(r"^slider\d+:\s*(?P<value>[^<\s]{1,40})<[^>]*>(?P<name>.{1,80})$")
