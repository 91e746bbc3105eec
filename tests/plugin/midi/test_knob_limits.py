"""The defaults and limits of a mapping: smoothing, encoder steps, words, and where a knob takes over."""

import pytest

from semeq.plugin import Controls
from semeq.plugin.midi import MapError, Mapping, MidiMap, Translator, parse_mapping
from semeq.plugin.midi.source import Source

CC = Source("cc", 21)


def turned(mapping, *values, controls=None):
    """The changes that controller 21 makes, value by value."""
    translator = Translator(MidiMap((mapping,)), controls or Controls("warm", to="bright"))
    return [translator.feed((0xB0, 21, value)) for value in values]


def test_a_knob_is_smoothed_over_40_ms_unless_told_otherwise():
    ((change,),) = turned(parse_mapping("21=morph"), 127)
    assert change.glide_s == pytest.approx(0.040)
    ((change,),) = turned(Mapping(CC, "morph", smoothing_ms=250.0), 127)
    assert change.glide_s == pytest.approx(0.250)


def test_a_step_of_an_encoder_is_a_hundredth_of_the_travel():
    mapping = Mapping(CC, "intensity", encoding="twos-complement")
    ((up,), (down,)) = turned(mapping, 1, 127)
    assert up.value == pytest.approx(1.0 + 0.01 * 2.0)
    assert down.value == pytest.approx(1.0)


def test_a_mapping_holds_128_words():
    words = tuple(f"w{i}" for i in range(129))
    assert len(Mapping(CC, "semantic", words=words[:128]).words) == 128
    with pytest.raises(MapError, match="129 words, at most 128"):
        Mapping(CC, "semantic", words=words)


@pytest.mark.parametrize(("name", "good", "bad"), [("smoothing_ms", 10_000.0, 10_001.0), ("step", 1.0, 1.01)])
def test_numbers_of_a_mapping_have_limits(name, good, bad):
    assert getattr(Mapping(CC, "morph", **{name: good}), name) == good
    with pytest.raises(MapError, match=f"{name} is"):
        Mapping(CC, "morph", **{name: bad})


@pytest.mark.parametrize(("value", "takes"), [(64, True), (65, True), (62, False), (66, False), (67, False)])
def test_a_knob_takes_over_within_a_step_and_a_half(value, takes):
    """The control stands at 64 of 127: a knob that begins a step away has it, one that begins two away waits."""
    mapping = Mapping(CC, "morph", takeover="pickup")
    (changes,) = turned(mapping, value, controls=Controls("warm", to="bright", morph=64 / 127))
    assert bool(changes) == (takes and value != 64)
    if not takes:  # until it has passed
        other = 60 if value > 64 else 70
        assert turned(mapping, value, other, controls=Controls("warm", to="bright", morph=64 / 127))[1]
