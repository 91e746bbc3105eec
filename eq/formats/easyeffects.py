"""EasyEffects output preset: LSP's parametric equaliser with cookbook filters (mode ``APO (DR)``)."""

from __future__ import annotations

import json
from typing import Any

from ..settings import FloatArray
from .filters import EqText, Filter, FormatError, Kind, checked, level_db, setting_filters

_TYPES: dict[Kind, str] = {"low_shelf": "Lo-shelf", "bell": "Bell", "high_shelf": "Hi-shelf"}


def write_easyeffects(params: FloatArray, output_db: float = 0.0, title: str = "") -> str:
    """A setting (13,) as a preset for the folder ``easyeffects/output``; both channels stand in it, as it demands.

    The program names a preset by its file, so `title` is not written.
    """
    bands = {
        f"band{index}": {
            "frequency": section.freq_hz,
            "gain": section.gain_db,
            "mode": "APO (DR)",
            "mute": False,
            "q": section.q,
            "slope": "x1",
            "solo": False,
            "type": _TYPES[section.kind],
            "width": 4.0,
        }
        for index, section in enumerate(setting_filters(params))
    }
    equalizer = {
        "balance": 0.0,
        "bypass": False,
        "input-gain": float(output_db),
        "left": bands,
        "mode": "IIR",
        "num-bands": len(bands),
        "output-gain": 0.0,
        "pitch-left": 0.0,
        "pitch-right": 0.0,
        "right": bands,
        "split-channels": False,
    }
    preset = {"output": {"blocklist": [], "equalizer#0": equalizer, "plugins_order": ["equalizer#0"]}}
    return json.dumps(preset, indent=4) + "\n"


_KINDS: dict[str, Kind] = {
    **{name: kind for kind, name in _TYPES.items()},
    "Lo-pass": "low_pass",
    "Hi-pass": "high_pass",
    "Bandpass": "band_pass",
    "Notch": "notch",
}
_SIDES = {"L": "left", "R": "right"}


def read_easyeffects(table: dict[str, Any], channel: str | None = None) -> EqText:
    """Read the equalisers of a preset, whatever their number of bands. Raises `FormatError`."""
    if channel is not None and channel.upper() not in _SIDES:
        raise FormatError(f"there is no channel {channel} in the preset; it has L and R")
    section: dict[str, Any] = next(
        (table[name] for name in ("output", "input") if isinstance(table.get(name), dict)), {}
    )
    equalisers = {k: v for k, v in section.items() if k.startswith("equalizer") and isinstance(v, dict)}
    filters: list[Filter] = []
    notes = [f"{name} is left out" for name in section.get("plugins_order", ()) if name not in equalisers]
    level = 0.0
    for name, eq in equalisers.items():
        if eq.get("bypass") is True:
            continue
        level += sum(level_db(eq.get(key, 0.0), f"{name} {key}") for key in ("input-gain", "output-gain"))
        sides = {side: _bands(eq, side, name) for side in _SIDES.values()}
        if channel is None and eq.get("split-channels") is True and sides["left"] != sides["right"]:
            raise FormatError(f"{name}: left and right have equalisers of their own; choose one with --channel L or R")
        filters += sides["left" if channel is None else _SIDES[channel.upper()]]
    if not filters:
        raise FormatError("there is no equaliser with bands in the preset")
    return EqText(tuple(filters), level, tuple(map(str, notes[:20])))


def _bands(eq: dict[str, Any], side: str, name: str) -> list[Filter]:
    bands = eq.get(side)
    found = []
    for label, band in (bands if isinstance(bands, dict) else {}).items():
        if not isinstance(band, dict) or band.get("mute") is True or band.get("type") == "Off":
            continue
        kind, where = _KINDS.get(str(band.get("type"))), f"{name}, {side}, {label}"
        if kind is None:
            raise FormatError(f"{where}: a band of type {str(band.get('type'))[:20]!r} is not read")
        gain = band.get("gain", 0.0) if kind in _TYPES else 0.0
        found.append(checked(kind, band.get("frequency"), gain, band.get("q"), where))
    return found
