"""A step is heard from the first sample at or after its point on, and not before: from Python, CSV and MIDI alike."""

import math

import mido
import numpy as np
import pytest

from semeq.plugin import Controls, Renderer, SemanticEQ, WordSpace
from semeq.plugin.midi import read_maps
from semeq.plugin.moves import Automation, MovePlan, Track

RATE = 44_100
START = Controls("warm", "bright")
POINTS_S = [1.2345, 0.5, 1 / 3, 0.1, 64.3 / RATE, 127.999 / RATE, 0.01 / RATE, 1000.5 / RATE]


@pytest.fixture(scope="module")
def space():
    return WordSpace.open()


def noise(frames):
    return np.random.default_rng(4).standard_normal(frames)


def first_changed(space, movement, frames, block):
    """The first sample that differs from a render without moves, rendered in blocks."""
    audio = noise(frames)
    still = Renderer(space, RATE, 1, START).process(audio)
    renderer = Renderer(space, RATE, 1, START)
    moved = [renderer.process(audio[at : at + block], automation=movement) for at in range(0, frames, block)]
    return int(np.flatnonzero(np.concatenate(moved) != still)[0])


@pytest.mark.parametrize("seconds", POINTS_S)
@pytest.mark.parametrize("block", [37, 4096])
def test_the_first_changed_sample_is_the_first_at_or_after_the_point(space, tmp_path, seconds, block):
    wanted = math.ceil(round(seconds * RATE, 6))
    frames = wanted + 200
    track = Track("morph", np.array([0.0, seconds]), (0.0, 1.0), "hold")
    assert first_changed(space, Automation([track]), frames, block) == wanted
    csv = tmp_path / "morph.csv"
    csv.write_text(f"0,0\n{seconds!r},1\n")
    by_csv = MovePlan.read([f"morph={csv}:hold"], None, START).movement(space, RATE)
    assert first_changed(space, by_csv, frames, block) == wanted


@pytest.mark.parametrize("microseconds", [1_234_500, 333_333, 500_000, 100_003])
def test_the_same_in_midi_files(space, tmp_path, microseconds):
    midi = mido.MidiFile(type=0, ticks_per_beat=1000)
    cc = mido.Message("control_change", control=21, value=127, time=1000)
    midi.tracks.append(mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=microseconds), cc]))
    midi.save(tmp_path / "p.mid")
    plan = MovePlan.read([str(tmp_path / "p.mid")], read_maps(["21=morph:0ms"]), START)
    wanted = math.ceil(round(microseconds * 1e-6 * RATE, 6))
    assert first_changed(space, plan.movement(space, RATE), wanted + 200, 4096) == wanted


def test_steps_of_several_tracks_between_two_samples(space):
    """Each starts at its own first sample, and none is heard through the other's ramp."""
    a = Track("morph", np.array([0.0, 1000.4 / RATE]), (0.0, 1.0), "hold")
    b = Track("intensity", np.array([0.0, 1000.6 / RATE, 1010.2 / RATE]), (1.0, 1.5, 1.0), "hold")
    assert first_changed(space, Automation([a, b]), 1300, 1300) == 1001
    only_b = Track("intensity", np.array([0.0, 1010.2 / RATE]), (1.0, 1.5), "hold")
    assert first_changed(space, Automation([only_b]), 1300, 1300) == 1011


def test_two_points_at_one_time_between_samples(space):
    track = Track("morph", np.array([0.0, 2000.3 / RATE, 2000.3 / RATE]), (0.0, 0.0, 1.0))
    assert first_changed(space, Automation([track]), 2300, 100) == 2001


def test_the_effect_itself(space):
    eq, audio = SemanticEQ("warm", to="bright"), noise(60_000)
    still = eq(audio, RATE)
    moved = eq(audio, RATE, automation={"morph": Track("morph", np.array([0, 1.2345]), (0.0, 1.0), "hold")})
    assert np.flatnonzero(moved != still)[0] == 54_442
