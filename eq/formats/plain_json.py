"""A setting as plain JSON with units in the names, for programs of one's own."""

from __future__ import annotations

import json
from typing import Any, get_args

from ..settings import FloatArray
from .filters import EqText, FormatError, Kind, checked, level_db, one_line, setting_filters

JSON_FORMAT = "1.0.0"


def write_json(params: FloatArray, output_db: float = 0.0, title: str = "") -> str:
    """A setting (13,) as JSON: ``format``, ``title``, ``output_db`` and five ``bands`` in every digit they have."""
    bands = [
        {"type": band.kind, "freq_hz": band.freq_hz, "gain_db": band.gain_db, "q": band.q}
        for band in setting_filters(params)
    ]
    table = {"format": JSON_FORMAT, "title": one_line(title), "output_db": float(output_db), "bands": bands}
    return json.dumps(table, ensure_ascii=False, indent=1) + "\n"


def read_json(table: dict[str, Any]) -> EqText:
    """Read what `write_json` writes. Raises `FormatError`."""
    bands = table["bands"]
    if not isinstance(bands, list) or not bands:
        raise FormatError("bands is not a list of bands")
    filters = []
    for number, band in enumerate(bands, start=1):
        if not isinstance(band, dict) or band.get("type") not in get_args(Kind):
            raise FormatError(f"band {number}: type is none of {', '.join(get_args(Kind))}")
        freq_hz, gain_db, q = (band.get(name, 0.0) for name in ("freq_hz", "gain_db", "q"))
        filters.append(checked(band["type"], freq_hz, gain_db, q, f"band {number}"))
    return EqText(tuple(filters), level_db(table.get("output_db", 0.0), "output_db"))
