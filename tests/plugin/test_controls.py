"""Controls: ranges, names, and messages a person can act on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semeq.plugin import CONTROLS, ControlError, Controls


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("morph", 1.5, "morph is 1.5, outside 0 to 1"),
        ("intensity", -0.1, "intensity is -0.1, outside 0 to 2"),
        ("output_db", 40, "output_db is 40, outside -24 to 24 dB"),
        ("morph", float("nan"), "morph is nan"),
        ("morph", "half", "morph must be a number"),
        ("semantic", "", "semantic must be a word"),
        ("semantic", None, "semantic must be a word"),
        ("bypass", "maybe", "bypass is on or off"),
        ("loudness", 1, "no control 'loudness'"),
    ],
)
def test_wrong_values_are_named(name, value, says):
    with pytest.raises(ControlError, match=says):
        Controls("warm").changed(**{name: value})


@given(st.sampled_from([c for c in CONTROLS.values() if c.kind == "number"]), st.floats(0, 1))
def test_every_value_in_range_is_taken(control, part):
    value = control.minimum + part * (control.maximum - control.minimum)
    assert getattr(Controls("warm").changed(**{control.name: value}), control.name) == value


def test_a_change_leaves_the_rest_alone():
    before = Controls("warm", "bright", 0.25, 1.5, -3.0)
    after = before.changed(morph=0.75)
    assert after.morph == 0.75
    assert after.changed(morph=0.25) == before
