"""EasyEffects output preset: LSP's parametric equaliser with cookbook filters (mode ``APO (DR)``)."""

from __future__ import annotations

import json

from ..settings import FloatArray
from .filters import Kind, setting_filters

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
