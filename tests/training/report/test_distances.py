"""Whether what sounds further apart lies further apart."""

import math

import numpy as np
import pytest

from semeq.training.report.telling_apart import distance_rank


def test_a_space_that_is_the_curves_keeps_every_order(random):
    curves = random.normal(size=(40, 128))
    assert distance_rank(curves, curves) == pytest.approx(1)
    turned, _ = np.linalg.qr(random.normal(size=(128, 128)))
    assert distance_rank(3 * curves @ turned + 7, curves) == pytest.approx(1)


def test_distances_turned_round_are_minus_one():
    line = np.array([[0.0], [1.0], [3.0]])  # 1, 3, 2 apart
    assert distance_rank(line, np.array([[0.0], [3.0], [1.0]])) == pytest.approx(-1)  # 3, 1, 2 apart
    assert distance_rank(line, -line) == pytest.approx(1)


def test_points_that_know_nothing_of_the_curves_are_near_zero(random):
    assert abs(distance_rank(random.normal(size=(120, 8)), random.normal(size=(120, 128)))) < 0.2


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_too_few_rows_are_no_figure(rows):
    assert math.isnan(distance_rank(np.zeros((rows, 8)), np.zeros((rows, 128))))
