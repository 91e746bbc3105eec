"""The rule that turns a typed descriptor into a word of the vocabulary."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources


@cache
def junk_words() -> frozenset[str]:
    """Descriptors that carry no timbre, from ``junk_words.txt`` (which gives the reason for each)."""
    text = resources.files(__package__).joinpath("junk_words.txt").read_text(encoding="utf-8")
    rows = (line.split("\t")[0].strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return frozenset(rows)


def clean_word(descriptor: str, *, junk: frozenset[str] | None = None) -> str | None:
    """The word a descriptor stands for, or None for junk: what `junk` holds (`junk_words` unless given).

    Lower case, surrounding blanks and punctuation removed, inner blanks collapsed. A descriptor of several words stays
    one entry ("bright clear" is neither *bright* nor *clear*: its setting was made to be both).
    """
    word = re.sub(r"\s+", " ", descriptor.strip().strip(".,;:!?\"'()[]").strip().lower())
    if not word or word in (junk_words() if junk is None else junk) or not any(c.isalpha() for c in word):
        return None
    return word


def split_description(text: str) -> tuple[str, ...]:
    """The words of a description that lists several, as crowd workers wrote them: "warm, cozy and soft".

    Split at commas, semicolons, slashes and "and"; each part is cleaned, junk and repetitions are left out.
    """
    parts = (clean_word(part) for part in re.split(r"[,;/]|\band\b", text.lower()))
    return tuple(dict.fromkeys(part for part in parts if part))
