"""Walking a path of curves at even pace."""

import numpy as np
import pytest

from semeq.eq import curve, even_positions, rms_db, scale_gains

SETTING = np.array([4.0, 120, 3, 400, 1, -4, 1500, 2, 2, 5000, 1, -3, 9000])


def test_steps_are_even_in_curve_distance():
    def curves(at):
        return curve(scale_gains(np.tile(SETTING, (len(at), 1)), at**3))  # slow at first, fast at the end

    at, length = even_positions(curves(np.linspace(0, 1, 513)), np.linspace(0, 1, 21))
    steps = rms_db(np.diff(curves(at), axis=0))
    assert steps.max() / steps.min() < 1.05
    assert steps.sum() == pytest.approx(length, rel=0.01)
    np.testing.assert_allclose(at[[0, -1]], [0, 1], atol=1e-6)


def test_a_path_that_goes_nowhere_is_walked_as_it_is():
    at, length = even_positions(np.zeros((9, 128)), [0, 0.3, 1])
    assert length == 0
    np.testing.assert_array_equal(at, [0, 0.3, 1])
