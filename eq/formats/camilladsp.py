"""CamillaDSP configuration: its ``FivePointPeq`` is exactly this EQ."""

from __future__ import annotations

from typing import Any

from ..settings import SHELF_Q, FloatArray
from .filters import (
    KINDS,
    EqText,
    Filter,
    FormatError,
    Kind,
    checked,
    decimal,
    level_db,
    one_line,
    setting_filters,
    slope_q,
)

_BANDS = ("ls", "p1", "p2", "p3", "hs")


def write_camilladsp(params: FloatArray, output_db: float = 0.0, title: str = "") -> str:
    """A setting (13,) as the YAML sections ``filters`` and ``pipeline`` of CamillaDSP 3, for channels 0 and 1."""
    lines = [f"# semeq: {one_line(title)}"] if one_line(title) else []
    lines += ["filters:", "  semeq:", "    type: BiquadCombo", "    parameters:", "      type: FivePointPeq"]
    for band, section in zip(_BANDS, setting_filters(params), strict=True):
        for letter, value in (("f", section.freq_hz), ("g", section.gain_db), ("q", section.q)):
            lines.append(f"      {letter}{band}: {_real(value)}")
    names = "semeq"
    if output_db:
        names = "semeq_level, semeq"
        lines += ["  semeq_level:", "    type: Gain", "    parameters:", f"      gain: {_real(output_db)}"]
        lines += ["      scale: dB", "      inverted: false"]
    lines += ["pipeline:", "  - type: Filter", "    channels: [0, 1]", f"    names: [{names}]"]
    return "\n".join(lines) + "\n"


def _real(value: float) -> str:
    text = decimal(value)
    return text if "." in text else f"{text}.0"


_KINDS: dict[str, Kind] = {
    "Peaking": "bell",
    "Lowshelf": "low_shelf",
    "Highshelf": "high_shelf",
    "Lowpass": "low_pass",
    "Highpass": "high_pass",
    "Bandpass": "band_pass",
    "Notch": "notch",
}


def read_camilladsp(text: str, channel: str | None = None) -> EqText:
    """Read the equaliser of a CamillaDSP configuration: what its pipeline plays, or all filters where it has none.

    Raises
    ------
    FormatError
        It is not YAML, has no filter that can be read, or channels with equalisers of their own.
    """
    import yaml

    try:
        table = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = "" if mark is None else f"line {mark.line + 1}: "
        raise FormatError(f"{where}is not YAML ({getattr(error, 'problem', None) or 'unreadable'})") from None
    except (ValueError, RecursionError):
        raise FormatError("its YAML cannot be read") from None
    named = table.get("filters") if isinstance(table, dict) else None
    if not isinstance(named, dict):
        raise FormatError("it has no section of filters")
    notes: list[str] = []
    played = _played(table.get("pipeline"), named, notes)
    if channel is not None:
        if channel not in played:
            raise FormatError(f"there is no channel {channel} in the pipeline; it has {', '.join(played) or 'none'}")
        names = played[channel]
    else:
        names = next(iter(played.values()), tuple(map(str, named)))
        if any(other != names for other in played.values()):
            raise FormatError(f"channels have equalisers of their own; choose one with --channel {' or '.join(played)}")
    filters: list[Filter] = []
    level = 0.0
    for name in names:
        found, gain = _one(name, named.get(name), notes)
        filters, level = filters + found, level + gain
    if not filters:
        raise FormatError("no filter that semeq can use" + (f" ({notes[0]})" if notes else ""))
    return EqText(tuple(filters), level, tuple(dict.fromkeys(notes))[:20])


def _played(pipeline: object, named: dict[Any, Any], notes: list[str]) -> dict[str, tuple[str, ...]]:
    """The names of filters that each channel gets, in their order; empty without a pipeline."""
    played: dict[str, tuple[str, ...]] = {}
    for step in pipeline if isinstance(pipeline, list) else ():
        if not isinstance(step, dict) or step.get("type") != "Filter":
            kind = step.get("type") if isinstance(step, dict) else step
            notes.append(f"the pipeline's {str(kind)[:20]} is left out")
            continue
        channels = step.get("channels", step.get("channel"))
        names = step.get("names")
        for one in channels if isinstance(channels, list) else [0 if channels is None else channels]:
            steps = tuple(str(name) for name in names) if isinstance(names, list) else ()
            played[str(one)] = (*played.get(str(one), ()), *(name for name in steps if name in named))
    return played


def _one(name: str, entry: object, notes: list[str]) -> tuple[list[Filter], float]:
    """The sections of a named filter, and its level in dB."""
    kind = entry.get("type") if isinstance(entry, dict) else None
    given = entry.get("parameters") if isinstance(entry, dict) else None
    values: dict[str, Any] = given if isinstance(given, dict) else {}
    if kind == "Gain" and values.get("scale") in (None, "dB"):
        return [], level_db(values.get("gain", 0.0), name)
    if kind == "BiquadCombo" and values.get("type") == "FivePointPeq":
        found = []
        for band_kind, band in zip(KINDS, _BANDS, strict=True):
            freq, gain, q = (values.get(f"{letter}{band}") for letter in "fgq")
            found.append(checked(band_kind, freq, gain, q, name))
        return found, 0.0
    section = _KINDS.get(str(values.get("type"))) if kind == "Biquad" else None
    if section is None:
        notes.append(f"{name}: {kind} {values.get('type') or ''}".strip() + " is left out")
        return [], 0.0
    gain = values.get("gain", 0.0) if section in KINDS else 0.0
    q = values.get("q")
    if q is None and "slope" in values and section in KINDS:
        slope = checked("bell", 1.0, values["slope"], 1.0, name).gain_db
        q = slope_q(level_db(gain, name), slope)
    return [checked(section, values.get("freq"), gain, SHELF_Q if q is None else q, name)], 0.0
