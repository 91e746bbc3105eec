"""Collecting witnesses: forms of one word together, phrases out, every person once."""

import numpy as np
import pytest

from semeq.eq import FLAT, curve, rms_db
from semeq.training.data.meaning.gather import gather
from semeq.training.data.meaning.translations import SPANISH, translations_among
from semeq.training.data.meaning.witnesses import unit
from semeq.training.data.readers.socialfx import BAND_FREQS_HZ, DescribedCurves
from semeq.words.mix_terms import mix_terms

DARK, WEAK = FLAT.copy(), FLAT.copy()
DARK[11], WEAK[11] = -6.0, -0.3
ROWS = [
    (DARK, "muddy", "ann"),
    (2 * DARK - FLAT, "muddy", "ann"),
    (DARK, "mud", "bob"),
    (WEAK, "muddy", "cid"),
    (DARK, "bright clear", "ann"),
    (DARK, "wawrm", "ann"),
    (DARK, "", "ann"),
]
BANDS = np.cos(np.arange(40) / 6)
DESCRIBED = DescribedCurves(
    ("muddy", "claro", "darkness", "dark", "pair"),
    ("en", "es", "en", "en", "en"),
    np.stack([0.5 * BANDS, BANDS, BANDS, BANDS, BANDS / np.sqrt(np.mean(BANDS**2))]),
    (8, 34, 2, 14, 2),
    "0" * 64,
)


@pytest.fixture(scope="module")
def words():
    params, names, people = zip(*ROWS, strict=True)
    found = gather(np.array(params), np.array(names), np.array(people), "safe-db", DESCRIBED, mix_terms())
    return {word.name: word for word in found}


def test_forms_of_a_word_are_one_entry_and_a_person_counts_once(words):
    muddy = words["muddy"]
    assert len(muddy.people) == 2
    assert len(muddy.strengths_db) == 3
    assert "mud" not in words
    assert "mud" in muddy.aliases
    np.testing.assert_allclose(muddy.people[0], unit(curve(DARK)), atol=0.05)
    assert muddy.strengths_db.min() == pytest.approx(rms_db(curve(DARK)))


def test_phrases_are_left_out_and_slips_of_the_fingers_are_read(words):
    assert not any(" " in name for name in words)
    assert len(words["warm"].people) == 1
    assert "wawrm" not in words


def test_a_setting_before_a_knob_was_turned_is_no_witness(words):
    assert len(words["muddy"].people) == 2


def test_crowds_of_two_forms_are_one(words):
    assert words["dark"].crowd.count == 16
    assert "darkness" not in words
    assert words["muddy"].crowd.shape.max() == pytest.approx(0.5, abs=0.01)


def test_an_average_of_two_is_taken_down_to_what_an_average_of_two_is(words):
    """It was published at unit variance; two that correlate by r have (1 + r) / 2."""
    assert words["pair"].crowd.mean_square is None
    assert 0.5 < np.mean(words["pair"].crowd.shape ** 2) / np.mean(BANDS**2 / np.mean(BANDS**2)) < 0.95


def test_every_mix_term_has_its_statement(words):
    assert all(words[term.name].statements[0].kind == "convention" for term in mix_terms())
    assert words["flat"].flat
    assert not words["muddy"].flat
    assert len(BAND_FREQS_HZ) == 40


def test_translations_name_words_that_are_there(words):
    assert translations_among(tuple(words.values())) == {"claro": "clear"}
    assert all(word == word.lower() and other.isascii() for word, other in SPANISH.items())
