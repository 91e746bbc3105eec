"""The rule of default meanings: its limits, contradictions, order of schools, strength, flat, translations."""

import numpy as np
import pytest

from semeq.eq import REFERENCE_GRID_HZ, curve, rms_db
from semeq.training.data.meaning.meanings import PEAK_LIMIT_DB, USUAL_STRENGTH_DB, word_meanings, word_strength_db
from semeq.training.data.meaning.spread import Spread
from semeq.training.data.meaning.witnesses import Crowd, Statement, Witnesses, unit

OCTAVES = np.log2(REFERENCE_GRID_HZ / 640)
TILT, HUMP = unit(np.tanh(OCTAVES / 2)), unit(np.exp(-((OCTAVES / 1.5) ** 2)) - 0.3)
RNG = np.random.default_rng(2)
#: One group: people 0.7 apart, words 0.3, a crowd's bias 0.5, a submission 0.7, convention 0.5.
SPREAD = Spread(
    basis=np.zeros((0, 128)),
    prior=0.3 * HUMP,
    person=np.array([0.7]),
    word=np.array([0.3]),
    submission=np.array([0.7]),
    crowd=np.array([0.5]),
    statements={"convention": np.array([0.5]), "translation": np.array([0.2])},
    crowd_prior=np.zeros(128),
    crowd_word=np.array([0.3]),
)


def people(n, shape=TILT, noise=0.0, strength=4.0):
    shapes = unit(shape + noise * RNG.normal(size=(n, 128)))
    return {"people": shapes, "strengths_db": np.full(n, strength)}


def crowd(shape, count, agreement=0.5):
    return Crowd("socialfx", shape * np.sqrt(agreement), count, agreement + (1 - agreement) / count)


def says(shape, strength=4.0, kind="convention"):
    return (Statement(kind, "mix-terms", shape, strength),)


def meaning(*words, **options):
    return word_meanings(words, SPREAD, **options)[0]


def like(a, b):
    return float(np.corrcoef(a, b)[0, 1])


def test_many_people_are_heard_as_they_are_and_few_are_drawn_to_the_average_word():
    toward = [like(meaning(Witnesses("w", **people(n))).curve_db, SPREAD.prior) for n in (1, 3, 10, 1000)]
    assert toward == sorted(toward, reverse=True)
    assert like(meaning(Witnesses("w", **people(1000))).curve_db, TILT) > 0.9999
    one = meaning(Witnesses("w", **people(1)))
    np.testing.assert_allclose(unit(one.curve_db), unit(TILT / 0.7 + SPREAD.prior / 0.3), atol=1e-9)


def test_witnesses_weigh_by_their_variances():
    word = Witnesses("w", **people(2), crowd=crowd(HUMP, 7, 0.05), statements=says(TILT))
    expected = 2 / 0.7 * TILT + word.crowd.shape / (0.5 + 0.1) + TILT / 0.5 + SPREAD.prior / 0.3
    got = meaning(word)
    np.testing.assert_allclose(unit(got.curve_db), unit(expected), atol=1e-9)
    assert (got.origin, got.contested, got.people) == ("people+convention", False, 9)
    assert got.sources == ("safe-db", "socialfx", "mix-terms")


def test_a_crowds_own_word_is_what_the_crowd_means():
    got = meaning(Witnesses("w", crowd=crowd(HUMP, 20)))
    assert like(got.curve_db, HUMP) > 0.9999
    assert got.origin == "people"


def test_firm_witnesses_that_contradict_are_schools_and_convention_leads():
    got = meaning(Witnesses("w", crowd=crowd(-TILT, 50), statements=says(TILT)))
    assert got.contested
    assert [school.name for school in got.schools] == ["mix-terms", "socialfx"]
    assert [school.people for school in got.schools] == [0, 50]
    np.testing.assert_allclose(unit(got.curve_db), TILT, atol=1e-9)
    assert like(got.schools[1].curve_db, -TILT) > 0.9
    np.testing.assert_array_equal(got.curve_db, got.schools[0].curve_db)
    assert (got.origin, got.people) == ("convention", 50)


def test_without_convention_the_school_of_more_people_leads():
    for count, first in ((5, "safe-db"), (50, "socialfx")):
        got = meaning(Witnesses("w", **people(12, noise=0.2), crowd=crowd(-TILT, count, 0.8)))
        assert got.contested
        assert got.schools[0].name == first


def test_people_who_agree_with_convention_share_its_school():
    got = meaning(Witnesses("w", **people(4, noise=0.2), crowd=crowd(-TILT, 50), statements=says(TILT)))
    assert [school.name for school in got.schools] == ["safe-db+mix-terms", "socialfx"]
    assert got.origin == "people+convention"


def test_people_who_do_not_agree_among_themselves_contest_nothing():
    got = meaning(Witnesses("w", crowd=crowd(-TILT, 26, 0.001), statements=says(TILT)))
    assert not got.contested
    assert got.origin == "convention"
    np.testing.assert_allclose(got.curve_db, 4 * TILT, atol=1e-9)
    alone = meaning(Witnesses("w", **people(1, -TILT), statements=says(TILT)))
    assert not alone.contested
    assert like(alone.curve_db, TILT) > 0.85


def test_flat_is_flat_whoever_says_what():
    got = meaning(Witnesses("flat", **people(3), crowd=crowd(HUMP, 40), statements=says(np.zeros(128), 0.0)))
    assert not np.any(got.curve_db)
    assert rms_db(curve(got.params)) < 1e-6
    assert not got.contested


@pytest.mark.parametrize(("n", "expected"), [(0, USUAL_STRENGTH_DB), (1, np.sqrt(2 * USUAL_STRENGTH_DB)), (1000, 2.0)])
def test_strength_is_the_median_of_the_settings_and_few_are_drawn_to_the_usual(n, expected):
    word = Witnesses("w", **people(n, strength=2.0), crowd=crowd(TILT, 3))
    assert word_strength_db(word, TILT) == pytest.approx(expected, rel=0.01)
    assert rms_db(meaning(word).curve_db) == pytest.approx(expected, rel=0.01)


def test_strength_has_limits():
    narrow = np.exp(-((OCTAVES / 0.1) ** 2))
    assert word_strength_db(Witnesses("w", **people(9, strength=30.0)), TILT) == 8.0
    peak = unit(narrow) * word_strength_db(Witnesses("w", **people(9, strength=8.0)), narrow)
    assert np.abs(peak).max() == pytest.approx(PEAK_LIMIT_DB)


def test_a_thin_word_agrees_with_its_translation():
    known = Witnesses("tender", **people(20))
    thin = Witnesses("tierno", "es", crowd=crowd(-TILT, 2))
    _, got = word_meanings((known, thin), SPREAD, {"tierno": "tender"})
    assert like(got.curve_db, TILT) > 0.8
    assert got.origin == "translation"


def test_a_translation_that_convention_speaks_for_leads_a_crowd():
    known = Witnesses("clear", **people(20), statements=says(TILT))
    other = Witnesses("claro", "es", crowd=crowd(-TILT, 34))
    _, got = word_meanings((known, other), SPREAD, {"claro": "clear"})
    assert got.contested
    assert [school.name for school in got.schools] == ["clear", "socialfx"]
    assert like(got.curve_db, TILT) > 0.8


def test_a_well_known_word_does_not_bend_to_a_thin_translation():
    thin = Witnesses("low", **people(1))
    known = Witnesses("bajo", "es", crowd=crowd(-TILT, 34))
    _, got = word_meanings((thin, known), SPREAD, {"bajo": "low"})
    assert like(got.curve_db, -TILT) > 0.9
    assert not got.contested


def test_params_are_the_five_band_fit():
    got = meaning(Witnesses("w", **people(30)))
    assert rms_db(curve(got.params) - got.curve_db) < 0.5
