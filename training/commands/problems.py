"""Telling of rows and files that were left out."""

from __future__ import annotations

from collections.abc import Iterable

from semeq.console import Say

from ..data import Corpus
from ..recipe import Recipe

#: So many are named; the rest is counted, and named to the curious.
SHOWN = 10


def say_skipped(say: Say, problems: Iterable[object], things: str) -> None:
    """Name what was skipped: the first ten, or with ``--verbose`` all; `things` is what they are, in the plural."""
    lines = [str(problem) for problem in problems]
    for line in lines if say.verbose else lines[:SHOWN]:
        say.note(f"skipped {line}")
    if len(lines) > SHOWN and not say.verbose:
        say.note(f"skipped {len(lines) - SHOWN} more {things}; --verbose names them")


def say_unlearnt(say: Say, corpus: Corpus, recipe: Recipe) -> None:
    """Name the words that have too few rows to be labelled, and what would change that."""
    few = ", ".join(f"{word} ({count})" for word, count in corpus.unlearnt)
    if few:
        say.note(f"no label for words of fewer than {recipe.data.min_examples} rows (data.min_examples): {few}")
