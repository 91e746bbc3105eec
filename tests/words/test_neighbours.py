"""Nearest words, antonyms and the map, on points whose answers are known."""

import numpy as np
import pytest

from semeq.words import UnknownWordError, Vocabulary, Word, antonyms, nearest, select, word_positions

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


def test_likeness_is_direction_from_flat_not_distance():
    found = nearest(VOCABULARY, "warm")
    assert names(found) == ["cosy", "cálido", "strange", "cold"]
    assert found[0].likeness > 0.9
    assert found[2].likeness == pytest.approx(0, abs=1e-6)


def test_an_antonym_does_the_opposite():
    (first,) = antonyms(VOCABULARY, "warm", 1)
    assert first.word.name == "cold"
    assert first.likeness == pytest.approx(-1)


def test_filters():
    assert names(nearest(VOCABULARY, "warm", language="es")) == ["cálido"]
    assert "cosy" not in names(nearest(VOCABULARY, "warm", min_evidence=3))
    assert [w.name for w in select(VOCABULARY, min_evidence=3, language="en")] == ["warm", "cold", "strange"]
    assert nearest(VOCABULARY, "warm", language="fr") == ()


def test_an_unknown_word_is_told():
    with pytest.raises(UnknownWordError, match="nearest: warm"):
        nearest(VOCABULARY, "wam")


def test_the_map_keeps_distances_of_points_in_a_plane():
    words = list(VOCABULARY)
    positions = word_positions(words)
    assert positions.shape == (5, 2)
    points = np.array([w.latent[:8] for w in words])
    for i in range(5):
        for j in range(5):
            assert np.linalg.norm(positions[i] - positions[j]) == pytest.approx(
                np.linalg.norm(points[i] - points[j]), abs=1e-9
            )
    np.testing.assert_allclose(word_positions(words), positions)
    assert word_positions(words[:1]).tolist() == [[0.0, 0.0]]
    assert word_positions([]).shape == (0, 2)


def test_the_flat_point_travels_with_the_vocabulary():
    assert Vocabulary.from_json(VOCABULARY.to_json()).flat == FLAT


def test_with_responses_likeness_is_what_is_heard():
    rng = np.random.default_rng(1)
    responses = rng.normal(size=(5, 64))
    responses[4] = 2 * responses[0] + 7
    responses[1] = -responses[0]
    (first, *_) = nearest(VOCABULARY, "warm", responses=responses)
    assert (first.word.name, round(first.likeness, 6)) == ("strange", 1.0)
    assert names(antonyms(VOCABULARY, "warm", 1, responses=responses)) == ["cosy"]
    with pytest.raises(ValueError, match="4 responses for 5 words"):
        nearest(VOCABULARY, "warm", responses=responses[:4])
