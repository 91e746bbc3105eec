"""Phrases: which words and weights a text is taken for, and what is refused."""

import contextlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semeq.words import Part, PhraseError, Vocabulary, Word, parse_phrase
from semeq.words.phrase import AMOUNTS, FILLERS, MOST_CHARACTERS, MOST_PARTS, MOST_WEIGHT, SIGNS

NAMES = ("warm", "airy", "bright", "harsh", "boomy", "dark", "thin", "wide", "gentle", "muddy", "please")


@pytest.fixture(scope="module")
def vocabulary():
    words = [Word(name, "en", ("test",), 3, (0.0,) * 32) for name in NAMES if name != "muddy"]
    return Vocabulary([*words, Word("muddy", "en", ("test",), 3, (0.0,) * 32, aliases=("mud",))])


def weights(text, vocabulary):
    return {part.word: part.weight for part in parse_phrase(text, vocabulary).parts}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("warm", {"warm": 1}),
        ("warm and airy", {"warm": 1, "airy": 1}),
        ("a bit warmer, less boomy", {"warm": 0.5, "boomy": -1}),
        ("very bright but not harsh", {"bright": 1.5, "harsh": -1}),
        ("60 % warm + 40 % airy", {"warm": 0.6, "airy": 0.4}),
        ("60% warm, 0.4 airy", {"warm": 0.6, "airy": 0.4}),
        ("opposite of dark", {"dark": -1}),
        ("warm - boomy", {"warm": 1, "boomy": -1}),
        ("warm minus half boomy", {"warm": 1, "boomy": -0.5}),
        ("not too bright", {"bright": -0.5}),
        ("a bit too bright", {"bright": -0.5}),
        ("not less warm", {"warm": 1}),
        ("not harsh or thin", {"harsh": -1, "thin": -1}),
        ("not harsh and thin", {"harsh": -1, "thin": 1}),
        ("bright or thin", {"bright": 1, "thin": 1}),
        ("thinner, wider, airier, the gentlest", {"thin": 1, "wide": 1, "airy": 1, "gentle": 1}),
        ("less mud", {"muddy": -1}),
        ("Make it a little BRIGHTER, please!", {"bright": 0.5}),
        ("warm, warm", {"warm": 2}),
        ("1.5 warm", {"warm": 1.5}),
        ("1,5 warm", {"warm": 1.5}),
        ("very very warm", {"warm": 2.25}),
    ],
)
def test_what_a_phrase_is_taken_for(vocabulary, text, expected):
    assert weights(text, vocabulary) == pytest.approx(expected)


@pytest.mark.parametrize(("text", "factor"), [*AMOUNTS.items(), *SIGNS.items()])
def test_every_amount_and_sign_counts(vocabulary, text, factor):
    assert weights(f"{text} warm", vocabulary) == pytest.approx({"warm": factor})


@pytest.mark.parametrize("filler", sorted(FILLERS))
def test_fillers_change_nothing(vocabulary, filler):
    assert weights(f"{filler} warm", vocabulary) == {"warm": 1}


def test_a_word_and_its_opposite_are_flat_and_that_is_said(vocabulary):
    phrase = parse_phrase("warm and not warm", vocabulary)
    assert phrase.parts == ()
    assert str(phrase) == "flat"
    assert "'warm'" in phrase.notes[0]
    assert parse_phrase("0 warm", vocabulary).notes == ()


def test_a_word_as_it_is_stays_that_word(vocabulary):
    assert parse_phrase("warmer", vocabulary).word == "warm"
    assert parse_phrase("1 warm", vocabulary).word == "warm"
    assert parse_phrase("a bit warm", vocabulary).word is None
    assert parse_phrase("warm, airy", vocabulary).word is None


parts = st.lists(
    st.tuples(st.sampled_from(NAMES[:-1]), st.floats(-4, 4).map(lambda w: round(w, 3)).filter(bool)),
    min_size=1,
    max_size=MOST_PARTS,
    unique_by=lambda part: part[0],
)


@given(parts)
def test_the_plain_form_parses_to_itself(found):
    words = Vocabulary([Word(name, "en", ("test",), 3, (0.0,) * 32) for name in NAMES])
    phrase = parse_phrase(" + ".join(f"{w:.3f} {n}" if w > 0 else f"minus {-w:.3f} {n}" for n, w in found), words)
    assert phrase.parts == tuple(Part(n, pytest.approx(w)) for n, w in found)
    assert parse_phrase(str(phrase), words).parts == phrase.parts


def test_the_order_of_parts_does_not_matter(vocabulary):
    clauses = ("a bit warmer", "less boomy", "very airy")
    found = [weights(", ".join(order), vocabulary) for order in itertools.permutations(clauses)]
    assert all(one == found[0] for one in found)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        (" \n ", "is empty"),
        ("very", "ends before its word"),
        ("warm and a bit", "ends before its word"),
        ("warm and", None),
        ("warm and gloopy", "'gloopy'"),
        ("wram", "nearest: warm"),
        ("1e9 warm", "out of range"),
        ("-5 warm", "out of range"),
        ("warm\x00", "cannot be typed"),
        ("warm\x1b[31m", "cannot be typed"),
        ("warm § airy", "'§'"),
        ("x" * (MOST_CHARACTERS + 1), "at most 200"),
        (", ".join(NAMES[:MOST_PARTS]), None),
        (", ".join(NAMES[: MOST_PARTS + 1]), "at most 8"),
        (f"{MOST_WEIGHT:g} warm", None),
        (f"{MOST_WEIGHT + 0.01:g} warm", "out of range"),
    ],
)
def test_what_is_refused(vocabulary, text, says):
    if says is None:
        assert parse_phrase(text, vocabulary).parts
        return
    with pytest.raises(PhraseError) as raised:
        parse_phrase(text, vocabulary)
    assert says in str(raised.value)


@given(st.text(max_size=60))
def test_anything_is_read_or_refused(text):
    words = Vocabulary([Word(name, "en", ("test",), 3, (0.0,) * 32) for name in NAMES])
    with contextlib.suppress(PhraseError):
        phrase = parse_phrase(text, words)
        assert all(0 < abs(part.weight) <= MOST_WEIGHT for part in phrase.parts)
        assert parse_phrase(str(phrase), words).parts == phrase.parts or not phrase.parts
