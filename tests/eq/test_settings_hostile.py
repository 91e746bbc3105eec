"""Settings from anywhere: valid, or a `SettingError`; never another exception."""

import contextlib
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from semeq.eq import (
    LOWER_BOUNDS,
    UPPER_BOUNDS,
    Setting,
    SettingError,
    check_params,
    clip_params,
    curve,
    denormalise,
    normalise,
    sort_bells,
)

NUMBERS = st.floats() | st.integers() | st.none() | st.text(max_size=3) | st.booleans() | st.complex_numbers()
ANYTHING = st.recursive(NUMBERS, lambda inner: st.lists(inner, max_size=14), max_leaves=30)


@settings(max_examples=100, deadline=None)
@given(ANYTHING)
def test_anything_is_a_setting_or_a_setting_error(params):
    with contextlib.suppress(SettingError):
        array = check_params(params)
        assert array.shape[-1] == 13
        assert np.isfinite(array).all()
    with contextlib.suppress(SettingError):
        Setting.from_array(params)


@settings(max_examples=60, deadline=None)
@given(npst.arrays(np.float64, (3, 13), elements=st.floats(-1e6, 1e6, width=64)))
def test_clipped_numbers_are_settings_whose_response_is_finite(params):
    clipped = clip_params(params)
    check_params(clipped)
    assert np.isfinite(curve(clipped)).all()
    assert curve(sort_bells(clipped)) == pytest.approx(curve(clipped), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(npst.arrays(np.float64, (2, 13), elements=st.floats(0, 1, width=64)))
def test_the_unit_cube_and_back(unit):
    params = denormalise(unit)
    check_params(params)
    assert normalise(params) == pytest.approx(unit, abs=1e-9)


@pytest.mark.parametrize("index", range(13))
@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, 1e308, 10**400, "one", None], ids=lambda value: str(value)[:8]
)
def test_one_odd_number_is_refused(index, value):
    params = list((LOWER_BOUNDS + UPPER_BOUNDS) / 2)
    params[index] = value
    with pytest.raises(SettingError):
        check_params(params)
