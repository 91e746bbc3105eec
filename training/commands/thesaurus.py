"""`semeq-train thesaurus`: what English words outside the vocabulary mean, from WordNet."""

from __future__ import annotations

import re
from pathlib import Path

import click
import numpy as np

from semeq.console import Say, examples, output_options
from semeq.files import write_whole
from semeq.words import Thesaurus, WordSpace

from ..thesaurus import LEAST_SUPPORT, SignedFeatures, WordNetError, explain_all, left_out, read_wordnet

#: Held-out words stand in the figures from so many people on.
FEWEST_PEOPLE = 3
_PLAIN = re.compile(r"[a-z][a-z-]+")


@click.command(
    "thesaurus",
    epilog=examples("semeq-train thesaurus --wordnet /usr/share/wordnet --out wordnet.txt.gz"),
)
@click.option(
    "--wordnet",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of WordNet 3.0's index.* and data.* files (on Debian /usr/share/wordnet, of wordnet-base).",
)
@click.option("--model", default=None, help="Bundle whose words explain: a name, or a folder.  [default: v3]")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The index to write.")
@output_options
def thesaurus_command(wordnet: Path, model: str | None, out: Path, say: Say) -> None:
    """Explain WordNet's words by words of a model, and measure how well left-out words are foretold."""
    space = WordSpace.open(model)
    known = [word for word in space.vocabulary if word.language == "en"]
    try:
        net = read_wordnet(wordnet)
    except WordNetError as error:
        raise click.ClickException(str(error)) from error
    features = SignedFeatures(net, [word.name for word in known])
    likeness, support = left_out(features, known, space.curves(known))
    people = np.array([known[i].evidence for i in features.covered])
    held = people >= FEWEST_PEOPLE
    figures = []
    for title, rows in (("", held), (f", support {LEAST_SUPPORT:g} and more", held & (support >= LEAST_SUPPORT))):
        mean, median = (float(f(likeness[rows])) if rows.any() else float("nan") for f in (np.mean, np.median))
        figures.append({"words": int(rows.sum()), "mean": mean, "median": median})
        say.result(
            f"left out, {FEWEST_PEOPLE} people and more{title}: {rows.sum()} words foretold with correlation "
            f"{mean:.2f} (mean), {median:.2f} (median)"
        )
    words = [word for word in sorted(net.senses) if _PLAIN.fullmatch(word) and word not in space.vocabulary]
    with say.progress() as progress:
        listed = progress.track(words, description="explaining")
        found = {kin.word: kin.weights for kin in explain_all(features, known, listed)}
    data = Thesaurus(found, "WordNet 3.0").to_bytes()
    write_whole(out, data)
    say.summary(f"{out}: {len(found)} of {len(words)} words explained, {len(data) / 1000:.0f} kB")
    say.data({"file": str(out), "explained": len(found), "of": len(words), "bytes": len(data), "left_out": figures})
