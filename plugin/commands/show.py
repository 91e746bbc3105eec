"""`semeq show`: settings and responses of words, morphs and presets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

from semeq.console import Example, Say, examples, output_options
from semeq.eq import PARAMETER_NAMES, REFERENCE_GRID_HZ, curve, rms_db, tilt
from semeq.words import WordSpace

from .drawing import BAND_NAMES, Line, ResponsePlot, Row, settings_table
from .options import OutputPath, WordParam, model_option, say_understood
from .preset import preset_in_use, preset_option

__all__ = ["BAND_NAMES", "command"]

#: Colours for words that are compared; morphs go from dark to bright.
_COLOURS = ("cyan", "yellow", "magenta", "green", "red", "blue")
_DARK, _BRIGHT = np.array([150, 70, 200]), np.array([250, 190, 60])
_MAX_WORDS = 12


@click.command(
    "show",
    epilog=examples(
        "semeq show warm",
        Example("semeq show warm bright airy", "beside each other"),
        Example("semeq show warm --to bright --steps 9 --svg warm-bright.svg", "the way from one to the other"),
        "semeq show warm --to bright --morph 0.3 --intensity 0.5 --json",
        'semeq show --preset "mud out"',
    ),
)
@click.argument("words", type=WordParam(), metavar="[WORD]...", nargs=-1)
@click.option("--to", type=WordParam(), metavar="WORD", help="Show the morph of WORD to another.")
@click.option("--steps", type=click.IntRange(2, 33), help="So many positions of the morph  [default: 5]")
@click.option("--morph", type=click.FloatRange(0, 1), help="Only this position of the morph.")
@click.option("--intensity", type=click.FloatRange(0, 2), default=1.0, show_default=True)
@click.option("--png", type=OutputPath(folder=False), help="Draw the responses as a PNG.")
@click.option("--svg", type=OutputPath(folder=False), help="Draw the responses as an SVG.")
@click.option("--out", type=OutputPath(folder=False), help="The same: FILE.png or FILE.svg.")
@preset_option
@model_option
@output_options
def command(
    words: tuple[str, ...],
    to: str | None,
    steps: int | None,
    morph: float | None,
    intensity: float,
    png: Path | None,
    svg: Path | None,
    out: Path | None,
    model: str | None,
    say: Say,
) -> None:
    """Show the five bands of each WORD as a table, and the responses as a plot; or those of a morph, or a preset."""
    preset = preset_in_use()
    if not words and preset is not None and preset.semantic:
        words = (preset.semantic,)
        # A preset stands at one place of its morph; --steps shows the way all the same.
        morph = (morph or 0.0) if to is not None and steps is None else None
    elif steps is not None:
        morph = None
    pictures = _pictures(png, svg, out)
    _check(words, to, morph, steps)
    space = WordSpace.open(model)
    say_understood(space, (*words, to), say)
    rows = _rows(space, words, to, morph, steps, intensity)
    curves = curve(np.array([row.params for row in rows]))
    say.data(
        {
            "freqs_hz": [round(float(f), 3) for f in REFERENCE_GRID_HZ],
            "settings": [
                {
                    "label": row.label,
                    "setting": dict(zip(PARAMETER_NAMES, map(float, row.params), strict=True)),
                    "response_db": [round(float(v), 4) for v in response],
                    "strength_db": float(rms_db(response)),
                    "tilt_db": float(tilt(response)),
                }
                for row, response in zip(rows, curves, strict=True)
            ],
            "pictures": [str(path) for path in pictures],
        }
    )
    lines = _lines(rows, morphing=to is not None)
    say.result(settings_table(rows))
    say.summary(ResponsePlot(lines))
    for path in pictures:
        try:
            from .drawing import draw_lines
        except ImportError:
            raise click.ClickException("a picture needs matplotlib; try: pip install 'semeq[plot]'") from None
        title = f"{words[0]} → {to}" if to is not None else ", ".join(words)
        draw_lines(lines, path, title if intensity == 1 else f"{title}, intensity {intensity:g}")
        say.summary(f"drawn: {path}")


def _check(words: Sequence[str], to: str | None, morph: float | None, steps: int | None) -> None:
    if not words:
        raise click.UsageError("name a WORD, or a preset with --preset")
    if len(words) > _MAX_WORDS:
        raise click.UsageError(f"{len(words)} words; a plot holds {_MAX_WORDS} at most")
    if to is not None and len(words) > 1:
        raise click.UsageError("--to takes one WORD to start from")
    if to is None and (morph is not None or steps is not None):
        raise click.UsageError("--morph and --steps need --to: a morph goes from one word to another")


def _pictures(png: Path | None, svg: Path | None, out: Path | None) -> list[Path]:
    for option, path, suffixes in (
        ("--png", png, (".png",)),
        ("--svg", svg, (".svg",)),
        ("--out", out, (".png", ".svg")),
    ):
        if path is not None and path.suffix.lower() not in suffixes:
            raise click.UsageError(f"{option} wants a file that ends in {' or '.join(suffixes)}, not {path}")
    return [path for path in (png, svg, out) if path is not None]


def _rows(
    space: WordSpace, words: Sequence[str], to: str | None, morph: float | None, steps: int | None, intensity: float
) -> list[Row]:
    if to is None:
        return [Row(word, space.params(word, None, 0.0, intensity)) for word in words]
    positions = [morph] if morph is not None else [float(p) for p in np.linspace(0.0, 1.0, steps or 5)]
    ends = {0.0: words[0], 1.0: to}
    return [Row(ends.get(p) or f"{p:.0%}", space.params(words[0], to, p, intensity)) for p in positions]


def _lines(rows: Sequence[Row], morphing: bool) -> list[Line]:
    if not morphing:
        return [Line(row.label, row.params, _COLOURS[i % len(_COLOURS)]) for i, row in enumerate(rows)]
    way = np.linspace(0.0, 1.0, len(rows)) if len(rows) > 1 else np.array([0.5])
    shades = (_DARK + (_BRIGHT - _DARK) * way[:, None]).astype(int)
    return [
        Line(row.label, row.params, "#{:02x}{:02x}{:02x}".format(*shade))
        for row, shade in zip(rows, shades, strict=True)
    ]
