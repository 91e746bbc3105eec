"""`semeq words`: the vocabulary, its neighbours and its map."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np
from rich.table import Table

from semeq.console import Commands, Example, Say, examples, output_options, plain_table
from semeq.eq import curve, rms_db, tilt
from semeq.words import Word, WordSpace, select

from ..options import OutputPath, WordParam, model_option


@click.group(
    "words",
    cls=Commands,
    modules={
        **{
            name: f"{__package__}.own:{name.replace('import', 'import_')}"
            for name in ("add", "rename", "remove", "export", "import")
        },
        "vary": f"{__package__}.vary:vary",
    },
    invoke_without_command=True,
    epilog=examples(
        Example("semeq words --min-evidence 5", "words that at least five people used"),
        Example("semeq words --near warm", "what is like it, and what opposes it"),
        "semeq words --language es --json",
        "semeq words --map words.png",
        Example("semeq words vary warm --count 8", "warm as eight others might dial it in"),
        Example('semeq words add vocals-ok --phrase "a bit airy, less muddy"', "a word of your own"),
    ),
)
@click.option(
    "--near", type=WordParam(), metavar="WORD", help="Only the words most like this one, and the most opposed."
)
@click.option("--count", type=click.IntRange(1, 100), default=8, show_default=True, help="How many, with --near.")
@click.option("--language", metavar="CODE", help="Only words of a language: en, es.")
@click.option("--min-evidence", type=click.IntRange(min=0), default=0, help="Only words that so many people used.")
@click.option("--map", "map_path", type=OutputPath(folder=False), help="Draw the word map as a PNG.")
@model_option
@output_options
@click.pass_context
def command(
    ctx: click.Context,
    near: str | None,
    count: int,
    language: str | None,
    min_evidence: int,
    map_path: Path | None,
    model: str | None,
    say: Say,
) -> None:
    """List the words the model knows: where they come from, how strong and how bright they are.

    Words are points in one space, so each has neighbours and opposites: --near warm. `warm/2` means a word as one of
    its schools, the ways people mean it. Words of your own stand at the end.
    """
    if ctx.invoked_subcommand is not None:
        return
    space = WordSpace.open(model)
    vocabulary = space.vocabulary
    chosen = select(vocabulary, language=language, min_evidence=min_evidence)
    if not chosen:
        raise click.UsageError(f"no word of language {language or 'any'} has {min_evidence} people behind it")
    if near is not None:
        ranked = space.alike(near, language=language, min_evidence=min_evidence)
        alike, opposed = ranked[:count], ranked[: -count - 1 : -1]
        say.data(
            {
                name: [{"word": n.word.name, "likeness": round(n.likeness, 3)} for n in group]
                for name, group in (("nearest", alike), ("opposed", opposed))
            }
        )
        table = plain_table(f"like {near}", ">", "opposed", ">")
        for a, b in zip(alike, opposed, strict=True):
            table.add_row(_marked(a.word), f"{a.likeness:+.2f}", _marked(b.word), f"{b.likeness:+.2f}")
        say.result(table)
    else:
        rows = _rows(space, chosen)
        say.data(rows)
        say.result(_table(rows))
    if map_path is not None:
        _draw_map(space, chosen, near, map_path)
        say.note(f"drawn: {map_path}")


def _marked(word: Word) -> str:
    return f"{word.name} (few)" if word.low_evidence else word.name


def _rows(space: WordSpace, words: tuple[Word, ...]) -> list[dict[str, Any]]:
    curves = curve(space.decoder.decode(np.array([word.latent for word in words])))
    return [
        {
            "word": word.name,
            "language": word.language,
            "sources": list(word.sources),
            "evidence": word.evidence,
            "low_evidence": word.low_evidence,
            "schools": [school.name for school in word.schools],
            "contested": word.contested,
            "origin": word.origin,
            "aliases": list(word.aliases),
            "strength_db": round(float(strength), 2),
            "tilt_db": round(float(lean), 2),
        }
        for word, strength, lean in zip(words, rms_db(curves), tilt(curves), strict=True)
    ]


def _table(rows: list[dict[str, Any]]) -> Table:
    table = plain_table("word", "language", ">people", ">strength", ">tilt", "sources", "schools")
    for row in rows:
        table.add_row(
            row["word"],
            row["language"],
            f"{row['evidence']}{' (few)' if row['low_evidence'] else ''}",
            f"{row['strength_db']:.1f} dB",
            f"{row['tilt_db']:+.1f} dB",
            ", ".join("convention" if name == "mix-terms" else name for name in row["sources"]),
            f"{'contested: ' if row['contested'] else ''}{', '.join(row['schools'])}",
        )
    return table


def _draw_map(space: WordSpace, words: tuple[Word, ...], marked: str | None, path: Path) -> None:
    try:
        from ..drawing import draw_word_map
    except ImportError:
        raise click.ClickException("a picture needs matplotlib; try: pip install 'semeq[plot]'") from None
    draw_word_map(space, words, path, marked)
