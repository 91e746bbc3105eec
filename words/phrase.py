"""Phrases: what a user types where a word is taken, as weighted words.

    phrase    = sum { ">" correction }
    sum       = clause { separator clause }
    separator = "," ";" "+" "&" "and" "but" "plus" "with" "or" "yet"
    clause    = { amount | sign | filler } word
    amount    = NUMBER [ "%" ] | "a bit" | "slightly" | "very" | …
    sign      = "less" | "not" | "without" | "opposite of" | "too" | "-" | "minus" | …

A word may stand in its comparative (*warmer*, *boomier*) or as ``word/school``. Amounts multiply, signs multiply, and
the sign of a clause holds for what follows with "or" (*not harsh or thin*). Words that are named twice add up, so
*warm and not warm* is flat.

A correction is a sum of half the weight, added to what stands before it (*warm > a bit brighter* is 1 warm + 0.25
bright), or a word on the whole: *less of that*, *more of that*.

A word outside the vocabulary that a thesaurus explains stands for the known words that it gives; a note says which.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from .vocabulary import UnknownWordError, Vocabulary

MOST_CHARACTERS = 400
MOST_PARTS = 8
#: A weight beyond this is a slip of the keyboard: twice the word is the most that `intensity` gives.
MOST_WEIGHT = 4.0

#: How much: factors of a word's typical strength.
AMOUNTS: Mapping[str, float] = {
    "a hint": 0.25, "a touch": 0.35, "subtly": 0.35, "a bit": 0.5, "a little": 0.5, "slightly": 0.5, "half": 0.5,
    "somewhat": 0.6, "fairly": 0.8, "rather": 0.8, "pretty": 0.8, "quite": 0.8, "more": 1.0, "very": 1.5, "really": 1.5,
    "much": 1.5, "a lot": 1.5, "far": 1.5, "super": 1.5, "extremely": 2.0, "twice": 2.0,
}  # fmt: skip
#: Which way: what mirrors a word's curve. "Too" is a complaint; "not too" asks for a little less.
SIGNS: Mapping[str, float] = {
    "less": -1.0, "not": -1.0, "no": -1.0, "without": -1.0, "never": -1.0, "minus": -1.0, "-": -1.0, "−": -1.0,
    "opposite of": -1.0, "the opposite of": -1.0, "anti": -1.0, "too": -1.0, "not too": -0.5, "not so": -0.5,
}  # fmt: skip
#: What a correction may say of the whole: a factor of all weights.
OF_THE_WHOLE: Mapping[str, float] = {
    "less of that": 0.7, "a bit less of that": 0.85, "much less of that": 0.4, "half of that": 0.5,
    "more of that": 1.3, "a bit more of that": 1.15, "much more of that": 1.6,
}  # fmt: skip
#: A correction goes half as far as the same words do by themselves.
CORRECTION = 0.5
FILLERS = frozenset(
    {"the", "a", "an", "it", "its", "make", "made", "sound", "sounds", "sounding", "tone", "please", "be", "in", "of",
     "is", "should", "to", "some", "bit", "that", "so", "still", "also", "times", "x", "*"}
)  # fmt: skip
_SEPARATORS = frozenset({",", ";", "+", "&", "and", "but", "plus", "with", "or", "yet", "y"})
_TOKEN = re.compile(
    r"[0-9]+(?:[.,][0-9]+)?(?:e[+-]?[0-9]+)?\s*%?|[,;+&*−]|-(?=[\s0-9])|[^\W\d_](?:[\w'/.-]*[\w/])?", re.UNICODE
)
Found = TypeVar("Found")
#: What a thesaurus does: known words and their weights, whose absolute values add up to 1; none for a strange word.
Explain = Callable[[str], Mapping[str, float]]
_LONGEST = 3  # words that one term of the tables above, or of a vocabulary, has at most


@dataclass(frozen=True)
class Part:
    """A word of the vocabulary (or one of its schools) and its weight: 1 is its typical strength, below 0 mirrors."""

    word: str
    weight: float


@dataclass(frozen=True)
class Phrase:
    """Weighted words.

    Attributes
    ----------
    parts
        In the order of their first mention, each word once, none of weight 0.
    notes
        What a user should be told: words that cancelled out, and what the thesaurus explained.
    """

    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()

    @property
    def word(self) -> str | None:
        """The word, where the phrase is one word as it is; else None."""
        return self.parts[0].word if len(self.parts) == 1 and self.parts[0].weight == 1.0 else None

    def __str__(self) -> str:
        """The phrase in its plainest form, which parses to itself; *flat* where nothing is left."""
        shown = [f"{'-' if part.weight < 0 else '+'} {abs(part.weight):g} {part.word}" for part in self.parts]
        return " ".join(shown).removeprefix("+ ") or "flat"


def is_grammar(text: str) -> bool:
    """Whether a text has a meaning of its own in phrases, so that no word can be called so."""
    return text in AMOUNTS or text in SIGNS or text in FILLERS or text in _SEPARATORS


def grammar() -> dict[str, Any]:
    """The words of the grammar, as plain data, for a reader of phrases in another language."""
    return {
        "amounts": dict(AMOUNTS),
        "signs": dict(SIGNS),
        "whole": dict(OF_THE_WHOLE),
        "fillers": sorted(FILLERS),
        "separators": sorted(_SEPARATORS),
        "correction": CORRECTION,
        "most_parts": MOST_PARTS,
        "most_weight": MOST_WEIGHT,
        "most_characters": MOST_CHARACTERS,
    }


def corrected(text: str, correction: str) -> str:
    """A phrase with one more correction: its text keeps every step, so the last one can be taken back."""
    return f"{text} > {correction}"


def without_last_correction(text: str) -> str:
    """A phrase without its last correction; as it is where there is none."""
    return text.rpartition(">")[0].strip() or text


class PhraseError(UnknownWordError):
    """A phrase that is not understood. The message names the piece, and what could be meant."""


def parse_phrase(text: str, vocabulary: Vocabulary, thesaurus: Explain | None = None) -> Phrase:
    """Read a phrase. What is not in the vocabulary is looked up in the `thesaurus`: known words and their weights.

    Raises
    ------
    PhraseError
        It is empty or too long, a piece of it is not understood, or a weight is out of range.
    """
    if len(text) > MOST_CHARACTERS:
        raise PhraseError(f"the phrase has {len(text)} characters; at most {MOST_CHARACTERS} are read")
    if any(not c.isprintable() and not c.isspace() for c in text):
        raise PhraseError(f"the phrase {text!r} has characters that cannot be typed")
    weights: dict[str, float] = {}
    seen: list[str] = []
    named: set[str] = set()
    explained: dict[str, str] = {}
    for number, step in enumerate(text.split(">")):
        whole = OF_THE_WHOLE.get(" ".join(step.lower().split()))
        if number and whole is not None:
            weights = {word: weight * whole for word, weight in weights.items()}
            continue
        tokens = _tokens(step)
        if not tokens:
            raise PhraseError("the phrase is empty; name a word, such as warm")
        for name, kin, weight in _clauses(tokens, vocabulary, thesaurus):
            named.add(name)
            if name not in kin:
                explained[name] = _explanation(name, kin)
            for word, share in kin.items():
                weights[word] = weights.get(word, 0.0) + share * weight * (CORRECTION if number else 1.0)
                seen.append(word)
    if len(named) > MOST_PARTS:
        raise PhraseError(f"the phrase names {len(named)} words; at most {MOST_PARTS} can be blended")
    for word, weight in weights.items():
        if abs(weight) > MOST_WEIGHT:
            raise PhraseError(f"{weight:g} times {word!r} is out of range: −{MOST_WEIGHT:g} to {MOST_WEIGHT:g}")
    gone = [word for word, weight in weights.items() if abs(weight) < 1e-9 and seen.count(word) > 1]
    notes = (*explained.values(), *(f"{word!r} and its opposite cancel out" for word in gone))
    return Phrase(tuple(Part(w, round(v, 6)) for w, v in weights.items() if abs(v) >= 1e-9), notes)


def _tokens(text: str) -> list[str]:
    tokens, end = [], 0
    for match in _TOKEN.finditer(text.lower()):
        between = text[end : match.start()].strip(" \t\r\n.!?\"'“”’()")
        if between:
            raise PhraseError(f"{between!r} in the phrase {text!r} is not understood")
        tokens.append(match.group().strip())
        end = match.end()
    left = text[end:].strip(" \t\r\n.!?\"'“”’()")
    if left:
        raise PhraseError(f"{left!r} in the phrase {text!r} is not understood")
    return tokens


def _clauses(
    tokens: list[str], vocabulary: Vocabulary, thesaurus: Explain | None
) -> list[tuple[str, Mapping[str, float], float]]:
    """Each word that is named, the words of the vocabulary that it stands for with their shares, and its weight."""
    found: list[tuple[str, Mapping[str, float], float]] = []
    amount, sign, said = 1.0, 1.0, False  # `said`: an amount or a sign waits for its word
    last_sign, at = 1.0, 0
    while at < len(tokens):
        length, word = _longest(tokens, at, lambda name: _known(name, vocabulary))
        if word is not None:
            found.append((word, {word: 1.0}, amount * sign))
            amount, last_sign, sign, said = 1.0, sign, 1.0, False
            at += length
            continue
        length, factor = _longest(tokens, at, SIGNS.get)
        if factor is not None:
            sign, said, at = sign * factor, True, at + length
            continue
        length, factor = _longest(tokens, at, AMOUNTS.get)
        if factor is not None:
            amount, said, at = amount * factor, True, at + length
            continue
        token = tokens[at]
        if token[0] in "0123456789":
            amount, said = amount * _number(token), True
        elif token in _SEPARATORS:
            if token == "or" and not said:
                sign = last_sign
        elif token not in FILLERS:
            name, kin = _explained(token, vocabulary, thesaurus)
            if not kin:
                raise _not_understood(token, vocabulary)
            found.append((name, kin, amount * sign))
            amount, last_sign, sign, said = 1.0, sign, 1.0, False
        at += 1
    if said or not found:
        raise PhraseError(f"the phrase {' '.join(tokens)!r} ends before its word")
    return found


def _longest(tokens: list[str], at: int, find: Callable[[str], Found | None]) -> tuple[int, Found | None]:
    """The longest run of tokens from `at` that `find` knows: its length, and what was found (None: nothing)."""
    for length in range(min(_LONGEST, len(tokens) - at), 0, -1):
        found = find(" ".join(tokens[at : at + length]))
        if found is not None:
            return length, found
    return 0, None


def _known(name: str, vocabulary: Vocabulary) -> str | None:
    """The vocabulary's word for a name, a comparative or a superlative; with its school, if it names one."""
    if is_grammar(name):
        return None  # also where people saved a setting under it: in a phrase it is grammar
    for candidate in (name, *_positives(name)):
        if candidate in vocabulary:
            school = candidate.partition("/")[2]
            return vocabulary.get(candidate).name + (f"/{school}" if school else "")
    return None


def _explained(token: str, vocabulary: Vocabulary, thesaurus: Explain | None) -> tuple[str, Mapping[str, float]]:
    """A word that the thesaurus has, and what it stands for; nothing where most of that is not in this vocabulary."""
    if thesaurus is None:
        return token, {}
    for name in (token, *_positives(token)):
        weights = thesaurus(name)
        kin = {word: weight for word, weight in weights.items() if word in vocabulary}
        share = sum(abs(weight) for weight in kin.values())
        if share > 0.5:
            return name, {word: round(weight / share, 2) for word, weight in kin.items()}
    return token, {}


def _explanation(name: str, kin: Mapping[str, float]) -> str:
    """*velvety: smooth 61 %, less hard 9 % (not in the vocabulary, understood by its synonyms)*."""
    shown = ", ".join(f"{'less ' if share < 0 else ''}{word} {abs(share):.0%}" for word, share in kin.items())
    return f"{name}: {shown} (not in the vocabulary, understood by its synonyms)".replace("%", " %")


def _positives(name: str) -> list[str]:
    """What a comparative or superlative may come from: *boomier* → *boomy*, *thinner* → *thin*, *wider* → *wide*."""
    for ending in ("er", "est"):
        if name.endswith(ending) and len(name) > len(ending) + 2:
            stem = name.removesuffix(ending)
            doubled = [stem[:-1]] if len(stem) > 2 and stem[-1] == stem[-2] else []
            return [stem, f"{stem}e", *([f"{stem[:-1]}y"] if stem.endswith("i") else []), *doubled]
    return []


def _number(token: str) -> float:
    value = float(token.rstrip("% ").replace(",", "."))
    return value / 100 if token.endswith("%") else value


def _not_understood(token: str, vocabulary: Vocabulary) -> PhraseError:
    try:
        vocabulary.get(token)
    except UnknownWordError as error:
        return PhraseError(str(error))
    return PhraseError(f"{token!r} is not understood")
