"""Settings as a table that fits 80 columns, and the names of their bands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.table import Table

from semeq.console import plain_table
from semeq.eq import FREQ_INDEX, GAIN_INDEX, Q_INDEX, SHELF_Q, FloatArray, curve, rms_db, tilt

BAND_NAMES = ("low shelf", "bell 1", "bell 2", "bell 3", "high shelf")


@dataclass(frozen=True)
class Row:
    """A setting (13,) and what it is called."""

    label: str
    params: FloatArray


def settings_table(rows: Iterable[Row]) -> Table:
    """A row for each setting: gain, frequency and Q of its bands, strength and tilt."""
    table = plain_table("", *(f">{name}" for name in BAND_NAMES), ">tilt")
    table.padding = (0, 1, 0, 0)
    for row in rows:
        params, response = row.params, curve(row.params)
        gains, freqs, qs = params[GAIN_INDEX], params[FREQ_INDEX], (SHELF_Q, *params[Q_INDEX], SHELF_Q)
        bands = [f"{g:+.1f} dB\n{f:.0f} Hz\nQ {q:.2f}" for g, f, q in zip(gains, freqs, qs, strict=True)]
        table.add_row(f"{row.label}\n{float(rms_db(response)):.1f} dB RMS", *bands, f"{float(tilt(response)):+.1f} dB")
    return table
