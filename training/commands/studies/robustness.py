"""`semeq-train evaluate-audio --degraded`: hearing on narrow, lossy, quiet and noisy copies, by several cures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from rich.table import Table

from semeq.console import Say, plain_table
from semeq.eq import FloatArray

from ...audio import LabelledCurves, music_spectra
from ...audio.robustness import CURES, Robustness, measure_robustness, treated_spectra


def report_robustness(music: Path, settings: LabelledCurves, words: FloatArray, seed: int, say: Say) -> None:
    """Measure and say."""
    with say.progress() as bar:
        reading, treating = (bar.add_task(f"{what} music", total=None) for what in ("reading", "treating"))
        clips = music_spectra(music, progress=lambda done, of: bar.update(reading, completed=done, total=of))
        copies = treated_spectra(music, progress=lambda done, of: bar.update(treating, completed=done, total=of))
    found = measure_robustness(copies, clips, settings, words, CURES, seed)
    say.data(
        {"clips": len(copies.clean), "robustness": {k: {c: asdict(r) for c, r in v.items()} for k, v in found.items()}}
    )
    sources = len(set(copies.clean.sources))
    say.result(_shifts(found, f"Shift of the position, 95 % interval ({len(copies.clean)} clips of {sources} sources)"))
    say.result(_orders(found, "Order of warm and bright settings / closed loop of ten words"))


def _shifts(found: Mapping[str, Mapping[str, Robustness]], title: str) -> Table:
    """In units of how far clips lie apart."""
    table = plain_table("", *(f">{cure}" for cure in CURES), ">change of a score, measured", ">filled in", title=title)
    first, *_, last = CURES
    for treatment, by_cure in list(found.items())[1:]:
        cells = (f"{r.shift:.2f} ({r.shift_interval[0]:.2f}–{r.shift_interval[1]:.2f})" for r in by_cure.values())
        table.add_row(treatment, *cells, f"{by_cure[first].score_shift:.2f}", f"{by_cure[last].score_shift:.2f}")
    return table


def _orders(found: Mapping[str, Mapping[str, Robustness]], title: str) -> Table:
    table = plain_table("", *(f">{cure}" for cure in CURES), title=title)
    for treatment, by_cure in found.items():
        table.add_row(treatment, *(f"{r.order:.3f} / {r.closed_loop:.3f}" for r in by_cure.values()))
    return table
