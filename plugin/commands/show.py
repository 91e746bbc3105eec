"""`semeq show`: the setting and the response of a word or a morph."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from semeq.eq import FREQ_INDEX, GAIN_INDEX, Q_INDEX, SHELF_Q, curve, rms_db, tilt
from semeq.eq.settings import FloatArray

from ..space import WordSpace
from .options import OutputPath, model_option

BAND_NAMES = ("low shelf", "bell 1", "bell 2", "bell 3", "high shelf")


@click.command("show")
@click.argument("word")
@click.option("--to", metavar="WORD", help="Show the morph to another word.")
@click.option("--intensity", type=click.FloatRange(0, 2), default=1.0, show_default=True)
@click.option("--png", type=OutputPath(folder=False), help="Where to draw it  [default: WORD.png or WORD-TO.png]")
@model_option
def command(word: str, to: str | None, intensity: float, png: Path | None, model: str | None) -> None:
    """Show the five bands of WORD (and of a morph to another) as a table, and draw the response as a PNG."""
    space = WordSpace.open(model)
    console = Console()
    positions = np.array([0.0]) if to is None else np.array([0.0, 0.25, 0.5, 0.75, 1.0])
    settings = space.params(word, to, positions, np.full(len(positions), intensity))
    console.print(settings_table(word, to, positions, settings))
    target = png or Path(f"{word}-{to}.png" if to else f"{word}.png")
    try:
        from ..picture import draw_morph
    except ImportError:
        console.print("No picture: install matplotlib, for instance with: pip install 'semeq[plot]'")
        return
    draw_morph(space, word, to, target, intensity)
    console.print(f"drawn: {target}")


def settings_table(word: str, to: str | None, positions: FloatArray, settings: FloatArray) -> Table:
    """One column of band settings for every morph position."""
    table = Table(box=None, header_style="bold")
    table.add_column("")
    for position in positions:
        table.add_column(word if to is None else f"{word} {position:.0%} {to}", justify="right")
    for band, name in enumerate(BAND_NAMES):
        cells = []
        for params in settings:
            q = (SHELF_Q, *params[Q_INDEX], SHELF_Q)[band]
            cells.append(f"{params[GAIN_INDEX][band]:+.1f} dB  {params[FREQ_INDEX][band]:5.0f} Hz  Q {q:.2f}")
        table.add_row(name, *cells)
    curves = curve(settings)
    table.add_row("strength", *(f"{v:.1f} dB RMS" for v in rms_db(curves)))
    table.add_row("tilt", *(f"{v:+.1f} dB" for v in tilt(curves)))
    return table
