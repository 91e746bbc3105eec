"""Blends: the point of a phrase decodes to the weighted sum of its words' curves."""

import numpy as np
import pytest

from semeq.eq import curve, rms_db
from semeq.plugin import SemanticEQ
from semeq.words import PhraseError, UnknownWordError, WordSpace


@pytest.fixture(scope="module")
def space():
    return WordSpace.open()


def decoded(space, text):
    return curve(space.decoder.decode(space.latent(text)))


def word_curve(space, word):
    return curve(space.decoder.decode(np.array(space.vocabulary.get(word).latent)))


@pytest.mark.parametrize("word", ["warm", "bright", "muddy", "airy/1", "WARM", "mud"])
def test_one_word_once_is_that_word_to_the_bit(space, word):
    if "/" in word and not space.vocabulary.get("airy").schools:
        word = "warm/2"
    point = space.vocabulary.get(word).latent
    assert np.array_equal(space.latent(word), point)
    assert np.array_equal(space.latent(f"1 {word}"), point)


@pytest.mark.parametrize(
    ("text", "sum_"),
    [
        ("warm and airy", {"warm": 1, "airy": 1}),
        ("a bit warmer, less boomy", {"warm": 0.5, "boomy": -1}),
        ("60 % warm + 40 % airy", {"warm": 0.6, "airy": 0.4}),
        ("half bright", {"bright": 0.5}),
        ("less muddy, a bit airy", {"muddy": -1, "airy": 0.5}),
        ("opposite of thin", {"thin": -1}),
    ],
)
def test_a_phrase_is_the_sum_of_its_words(space, text, sum_):
    target = sum(weight * word_curve(space, word) for word, weight in sum_.items())
    error = float(rms_db(decoded(space, text) - target))
    assert error < 0.5
    assert error == pytest.approx(space.understand(text).error_db, abs=1e-3)


def test_a_word_without_itself_is_flat(space):
    assert rms_db(decoded(space, "warm and not warm")) < 0.05
    assert rms_db(decoded(space, "warm - warm")) < 0.05


def test_sums_of_two_words_are_followed_closely(space):
    """Sums and differences of words that people agree on: half of them within .3 dB, nine in ten within 1 dB."""
    random = np.random.default_rng(1)
    names = [word.name for word in space.vocabulary if not word.low_evidence and word.language == "en"]
    errors = []
    for _ in range(40):
        first, second = random.choice(names, 2, replace=False)
        errors.append(space.understand(f"{first} {random.choice(['+', '-'])} 1 {second}").error_db)
    assert np.median(errors) < 0.3
    assert np.percentile(errors, 90) < 1.0


def test_remarks_tell_how_a_phrase_was_taken_and_nothing_of_plain_words(space):
    assert space.remarks("warm") == []
    assert space.remarks("a bit warmer") == ["'a bit warmer' is taken as 0.5 warm"]
    assert "people disagree about 'hollow'" in space.remarks("hollow")[0]
    assert any("cancel out" in remark for remark in space.remarks("warm and not warm"))


def test_a_phrase_stands_wherever_a_word_does(space):
    table = space.table("a bit warmer", "very bright but not harsh")
    assert np.allclose(table.params[0], space.decoder.decode(space.latent("a bit warmer")), rtol=1e-5)
    eq = SemanticEQ("less muddy, a bit airy", to="warm and airy", morph=0.5)
    again = SemanticEQ(eq.semantic, to=eq.to, morph=0.5)
    assert np.array_equal(eq.params, again.params)


@pytest.mark.parametrize("text", ["gloopy", "warm and gloopy", "very"])
def test_what_is_not_understood_is_an_unknown_word(space, text):
    with pytest.raises(UnknownWordError):
        SemanticEQ(text)
    with pytest.raises(PhraseError):
        space.understand(text)
