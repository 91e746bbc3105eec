"""Reading WordNet's own files (``index.*`` and ``data.*``, described in its manual pages wndb(5) and wninput(5))."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

#: Parts of speech and the files of each.
PARTS = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
#: Suffixes and what they are made from, tried in this order, for words that are no lemmas: *boomy* is of *boom*.
_ENDINGS = (
    ("ies", "y"), ("es", ""), ("s", ""), ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e"), ("er", ""), ("ness", ""),
    ("y", ""), ("y", "e"), ("ey", ""), ("iness", ""), ("iness", "y"), ("iness", "e"), ("ily", "y"), ("ly", ""),
)  # fmt: skip

Key = tuple[str, int]


class WordNetError(ValueError):
    """A folder that does not hold WordNet. The message is one sentence."""


@dataclass(frozen=True)
class Synset:
    """A meaning: its words, pointers to others (symbol, synset), its definition without examples.

    `satellite` is True for an adjective that has its antonyms through another, to which it is similar.
    """

    words: tuple[str, ...]
    pointers: tuple[tuple[str, Key], ...]
    definition: str
    satellite: bool


@dataclass(frozen=True)
class WordNet:
    """Meanings, and the meanings of each lemma, the most common first."""

    synsets: Mapping[Key, Synset]
    senses: Mapping[str, tuple[Key, ...]]

    def lemma(self, word: str) -> str | None:
        """The lemma that a word is or comes from; None where there is none."""
        word = word.replace(" ", "_")
        if word in self.senses:
            return word
        for ending, before in _ENDINGS:
            stem = word.removesuffix(ending) + before
            if word.endswith(ending) and len(word) > len(ending) + 2 and stem in self.senses:
                return stem
        if len(word) > 4 and word.endswith("y") and word[-2] == word[-3] and word[:-2] in self.senses:
            return word[:-2]
        return None


def read_wordnet(folder: Path) -> WordNet:
    """Read the files in `folder`.

    Raises
    ------
    WordNetError
        Where one is missing or malformed.
    """
    synsets: dict[Key, Synset] = {}
    senses: dict[str, list[Key]] = {}
    for part, name in PARTS.items():
        try:
            for line in _lines(folder / f"data.{name}"):
                key, synset = _synset(part, line)
                synsets[key] = synset
            for line in _lines(folder / f"index.{name}"):
                fields = line.split()
                at = 6 + int(fields[3])
                senses.setdefault(fields[0], []).extend((part, int(offset)) for offset in fields[at:])
        except OSError as error:
            raise WordNetError(f"{folder} does not hold WordNet: {error.strerror} ({name})") from error
        except (IndexError, ValueError) as error:
            raise WordNetError(f"{folder} holds a file of WordNet that is malformed ({name})") from error
    unknown = next((key for keys in senses.values() for key in keys if key not in synsets), None)
    if unknown is not None:
        raise WordNetError(f"{folder} holds files of two versions of WordNet: no meaning at {unknown[1]}")
    return WordNet(synsets, {lemma: tuple(keys) for lemma, keys in senses.items()})


def _lines(path: Path) -> list[str]:
    """Lines of a file without its licence, which is indented."""
    return [line for line in path.read_text(encoding="latin-1").splitlines() if line and not line.startswith(" ")]


def _synset(part: str, line: str) -> tuple[Key, Synset]:
    fields, _, gloss = line.partition(" | ")
    values = fields.split()
    count = int(values[3], 16)
    words = tuple(re.sub(r"\(.*\)$", "", values[4 + 2 * i]).lower() for i in range(count))
    at = 4 + 2 * count
    pointers = []
    for i in range(int(values[at])):
        symbol, offset, target, _ = values[at + 1 + 4 * i : at + 5 + 4 * i]
        pointers.append((symbol, ("a" if target == "s" else target, int(offset))))
    definition = re.split(r'; "|;"', gloss, maxsplit=1)[0].strip()
    return (part, int(values[0])), Synset(words, tuple(pointers), definition, values[2] == "s")
