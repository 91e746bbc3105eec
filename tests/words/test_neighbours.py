"""Nearest words, antonyms and the map, on points whose answers are known."""

import numpy as np
import pytest

from semeq.words import UnknownWordError, Vocabulary, Word, WordSpace, alike, select

FLAT = tuple(np.linspace(-0.2, 0.2, 32))
RNG = np.random.default_rng(0)
AXIS, OTHER = RNG.uniform(-0.5, 0.5, (2, 32))
OTHER -= AXIS * (AXIS @ OTHER) / (AXIS @ AXIS)


def word(name, offset, language="en", evidence=5):
    return Word(name, language, ("made",), evidence, tuple(np.array(FLAT) + offset))


VOCABULARY = Vocabulary(
    [
        word("warm", AXIS),
        word("cosy", 0.5 * AXIS + 0.1 * OTHER, evidence=2),
        word("cálido", AXIS + 0.3 * OTHER, "es"),
        word("cold", -0.8 * AXIS),
        word("strange", OTHER),
    ],
    flat=FLAT,
)


def names(neighbours):
    return [n.word.name for n in neighbours]


def test_likeness_is_the_correlation_of_responses():
    words = list(VOCABULARY)
    responses = np.random.default_rng(1).normal(size=(5, 64))
    responses[4] = 2 * responses[0] + 7
    responses[1] = -responses[0]
    first, second, *_, last = alike(responses[0], words, responses)
    assert {first.word.name, second.word.name} == {"warm", "strange"}
    assert first.likeness == pytest.approx(1)
    assert (last.word.name, last.likeness) == ("cosy", pytest.approx(-1))
    ranks = [n.likeness for n in alike(responses[2], words, responses)]
    assert ranks == sorted(ranks, reverse=True)
    with pytest.raises(ValueError, match="4 responses for 5 words"):
        alike(responses[0], words, responses[:4])


def test_a_flat_curve_is_like_nothing():
    words = list(VOCABULARY)
    responses = np.random.default_rng(1).normal(size=(5, 64))
    shape = np.sin(np.linspace(0, 20, 64))
    shape /= np.sqrt(np.mean((shape - shape.mean()) ** 2))
    assert alike(np.full(64, 3.0), words, responses) == ()
    assert alike(0.099 * shape, words, responses) == ()
    assert len(alike(0.101 * shape, words, responses)) == 5


def test_filters():
    assert [w.name for w in select(VOCABULARY, min_evidence=3, language="en")] == ["warm", "cold", "strange"]
    assert [w.name for w in select(VOCABULARY, min_evidence=2)] == names_of(VOCABULARY)
    assert select(VOCABULARY, language="fr") == ()


def names_of(vocabulary):
    return [w.name for w in vocabulary]


@pytest.fixture(scope="module")
def space():
    return WordSpace.open()


def test_neighbours_and_opposites_in_the_shipped_space(space):
    ranked = space.alike("warm")
    assert "warm" not in names(ranked)
    assert ranked[0].likeness > 0.9
    assert ranked[-1].likeness < -0.8
    assert {n.word.language for n in space.alike("warm", language="es")} == {"es"}
    assert all(n.word.evidence >= 3 for n in space.alike("warm", min_evidence=3))


def test_a_school_and_a_phrase_have_neighbours_of_their_own(space):
    by_school = {text: names(space.alike(text))[:5] for text in ("warm/1", "warm/2")}
    assert by_school["warm/1"] != by_school["warm/2"]
    assert names(space.alike("opposite of warm"))[0] == names(space.alike("warm"))[-1]


def test_an_unknown_word_is_told(space):
    with pytest.raises(UnknownWordError, match="nearest: "):
        space.alike("wrmm")


def test_the_flat_point_travels_with_the_vocabulary():
    assert Vocabulary.from_json(VOCABULARY.to_json()).flat == FLAT
