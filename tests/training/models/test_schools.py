"""The curve a word stands for, and the schools that its people fall into."""

import numpy as np
import pytest

from semeq.eq import (
    FLAT,
    REFERENCE_GRID_HZ,
    curve,
    denormalise,
    rms_db,
    shape_name,
)
from semeq.training.data.fitted_words import FittedWords
from semeq.training.data.readers.socialfx import DescribedCurves
from semeq.training.data.schools import split_schools
from semeq.training.models.words import typical_curve

from ..known import corpus_of


def described(word, target_db, people):
    curves = DescribedCurves((word,), ("en",), np.zeros((1, 40)), (people,), "0" * 64)
    return FittedWords(curves, target_db[None], FLAT[None], np.zeros(1))


def word_corpus(word, count, random):
    """Ten warm and ten bright settings, and some saved under another word."""
    params = denormalise(random.uniform(0.3, 0.7, (20 + count, 13)))
    corpus = corpus_of(params, [i % 2 for i in range(20)] + [-1] * count)
    corpus.descriptors[:] = np.array(["warm", "bright"] * 10 + [word[:6]] * count)
    return corpus


def test_a_typical_curve_has_the_median_strength_not_the_mean():
    params = np.tile(FLAT, (3, 1))
    params[:, 5] = 1.0, 2.0, 12.0
    strengths = rms_db(curve(params))
    assert rms_db(typical_curve(params)) == pytest.approx(strengths[1])
    assert abs(strengths.mean() - strengths[1]) > 0.3


@pytest.mark.parametrize(
    ("low_hz", "high_hz", "name"),
    [(20, 115, "lows"), (125, 480, "low-mids"), (520, 1900, "mids"), (2100, 5800, "presence"), (6200, 20_001, "air")],
)
def test_regions_of_a_school(low_hz, high_hz, name):
    shape = np.where((low_hz <= REFERENCE_GRID_HZ) & (high_hz > REFERENCE_GRID_HZ), 2.0, 0.0)
    assert shape_name(shape) == f"{name} up"
    assert shape_name(-shape) == f"{name} down"


def test_a_second_region_is_named_if_it_is_half_as_strong():
    lows, air = REFERENCE_GRID_HZ < 120, REFERENCE_GRID_HZ > 6000
    assert shape_name(np.where(lows, 2.0, np.where(air, -1.05, 0.0))) == "lows up, air down"
    assert shape_name(np.where(lows, 2.0, np.where(air, -0.95, 0.0))) == "lows up"


def test_a_person_belongs_to_the_school_of_most_of_their_settings():
    dark, bright = FLAT.copy(), FLAT.copy()
    dark[0], bright[11] = 9.0, 9.0
    params = np.stack([dark] * 6 + [bright] * 5)
    people = np.array(["a", "a", "a", "b", "b", "c"] + ["a", "b", "d", "d", "d"])
    first, second = split_schools(params, people, 2)
    assert (len(first.params), len(second.params)) == (6, 5)
    assert (first.people, second.people) == (3, 1)
    assert "lows up" in first.name
