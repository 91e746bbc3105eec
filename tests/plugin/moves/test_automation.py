"""Automation: interpolation, sample-exact steps, and independence of blocks."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semeq import eq
from semeq.plugin import ControlError, Controls, Renderer, Track, WordSpace
from semeq.plugin.moves.automation import Automation, as_track
from semeq.plugin.renderer import target_of

RATE = 44_100


@pytest.fixture(scope="module")
def space():
    return WordSpace.open()


def test_interpolations():
    times, values = np.array([1.0, 2.0]), (0.0, 1.0)
    at = np.array([0.0, 1.0, 1.25, 1.5, 2.0, 9.0])
    np.testing.assert_allclose(Track("morph", times, values).numbers_at(at), [0, 0, 0.25, 0.5, 1, 1])
    np.testing.assert_allclose(Track("morph", times, values, "hold").numbers_at(at), [0, 0, 0, 0, 1, 1])
    smooth = Track("morph", times, values, "smooth").numbers_at(at)
    np.testing.assert_allclose(smooth, [0, 0, 0.5 - 0.5 * np.cos(np.pi / 4), 0.5, 1, 1])


def test_two_points_at_one_time_are_a_step():
    track = Track("morph", np.array([0.0, 1.0, 1.0, 2.0]), (0.0, 0.2, 0.8, 1.0))
    np.testing.assert_allclose(track.numbers_at(np.array([0.9999, 1.0])), [0.19998, 0.8])
    np.testing.assert_array_equal(track.steps, [1.0])


def test_an_array_is_spread_over_the_audio():
    track = as_track("morph", np.linspace(0, 1, 5), start_s=2.0, duration_s=5.0)
    np.testing.assert_allclose(track.seconds, [2, 3, 4, 5, 6])


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ([(0.0, 0.5), (1.0, 1.5)], "morph is 1.5"),
        ([(1.0, 0.5), (0.0, 0.5)], "ascend"),
        ([], "at least one"),
        ([0.5], "points or a 1-D array"),
        (np.zeros((2, 2)) + np.nan, "finite"),
    ],
)
def test_wrong_tracks_are_named(source, says):
    with pytest.raises(ControlError, match=says):
        Automation.of({"morph": source}, 0.0, 1.0)


@pytest.mark.parametrize("name", ["level_match", "adaptive"])
def test_what_looks_at_the_whole_stream_cannot_be_automated(name):
    with pytest.raises(ControlError, match="cannot be automated"):
        Automation.of({name: [(0.0, True)]}, 0.0, 1.0)


def test_a_step_starts_its_ramp_at_its_frame(space):
    controls = Controls("warm", "bright")
    for frame in (1, 63, 64, 65, 1000, 12_345):
        automation = Automation.of(
            {"morph": Track("morph", np.array([0.0, frame / RATE]), (0.0, 1.0), "hold")}, 0.0, 1.0
        )
        renderer = Renderer(space, RATE, 1, controls)
        random = np.random.default_rng(frame)
        audio = random.standard_normal(frame + 200)
        still = Renderer(space, RATE, 1, controls).process(audio)
        moved = renderer.process(audio, automation=automation)
        np.testing.assert_array_equal(moved[:frame], still[:frame])
        assert moved[frame] != still[frame]
        ended = target_of(space, controls.changed(morph=1.0)).params
        np.testing.assert_allclose(renderer.target.params, ended)
        assert not renderer.engine.ramping


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_automated_output_does_not_depend_on_the_block_split(space, data):
    frames = 3000
    cuts = sorted(data.draw(st.lists(st.integers(1, frames - 1), max_size=5, unique=True)))
    step = data.draw(st.floats(0.0, 0.06))
    tracks = [
        Track(
            "morph",
            np.array([0.0, 0.03, 0.05]),
            (0.1, 0.9, 0.2),
            data.draw(st.sampled_from(["linear", "smooth", "hold"])),
        ),
        Track("intensity", np.array([0.0, step]), (1.0, 1.7), "hold"),
        Track("semantic", np.array([0.0, 0.02]), ("warm", "boomy")),
        Track("bypass", np.array([0.0, 0.04, 0.055]), (False, True, False)),
    ]
    audio = np.random.default_rng(1).standard_normal((2, frames))
    whole = Renderer(space, RATE, 2, Controls("warm", "bright")).process(audio, automation=Automation(tracks))
    renderer = Renderer(space, RATE, 2, Controls("warm", "bright"))
    edges = [0, *cuts, frames]
    parts = [
        renderer.process(np.ascontiguousarray(audio[:, a:b]), automation=Automation(tracks))
        for a, b in itertools.pairwise(edges)
    ]
    assert np.concatenate(parts, axis=1).tobytes() == whole.tobytes()


def test_a_moving_control_is_followed_without_delay(space):
    # Halfway through a linear sweep the response is the one of the middle of the morph.
    seconds = 2.0
    automation = Automation.of({"morph": [(0.0, 0.0), (seconds, 1.0)]}, 0.0, seconds)
    controls = Controls("warm", "bright")
    events = automation.events(space, controls, RATE, 0, int(seconds * RATE), 64)
    # The ramp that starts at `at` arrives 64 frames later.
    arrival = (events.at + 64) / RATE / seconds
    expected = space.params("warm", "bright", np.minimum(arrival, 1), np.ones(len(arrival)))
    assert eq.curve_error(events.params, expected).max() < 1e-3


def test_bypass_on_the_way_is_bit_transparent_after_its_ramp(space):
    automation = Automation.of({"bypass": [(0.0, False), (0.5, True)]}, 0.0, 1.0)
    audio = np.random.default_rng(2).standard_normal((2, RATE)).astype(np.float32)
    out = Renderer(space, RATE, 2, Controls("bright", output_db=3.0)).process(audio, automation=automation)
    half = RATE // 2
    assert not np.array_equal(out[:, :half], audio[:, :half])
    np.testing.assert_array_equal(out[:, half + 65 :], audio[:, half + 65 :])
