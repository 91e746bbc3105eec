"""Settings: order, bounds, normalisation, and the changes that must not change the sound."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from semeq import eq

unit_settings = arrays(np.float64, eq.PARAMETER_COUNT, elements=st.floats(0, 1))


def test_bounds_are_the_designs():
    lower, upper = eq.LOWER_BOUNDS, eq.UPPER_BOUNDS
    assert set(lower[eq.GAIN_INDEX]) == {-12.0}
    assert set(upper[eq.GAIN_INDEX]) == {12.0}
    assert (set(lower[eq.FREQ_INDEX]), set(upper[eq.FREQ_INDEX])) == ({20.0}, {20_000.0})
    assert (set(lower[eq.Q_INDEX]), set(upper[eq.Q_INDEX])) == ({0.1}, {10.0})
    assert sorted([*eq.GAIN_INDEX, *eq.FREQ_INDEX, *eq.Q_INDEX]) == list(range(13))


@given(unit_settings)
def test_normalise_inverts_denormalise(unit):
    params = eq.denormalise(unit)
    assert (params >= eq.LOWER_BOUNDS - 1e-9).all()
    assert (params <= eq.UPPER_BOUNDS * (1 + 1e-12) + 1e-9).all()
    np.testing.assert_allclose(eq.normalise(params), unit, atol=1e-12)


def test_normalised_midpoint_is_the_geometric_mean_of_the_bounds():
    middle = eq.denormalise(np.full(13, 0.5))
    np.testing.assert_allclose(middle[eq.FREQ_INDEX], np.sqrt(20 * 20_000))
    np.testing.assert_allclose(middle[eq.Q_INDEX], 1.0)
    np.testing.assert_allclose(middle[eq.GAIN_INDEX], 0.0, atol=1e-12)


@given(unit_settings)
def test_sorting_the_bells_keeps_the_response(unit):
    params = eq.denormalise(unit)
    ordered = eq.sort_bells(params)
    assert (np.diff(ordered[[3, 6, 9]]) >= 0).all()
    assert eq.curve_error(params, ordered) < 1e-9


@given(unit_settings)
def test_neutralising_silent_bands_barely_changes_the_response(unit):
    params = eq.denormalise(unit)
    assert np.abs(eq.curve(params) - eq.curve(eq.neutralise_silent_bands(params, 0.3))).max() < 5 * 2 * 0.3


def test_scaling_gains_scales_each_band_and_nothing_else():
    params = eq.denormalise(np.linspace(0.1, 0.9, 13))
    doubled = eq.scale_gains(params, 2.0)
    np.testing.assert_array_equal(doubled[eq.GAIN_INDEX], 2 * params[eq.GAIN_INDEX])
    np.testing.assert_array_equal(doubled[eq.FREQ_INDEX], params[eq.FREQ_INDEX])
    np.testing.assert_array_equal(eq.curve(eq.scale_gains(params, 0.0)), np.zeros(128))


def test_setting_round_trip_and_default_is_flat():
    setting = eq.Setting(bell_2_gain_db=-4.5, bell_2_freq_hz=1234.0, bell_2_q=3.0)
    assert eq.Setting.from_array(setting.to_array()) == setting
    np.testing.assert_array_equal(eq.Setting().to_array(), eq.FLAT)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"low_shelf_gain_db": 12.5}, "low_shelf_gain_db is 12.5"),
        ({"bell_1_freq_hz": 19.0}, "bell_1_freq_hz is 19"),
        ({"bell_3_q": 0.0}, "bell_3_q is 0"),
        ({"high_shelf_freq_hz": float("nan")}, "high_shelf_freq_hz is nan"),
    ],
)
def test_out_of_bounds_is_named(change, named):
    with pytest.raises(eq.SettingError, match=named):
        eq.Setting(**change)


def test_wrong_shape_is_named():
    with pytest.raises(eq.SettingError, match=r"13 numbers.*\(12,\)"):
        eq.check_params(np.zeros(12))
