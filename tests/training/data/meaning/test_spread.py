"""Variances: found again in data that were made with known ones, and stand-ins where there are too few words."""

import numpy as np
import pytest

from semeq.eq import REFERENCE_GRID_HZ
from semeq.training.data.meaning.spread import MEASURED, estimate_spread
from semeq.training.data.meaning.witnesses import Crowd, Statement, Witnesses

RNG = np.random.default_rng(1)
SMOOTH = np.array([np.cos(np.pi * k * np.arange(128) / 128) for k in range(1, 6)]) * np.sqrt(2)


def draw(variance, *shape):
    """Smooth curves of this mean square."""
    return RNG.normal(scale=np.sqrt(variance / len(SMOOTH)), size=(*shape, len(SMOOTH))) @ SMOOTH


@pytest.fixture(scope="module")
def made():
    """Two hundred words with four engineers, a crowd of ten and a statement each."""
    words = []
    for i in range(200):
        meaning = draw(0.4)
        crowd = meaning + draw(0.5) + draw(0.6 / 10)
        words.append(
            Witnesses(
                f"w{i}",
                people=meaning + draw(0.7, 4),
                strengths_db=np.full(4, 4.0),
                crowd=Crowd("crowd", crowd, 10, 0.4 + 0.6 / 10),
                statements=(Statement("convention", "terms", meaning + draw(0.3), 4.0),),
            )
        )
    return words


def test_known_variances_are_found_again(made):
    spread = estimate_spread(made)
    found = [spread.person, spread.word, spread.submission, spread.crowd, spread.statements["convention"]]
    assert [v.sum() for v in found] == pytest.approx([0.7, 0.4, 0.6, 0.5, 0.3], rel=0.15)


def test_weights_follow_from_the_variances(made):
    spread = estimate_spread(made)
    assert spread.engineers_a_statement_is_worth("convention") == pytest.approx(0.7 / 0.3, rel=0.2)
    assert spread.engineers_a_crowd_is_worth(10**9) == pytest.approx(0.7 / 0.5, rel=0.2)
    worth = [spread.engineers_a_crowd_is_worth(n) for n in (1, 2, 10, 100)]
    assert worth == sorted(worth)


def test_parts_are_the_curve_and_lie_apart(made):
    spread = estimate_spread(made)
    curves = draw(1.0, 7) + RNG.normal(size=(7, 128))
    parts = spread.parts(curves)
    np.testing.assert_allclose(parts.sum(axis=0), curves, atol=1e-9)
    assert np.sum(parts[0] * parts[1], axis=-1) == pytest.approx(0, abs=1e-9)
    assert np.sum(parts[-1] * parts[0], axis=-1) == pytest.approx(0, abs=1e-9)
    assert len(parts) == len(spread.person)


def test_two_words_with_very_many_people_do_not_speak_for_all():
    quiet = [Witnesses(f"q{i}", people=draw(0.4) + draw(0.2, 3)) for i in range(60)]
    wild = [Witnesses("x", people=draw(0.4) + draw(2.0, 500))]
    assert estimate_spread([*quiet, *wild]).person.sum() < 0.4


def test_too_few_words_leave_the_measured_variances(made):
    spread = estimate_spread(made[:3])
    assert spread.person.sum() == pytest.approx(MEASURED["person"])
    assert spread.crowd.sum() == pytest.approx(MEASURED["crowd"], rel=0.2)
    only_stated = [Witnesses("a", statements=made[0].statements), Witnesses("b", statements=made[1].statements)]
    assert np.isfinite(estimate_spread(only_stated).prior).all()
    assert len(REFERENCE_GRID_HZ) == len(estimate_spread(only_stated).prior)


def test_flat_is_no_word_to_learn_from(made):
    flat = Witnesses("flat", people=draw(1.0, 5), statements=(Statement("convention", "t", np.zeros(128), 0.0),))
    np.testing.assert_array_equal(estimate_spread([*made, flat]).person, estimate_spread(made).person)
