"""What is known of a word: how far people agree, and means that one stranger cannot move."""

import numpy as np
import pytest

from semeq.eq import REFERENCE_GRID_HZ, rms_db
from semeq.training.data.meaning.witnesses import Crowd, Witnesses, agreement_of_crowds, person_shape, robust_mean, unit

TILT = unit(np.log(REFERENCE_GRID_HZ / 1000))
RNG = np.random.default_rng(0)


def z_scored(curves):
    centred = curves - curves.mean(axis=1, keepdims=True)
    return centred / centred.std(axis=1, keepdims=True)


@pytest.mark.parametrize("noise", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("count", [3, 10, 60])
def test_the_mean_square_of_an_average_tells_how_far_its_submissions_agree(noise, count):
    """Against the mean correlation of all pairs, over 200 words."""
    told, direct = [], []
    for _ in range(200):
        submissions = z_scored(TILT + noise * RNG.normal(size=(count, 128)))
        average = submissions.mean(axis=0)
        told.append(Crowd("c", average, count, float(np.mean(average**2))).agreement)
        pairs = np.corrcoef(submissions)[np.triu_indices(count, 1)]
        direct.append(pairs.mean())
    np.testing.assert_allclose(told, direct, atol=1e-9)


def test_a_crowd_that_agrees_is_firm_and_one_that_does_not_is_not():
    assert Crowd("c", TILT, 10, 0.5).reliable
    assert not Crowd("c", TILT, 10, 0.12).reliable
    assert not Crowd("c", TILT, 2, 1.0).reliable  # averages of two were scaled to 1 before they were published
    assert not Crowd("c", TILT, 10, None).reliable


def test_many_submissions_weigh_more_in_the_agreement_of_crowds():
    few, many = Crowd("c", TILT, 3, 1.0), Crowd("c", TILT, 101, 1 / 101)
    assert agreement_of_crowds([few, many]) == pytest.approx(2 / 102)
    assert agreement_of_crowds([Crowd("c", TILT, 2, 1.0)]) is None


def test_one_person_never_contradicts_and_two_do_where_they_agree():
    assert not Witnesses("w", people=TILT[None]).people_reliable
    assert Witnesses("w", people=np.stack([TILT, TILT])).people_reliable
    assert not Witnesses("w", people=np.stack([TILT, -TILT])).people_reliable


def test_a_person_counts_once_however_many_settings_and_however_strong():
    shape = person_shape(np.stack([TILT, 9 * TILT]))
    np.testing.assert_allclose(shape, TILT)
    assert rms_db(person_shape(RNG.normal(size=(20, 128)))) == pytest.approx(1)


def test_one_stranger_moves_a_robust_mean_less_than_a_mean():
    people = np.concatenate([TILT + 0.1 * RNG.normal(size=(9, 128)), -9 * TILT[None]])
    assert rms_db(robust_mean(people) - TILT) < 0.3 * rms_db(people.mean(axis=0) - TILT)
    two = people[:2]
    np.testing.assert_allclose(robust_mean(two), two.mean(axis=0))


def test_flat_stays_flat_in_units():
    assert not np.any(unit(np.zeros(128)))
