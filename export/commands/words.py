"""`semeq-export words`: place the words anew in a bundle that is there."""

from __future__ import annotations

from pathlib import Path

import click

from semeq.console import Say, examples, output_options
from semeq.training.data import load_data
from semeq.training.models import place_words
from semeq.words import load_bundle

from ..vocabulary import model_of, recipe_of, rewrite_vocabulary


@click.command(
    "words", epilog=examples("semeq-export words --data data --out my-model", "semeq-export words --bundle my-model")
)
@click.option(
    "--bundle", "source", metavar="BUNDLE", help="Shipped model or bundle folder.  [default: the shipped one]"
)
@click.option("--data", type=click.Path(path_type=Path), help="As in `semeq-train v3`.  [default: SEMEQ_DATA]")
@click.option("--own", type=click.Path(path_type=Path), multiple=True, help="CSV of your own settings, any number.")
@click.option("--out", type=click.Path(path_type=Path), help="Bundle folder.  [default: the bundle itself]")
@output_options
def words_command(source: str | None, data: Path | None, own: tuple[Path, ...], out: Path | None, say: Say) -> None:
    """Give a bundle the words of other data, or of a later rule, without training it again.

    The model keeps its weights; only the vocabulary and its hash change.
    """
    bundle = load_bundle(source)
    model = model_of(bundle)
    known = load_data(recipe_of(bundle), data, own)
    words = place_words(model, known.corpus, known.saved[0].source, known.fitted)
    written = rewrite_vocabulary(bundle, words, out, known.digests())
    contested = [word.name for word in written.vocabulary if word.contested]
    say.data({"bundle": str(written.path), "words": len(written.vocabulary), "contested": contested})
    say.summary(f"bundle: {written.path} ({len(written.vocabulary)} words)")
    say.detail(f"contested: {', '.join(contested) or 'none'}")
