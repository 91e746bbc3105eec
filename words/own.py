"""Own words among those of a model: their settings as points of its space."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

import numpy as np

from semeq.eq import FloatArray, curve
from semeq.presets import OwnWord, read_own_words

from .blend import locate
from .bundle import Bundle
from .decoder import Decoder
from .phrase import is_grammar
from .vocabulary import School, Vocabulary, VocabularyError, Word

#: What the sources and the origin of a user's word say.
OWN = "own"
_NAME = re.compile(r"[^\W\d_][\w'-]*(?: [\w'-]+){0,2}")


def own_word_name(text: str) -> str:
    """The name that `text` means as an own word: lower case, one to three words of letters, digits, hyphens.

    Raises
    ------
    VocabularyError
        For what could not be told from the grammar of phrases.
    """
    name = " ".join(text.lower().split())
    if len(name) > 40 or _NAME.fullmatch(name) is None:
        raise VocabularyError(
            f"{text[:60]!r} cannot be a word: one to three words of letters, digits, - and ', 40 characters at most"
        )
    taken = next((part for part in (name, *name.split()) if is_grammar(part)), None)
    if taken is not None:
        raise VocabularyError(f"{text[:60]!r} cannot be a word: {taken!r} has a meaning in phrases")
    return name


def with_own_words(decoder: Decoder, words: Iterable[OwnWord] | None = None) -> Vocabulary:
    """The vocabulary of a decoder's bundle with the user's words behind its own; a word of both is the user's.

    Raises
    ------
    PresetError
        Where the user's file cannot be read.
    VocabularyError
        Where a name in it cannot be a word.
    """
    vocabulary = decoder.bundle.vocabulary
    mine = list(read_own_words() if words is None else words)
    if not mine:
        return vocabulary
    entries = [
        Word(
            name=own_word_name(word.name),
            language="en",
            sources=(OWN,),
            evidence=max(1, sum(school.people for school in word.schools)),
            latent=point_of(decoder, word.params),
            schools=tuple(
                School(school.name, school.people, point_of(decoder, school.params)) for school in word.schools
            ),
            contested=bool(word.schools),
            origin=OWN,
        )
        for word in mine
    ]
    # In their places, new ones at the end: plugins number words, and sessions remember the numbers.
    table = {word.name: word for word in vocabulary} | {entry.name: entry for entry in entries}
    return Vocabulary(table.values(), flat=vocabulary.flat)


def point_of(decoder: Decoder, params: FloatArray) -> tuple[float, ...]:
    """The point (32,) that decodes most nearly to a setting (13,). Kept: the same words are met again and again."""
    return _point(decoder, tuple(float(value) for value in params))


@lru_cache(maxsize=512)
def _point(decoder: Decoder, params: tuple[float, ...]) -> tuple[float, ...]:
    setting = np.array(params)
    return tuple(float(value) for value in locate(decoder, curve(setting), decoder.encode(setting)))


def bundle_with_own_words(bundle: Bundle) -> Bundle:
    """A bundle whose vocabulary holds the user's words too, for what is made of it. Raises as `with_own_words`."""
    return replace(bundle, vocabulary=with_own_words(Decoder(bundle)))
