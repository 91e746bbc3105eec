"""The word map: neighbours by ear are neighbours on it, and the first view can be read."""

import json

import numpy as np
import pytest

from semeq.eq import curve, tilt
from semeq.presets import OwnWord
from semeq.words import load_decoder, priority, with_own_words, word_positions
from semeq.words.map.layout import layout, squared_distances
from semeq.words.map.positions import MAP_FILE

DECODER = load_decoder()
WORDS = tuple(DECODER.bundle.vocabulary)
CURVES = curve(DECODER.decode(np.array([word.latent for word in WORDS])))


def trustworthiness(original, shown, neighbours=8):
    """Venna and Kaski 2001, from squared distances: 1 where neighbours on the map are neighbours in truth."""
    count = len(original)
    np.fill_diagonal(original := original.copy(), -1)
    np.fill_diagonal(shown := shown.copy(), -1)
    rank = np.argsort(np.argsort(original, axis=1, kind="stable"), axis=1)
    near = np.argsort(shown, axis=1, kind="stable")[:, 1 : neighbours + 1]
    excess = np.maximum(np.take_along_axis(rank, near, axis=1) - neighbours, 0).sum()
    return 1 - 2 * excess / (count * neighbours * (2 * count - 3 * neighbours - 1))


def test_trustworthiness_tells_good_maps_from_bad():
    plane = np.random.default_rng(1).normal(size=(200, 2))
    assert trustworthiness(squared_distances(plane), squared_distances(plane)) == 1
    other = np.random.default_rng(2).normal(size=(200, 2))
    assert trustworthiness(squared_distances(plane), squared_distances(other)) < 0.6


def test_words_that_sound_alike_lie_together():
    positions = word_positions(DECODER, DECODER.bundle.vocabulary)
    found = trustworthiness(squared_distances(CURVES), squared_distances(positions))
    print(f"trustworthiness {found:.3f}")
    assert found >= 0.92


def test_brighter_is_to_the_right():
    positions = word_positions(DECODER, DECODER.bundle.vocabulary)
    assert np.corrcoef(positions[:, 0], tilt(CURVES))[0, 1] > 0.8
    assert np.abs(positions).max() <= 1


def test_kept_positions_are_those_of_the_shipped_vocabulary():
    """Where this fails: make after-model."""
    from semeq.words.map.positions import _digest

    kept = json.loads(MAP_FILE.read_text(encoding="utf-8"))
    assert kept["vocabulary"] == _digest(WORDS)
    assert len(kept["positions"]) == len(WORDS)


@pytest.mark.slow
def test_the_layout_is_the_same_each_time_and_spreads_the_leading_labels():
    chosen = np.arange(0, len(WORDS), 2)
    names, first = [WORDS[i].name for i in chosen], np.array([priority(WORDS[i]) for i in chosen])
    one, two = (layout(CURVES[chosen], names, first) for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_the_first_view_shows_most_terms_without_overlap():
    positions = word_positions(DECODER, DECODER.bundle.vocabulary)
    taken = []
    for i in sorted(range(len(WORDS)), key=lambda i: -priority(WORDS[i])):
        if priority(WORDS[i]) < 8:
            break
        x, y = positions[i] * (300, 260)
        half = len(WORDS[i].name) * 4.2 + 3
        box = (x - half, y - 11, x + half, y + 11)
        if not any(box[0] < o[2] and o[0] < box[2] and box[1] < o[3] and o[1] < box[3] for o in taken):
            taken.append(box)
    assert len(taken) >= 55


def test_an_own_word_lies_among_those_it_sounds_like():
    warm = DECODER.bundle.vocabulary.get("warm")
    own = with_own_words(DECODER, [OwnWord("my warm", DECODER.decode(np.array(warm.latent)))])
    positions = word_positions(DECODER, own)
    assert len(positions) == len(WORDS) + 1
    names = list(own.names)
    assert np.linalg.norm(positions[names.index("my warm")] - positions[names.index("warm")]) < 0.1


def test_a_few_words_have_a_map_too():
    assert layout(CURVES[:2], ["a", "b"], np.zeros(2)).shape == (2, 2)
    assert np.isfinite(layout(CURVES[:6], list("abcdef"), np.zeros(6))).all()
