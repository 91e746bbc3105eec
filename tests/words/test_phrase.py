"""Phrases: which words and weights a text is taken for, and what is refused."""

import contextlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semeq.words import Part, PhraseError, Vocabulary, Word, corrected, parse_phrase, without_last_correction
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
        ("x" * (MOST_CHARACTERS + 1), "at most 400"),
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("warm > a bit brighter", {"warm": 1, "bright": 0.25}),
        ("warm > brighter", {"warm": 1, "bright": 0.5}),
        ("warm > much brighter > less boomy", {"warm": 1, "bright": 0.75, "boomy": -0.5}),
        ("dark > too dark, airier", {"dark": 0.5, "airy": 0.5}),
        ("warm > less of that", {"warm": 0.7}),
        ("warm, airy > half of that > more of that", {"warm": 0.65, "airy": 0.65}),
        ("warm > brighter > less of that", {"warm": 0.7, "bright": 0.35}),
    ],
)
def test_a_correction_goes_half_as_far(vocabulary, text, expected):
    assert weights(text, vocabulary) == pytest.approx(expected)


def test_corrections_can_be_taken_back_one_by_one(vocabulary):
    text = corrected(corrected("warm", "a bit brighter"), "less of that")
    assert text == "warm > a bit brighter > less of that"
    assert without_last_correction(text) == "warm > a bit brighter"
    assert without_last_correction(without_last_correction(text)) == "warm"
    assert without_last_correction("warm") == "warm"


@pytest.mark.parametrize("text", ["warm >", "> warm", "warm > > brighter", "less of that", "warm > gloopy"])
def test_what_is_not_a_correction(vocabulary, text):
    with pytest.raises(PhraseError):
        parse_phrase(text, vocabulary)


KIN = {
    "velvety": {"airy": 0.6, "warm": 0.3, "harsh": -0.1},
    "murky": {"muddy": 1.0},
    "exotic": {"airy": 0.4, "odd": 0.6},
}


def thesaurus(word):
    return KIN.get(word, {})


def explained(text, vocabulary):
    phrase = parse_phrase(text, vocabulary, thesaurus)
    return {part.word: part.weight for part in phrase.parts}, phrase.notes


def test_a_word_that_the_thesaurus_knows_stands_for_its_kin(vocabulary):
    found, notes = explained("velvety", vocabulary)
    assert found == {"airy": 0.6, "warm": 0.3, "harsh": -0.1}
    assert notes == (
        "velvety: airy 60 %, warm 30 %, less harsh 10 % (not in the vocabulary, understood by its synonyms)",
    )
    assert explained("less murkier", vocabulary)[0] == {"muddy": -1}
    assert explained("warm, a bit velvety", vocabulary)[0] == pytest.approx({"warm": 1.15, "airy": 0.3, "harsh": -0.05})
    assert explained("warm > velvety", vocabulary)[0] == pytest.approx({"warm": 1.15, "airy": 0.3, "harsh": -0.05})


def test_the_vocabulary_goes_before_the_thesaurus(vocabulary):
    assert parse_phrase("warm", vocabulary, lambda word: {"thin": 1.0}).word == "warm"


def test_kin_that_this_vocabulary_has_not_is_left_out_and_where_most_is_missing_the_word_is_refused(vocabulary):
    most = {"exotic": {"airy": 0.6, "odd": 0.4}}
    assert parse_phrase("exotic", vocabulary, lambda word: most.get(word, {})).parts == (Part("airy", 1.0),)
    with pytest.raises(PhraseError, match="exotic"):
        parse_phrase("exotic", vocabulary, thesaurus)


def test_without_a_thesaurus_a_strange_word_is_refused(vocabulary):
    with pytest.raises(PhraseError, match="velvety"):
        parse_phrase("velvety", vocabulary)
    with pytest.raises(PhraseError, match="brigth"):
        parse_phrase("brigth", vocabulary, thesaurus)


def test_kin_does_not_count_as_words_that_were_named(vocabulary):
    names = [name for name in NAMES if name != "please"][: MOST_PARTS - 1]
    assert parse_phrase(", ".join([*names, "velvety"]), vocabulary, thesaurus).parts
