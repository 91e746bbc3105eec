"""The morph: even steps, monotone tilt, and words that sound like themselves."""

import numpy as np
import pytest

from semeq import eq
from semeq.plugin import UnknownWordError, WordSpace, load_decoder

SAFE_WORDS = ("warm", "bright", "thin", "full", "muddy", "clear", "airy", "deep", "boomy", "tinny")


@pytest.fixture(scope="module")
def space():
    return WordSpace.open()


def curves(space, a, b, steps=101):
    return eq.curve(space.params(a, b, np.linspace(0, 1, steps), np.ones(steps)))


def test_the_ten_safe_words_are_there(space):
    assert set(SAFE_WORDS) <= set(space.vocabulary.names)


def test_warm_is_dark_and_bright_is_bright(space):
    assert eq.tilt(curves(space, "warm", None))[0] < 0
    assert eq.tilt(curves(space, "bright", None))[0] > 0


@pytest.mark.parametrize("word", SAFE_WORDS)
def test_a_word_has_a_useful_strength(space, word):
    assert 1.0 < eq.rms_db(curves(space, word, None, 2))[0] < 12.0


def test_warm_to_bright_is_even_and_monotone(space):
    path = curves(space, "warm", "bright")
    assert (np.diff(eq.tilt(path)) > 0).all()
    steps = eq.rms_db(np.diff(path, axis=0))
    assert steps.std() / steps.mean() <= 0.03


@pytest.mark.parametrize("pair", [("boomy", "tinny"), ("muddy", "clear"), ("thin", "full"), ("deep", "airy")])
def test_every_morph_is_even_and_ends_at_its_words(space, pair):
    path = curves(space, *pair)
    steps = eq.rms_db(np.diff(path, axis=0))
    assert steps.std() / steps.mean() <= 0.05
    ends = eq.curve(space.decoder.decode(np.array([space.latent(word) for word in pair])))
    np.testing.assert_allclose(path[[0, -1]], ends, atol=1e-4)


def test_between_table_points_the_response_moves_without_jumps(space):
    fine = eq.rms_db(np.diff(curves(space, "warm", "bright", 2571), axis=0))
    assert fine.max() < 3 * fine.mean()


def test_the_way_back_is_the_way_there(space):
    there, back = curves(space, "warm", "bright"), curves(space, "bright", "warm")
    np.testing.assert_allclose(there, back[::-1], atol=0.02)


def test_encoding_a_decoded_word_comes_back_to_its_sound(space):
    latents = np.array([space.latent(word) for word in SAFE_WORDS])
    settings = space.decoder.decode(latents)
    again = space.decoder.decode(space.decoder.encode(settings))
    assert eq.curve_error(settings, again).max() < 1.0


def test_a_flat_setting_decodes_flat():
    decoder = load_decoder()
    assert np.abs(eq.curve(decoder.decode(decoder.encode(eq.FLAT)))).max() < 0.15


def test_an_unknown_word_names_its_neighbours(space):
    with pytest.raises(UnknownWordError, match="warm"):
        space.table("wrm")


def test_words_are_found_whatever_their_case(space):
    np.testing.assert_array_equal(space.latent("Warm"), space.latent("warm"))
