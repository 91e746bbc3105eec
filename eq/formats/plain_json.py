"""A setting as plain JSON with units in the names, for programs of one's own."""

from __future__ import annotations

import json

from ..settings import FloatArray
from .filters import one_line, setting_filters

JSON_FORMAT = "1.0.0"


def write_json(params: FloatArray, output_db: float = 0.0, title: str = "") -> str:
    """A setting (13,) as JSON: ``format``, ``title``, ``output_db`` and five ``bands`` in every digit they have."""
    bands = [
        {"type": band.kind, "freq_hz": band.freq_hz, "gain_db": band.gain_db, "q": band.q}
        for band in setting_filters(params)
    ]
    table = {"format": JSON_FORMAT, "title": one_line(title), "output_db": float(output_db), "bands": bands}
    return json.dumps(table, ensure_ascii=False, indent=1) + "\n"
