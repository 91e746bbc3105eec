"""Ranges of controls, lengths of fades and memories, and steps: each from both sides of the edge it states."""

import numpy as np
import pytest

from semeq.plugin import ControlError, Controls, Renderer, Track, WordSpace
from semeq.plugin.live.processor import LiveProcessor, PreparedMorphs, TooManyPairs
from semeq.plugin.midi import Change, MidiMap, parse_mapping
from semeq.plugin.moves.automation import Automation
from semeq.plugin.moves.performance import Performer

RATE = 48_000


@pytest.fixture(scope="module")
def space():
    return WordSpace.open()


@pytest.mark.parametrize(
    ("control", "low", "high"), [("morph", 0.0, 1.0), ("intensity", 0.0, 2.0), ("output_db", -24.0, 24.0)]
)
def test_the_ranges_of_the_controls(control, low, high):
    for value in (low, high):
        assert getattr(Controls("warm", **{control: value}), control) == value
    for value in (low - 0.01, high + 0.01, float("nan"), float("inf")):
        with pytest.raises(ControlError, match=f"{control} is"):
            Controls("warm", **{control: value})


def test_400_pairs_of_words_can_be_live(space, monkeypatch):
    monkeypatch.setattr(type(space), "table", lambda self, first, second: None)
    names = space.vocabulary.names

    def pairs(firsts, seconds):
        texts = [f"20=semantic{{{','.join(names[:firsts])}}}", f"21=to{{{','.join(names[:seconds])}}}"]
        midi_map = MidiMap(tuple(map(parse_mapping, texts)))
        return PreparedMorphs(space, Controls(names[0], names[0]), midi_map)

    assert len(pairs(20, 20)) == 400
    with pytest.raises(TooManyPairs, match="make 402 pairs; at most 400"):
        pairs(6, 67)


def test_the_tap_holds_two_seconds(space):
    processor = LiveProcessor(space, Controls("warm"), MidiMap(), RATE, 1, 64)
    assert processor.tap.ring.shape[-1] >= 2 * RATE


@pytest.mark.parametrize("glide_s", [0.04, 0.5])
def test_a_glide_has_come_99_percent_of_the_way_at_its_time(space, glide_s):
    performer = Performer(space, Controls("warm", to="bright"), RATE)
    frames = round(glide_s * RATE) // 64 * 64
    moments = performer.moments(0, frames + 4 * RATE, [(0, Change("morph", 1.0, frames / RATE))])
    at = {moment.frame + 64: moment.morph for moment in moments}
    assert at[frames] == pytest.approx(0.99, abs=1e-4)
    assert at[frames // 2 // 64 * 64] < 0.9
    values = [moment.morph for moment in moments]
    assert values == sorted(values)
    assert values[-1] == 1.0
    assert 0 < 1.0 - values[-2] < 2e-5  # it ends where nobody hears the rest


def test_smooth_is_half_a_cosine_linear_a_line_and_hold_a_step():
    at = np.array([0.0, 0.25, 0.5, 0.999, 1.0])
    points = (np.array([0.0, 1.0]), (0.0, 1.0))
    for interpolation, expected in (
        ("linear", at),
        ("smooth", 0.5 - 0.5 * np.cos(np.pi * at)),
        ("hold", [0, 0, 0, 0, 1]),
    ):
        np.testing.assert_allclose(Track("morph", *points, interpolation).numbers_at(at), expected)


@pytest.mark.parametrize("name", ["level_match", "adaptive"])
def test_what_looks_at_the_whole_stream_cannot_be_automated(name):
    with pytest.raises(ControlError, match=f"{name} cannot be automated"):
        Automation([Track(name, np.array([0.0]), (True,))])


def test_after_automation_the_controls_stand_where_the_tracks_left_them(space):
    renderer = Renderer(space, RATE, 1, Controls("warm", to="bright"))
    automation = Automation([Track("morph", np.array([0.0, 1.0]), (0.0, 1.0))])
    for n in range(1, 5):
        renderer.process(np.zeros((1, RATE // 4)), automation=automation)
        assert renderer.controls.morph == pytest.approx(n / 4)


def test_a_reset_forgets_the_signal_and_takes_the_target(space, random):
    audio = random.standard_normal((1, 4000))
    fresh, used = (Renderer(space, RATE, 1, Controls("boomy")) for _ in range(2))
    used.process(random.standard_normal((1, 999)))
    used.set("semantic", "airy")
    used.set("semantic", "boomy")
    used.reset()
    np.testing.assert_array_equal(used.process(audio), fresh.process(audio))
