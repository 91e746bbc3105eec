"""`semeq words`: the vocabulary."""

from __future__ import annotations

import json

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from semeq.eq import curve, rms_db, tilt

from ..space import WordSpace
from .options import model_option


@click.command("words")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@model_option
def command(as_json: bool, model: str | None) -> None:
    """List the words the model knows: where they come from, how strong and how bright they are."""
    space = WordSpace.open(model)
    words = [space.vocabulary.get(name) for name in space.vocabulary.names]
    curves = curve(space.decoder.decode(np.array([word.latent for word in words])))
    rows = [
        {
            "word": word.name,
            "language": word.language,
            "sources": list(word.sources),
            "evidence": word.evidence,
            "low_evidence": word.low_evidence,
            "strength_db": round(float(strength), 2),
            "tilt_db": round(float(lean), 2),
        }
        for word, strength, lean in zip(words, rms_db(curves), tilt(curves), strict=True)
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    table = Table(box=None, header_style="bold")
    for name in ("word", "language", "people", "strength", "tilt", "sources"):
        table.add_column(name, justify="right" if name in ("people", "strength", "tilt") else "left")
    for row in rows:
        table.add_row(
            str(row["word"]),
            str(row["language"]),
            f"{row['evidence']}{' (few)' if row['low_evidence'] else ''}",
            f"{row['strength_db']:.1f} dB",
            f"{row['tilt_db']:+.1f} dB",
            ", ".join(row["sources"]),  # type: ignore[arg-type]
        )
    Console().print(table)
