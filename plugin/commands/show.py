"""`semeq show`: the setting and the response of a word or a morph."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
from rich.table import Table

from semeq.console import Say, examples, output_options
from semeq.eq import FREQ_INDEX, GAIN_INDEX, Q_INDEX, SHELF_Q, curve, rms_db, tilt
from semeq.eq.settings import FloatArray

from ..space import WordSpace
from .options import OutputPath, WordParam, model_option

BAND_NAMES = ("low shelf", "bell 1", "bell 2", "bell 3", "high shelf")


@click.command("show", epilog=examples("semeq show warm", "semeq show warm --to bright --png warm-bright.png"))
@click.argument("word", type=WordParam())
@click.option("--to", type=WordParam(), metavar="WORD", help="Show the morph to another word.")
@click.option("--intensity", type=click.FloatRange(0, 2), default=1.0, show_default=True)
@click.option("--png", type=OutputPath(folder=False), help="Where to draw it  [default: WORD.png or WORD-TO.png]")
@model_option
@output_options
def command(word: str, to: str | None, intensity: float, png: Path | None, model: str | None, say: Say) -> None:
    """Show the five bands of WORD (and of a morph to another) as a table, and draw the response as a PNG."""
    space = WordSpace.open(model)
    positions = np.array([0.0]) if to is None else np.array([0.0, 0.25, 0.5, 0.75, 1.0])
    settings = space.params(word, to, positions, np.full(len(positions), intensity))
    say.result(settings_table(word, to, positions, settings))
    target = png or Path(f"{word}-{to}.png" if to else f"{word}.png")
    try:
        from ..picture import draw_morph
    except ImportError:
        say.note("no picture: install matplotlib, for instance with: pip install 'semeq[plot]'")
        return
    draw_morph(space, word, to, target, intensity)
    say.summary(f"drawn: {target}")


def settings_table(word: str, to: str | None, positions: FloatArray, settings: FloatArray) -> Table:
    """One row of band settings for every morph position; it fits 80 columns."""
    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 0))
    table.add_column("")
    for name in BAND_NAMES:
        table.add_column(name, justify="right")
    table.add_column("tilt", justify="right")
    names = {0.0: word, 1.0: to}
    curves = curve(settings)
    for position, params, strength, lean in zip(positions, settings, rms_db(curves), tilt(curves), strict=True):
        gains, freqs, qs = params[GAIN_INDEX], params[FREQ_INDEX], (SHELF_Q, *params[Q_INDEX], SHELF_Q)
        bands = [f"{g:+.1f} dB\n{f:.0f} Hz\nQ {q:.2f}" for g, f, q in zip(gains, freqs, qs, strict=True)]
        label = names.get(float(position)) or f"{position:.0%}"
        table.add_row(f"{label}\n{strength:.1f} dB RMS", *bands, f"{lean:+.1f} dB")
    return table
