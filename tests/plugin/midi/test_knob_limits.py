"""The defaults and limits of a mapping: smoothing, encoder steps, words, and where a knob takes over."""

import pytest

from semeq.plugin import Controls
from semeq.plugin.midi import MapError, Mapping, MidiMap, Translator, parse_mapping
from semeq.plugin.midi.knob_law import bend, unbend
from semeq.plugin.midi.reading import Reader
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


def test_a_switch_is_on_from_64():
    mapping = Mapping(CC, "bypass", action="follow")
    assert turned(mapping, 63) == [[]]
    assert [change.value for change in turned(mapping, 64)[0]] == [True]
    assert [change.value for change in turned(Mapping(CC, "bypass"), 64)[0]] == [True]


@pytest.mark.parametrize(("raw", "steps"), [(1, 1), (63, 63), (64, -64), (127, -1)])
def test_twos_complement_turns_down_from_64(raw, steps):
    mapping = Mapping(CC, "output_db", encoding="twos-complement", step=0.001)
    ((change,),) = turned(mapping, raw)
    assert change.value == pytest.approx(0.001 * steps * 48.0)


@pytest.mark.parametrize("number", [0, 31])
def test_pairs_of_14_bits_are_0_to_31_with_32_to_63(number):
    reader = Reader()
    coarse = [r for r in reader.read((0xB0, number, 100)) if r.kind == "cc14"]
    fine = [r for r in reader.read((0xB0, number + 32, 5)) if r.kind == "cc14"]
    assert [(r.number, r.raw) for r in coarse] == [(number, 100 * 129)]
    assert [(r.number, r.raw) for r in fine] == [(number, 100 << 7 | 5)]
    assert fine[0].position == pytest.approx((100 << 7 | 5) / 16_383)


def test_controllers_from_32_make_no_pair_of_their_own():
    reader = Reader()
    assert [r.kind for r in reader.read((0xB0, 32, 100))] == ["cc"]
    assert [r.kind for r in reader.read((0xB0, 64, 100))] == ["cc"]


def test_steps_of_an_nrpn_stop_at_both_ends():
    reader = Reader()
    for number, value in ((99, 1), (98, 2), (6, 127)):
        (*_, reading) = reader.read((0xB0, number, value))
    assert reading.raw == 16_383
    for number, raw in ((96, 16_383), (97, 16_382), (96, 16_383)):
        (*_, reading) = reader.read((0xB0, number, 0))
        assert (reading.kind, reading.raw) == ("nrpn", raw)
    (*_, reading) = reader.read((0xB0, 6, 0))
    (*_, reading) = reader.read((0xB0, 97, 0))
    assert reading.raw == 0


def test_an_exponential_knob_is_at_a_ninth_half_way_and_rises_64_times_as_steeply_at_the_top():
    assert bend("exponential", 0.5) == pytest.approx(1 / 9)
    small = 1e-6
    bottom, top = bend("exponential", small), 1 - bend("exponential", 1 - small)
    assert top / bottom == pytest.approx(64, rel=1e-3)
    for curve in ("linear", "exponential", "s"):
        for part in (0.0, 0.1, 0.5, 0.9, 1.0):
            assert unbend(curve, bend(curve, part)) == pytest.approx(part, abs=1e-9)
    assert bend("s", 0.25) == pytest.approx(0.15625)
