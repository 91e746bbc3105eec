"""Performances: exact frames, independence of blocks, glides that look back only, and MIDI files against tracks."""

from __future__ import annotations

import json

import mido
import numpy as np
import pytest

from semeq.plugin import Controls, Renderer, Track, WordSpace
from semeq.plugin.controls import ControlError
from semeq.plugin.midi import Change, MapError, Translator, read_maps, write_take
from semeq.plugin.moves.automation import Automation
from semeq.plugin.moves.performance import Performance, Performer, TimedChange, translated
from semeq.plugin.moves.plan import MovePlan, set_text, take_text

RATE = 48_000
START = Controls("warm", to="bright")


@pytest.fixture(scope="module")
def space() -> WordSpace:
    return WordSpace.open()


def noise(frames: int) -> np.ndarray:
    return np.random.default_rng(3).standard_normal((2, frames)).astype(np.float32) * 0.1


def rendered(space, moves, frames=30_000, block=30_000, controls=START) -> np.ndarray:
    renderer, audio = Renderer(space, RATE, 2, controls), noise(frames)
    return np.hstack(
        [renderer.process(audio[:, i : i + block].copy(), automation=moves) for i in range(0, frames, block)]
    )


def performance(space, changes, tracks=(), controls=START) -> Performance:
    timed = iter([TimedChange(frame, [change]) for frame, change in changes])
    return Performance(space, controls, RATE, timed, Automation(tracks))


CHANGES = [
    (0, Change("intensity", 1.5, 0.02)),
    (1000, Change("morph", 0.7, 0.02)),
    (1001, Change("output_db", -3.0, 0.1)),
    (1300, Change("morph", 0.2, 0.02)),
    (5000, Change("semantic", "airy", 0.0)),
    (5000, Change("bypass", True, 0.0)),
    (9000, Change("bypass", False, 0.0)),
    (9100, Change("to", "deep", 0.0)),
    (20_000, Change("morph", 1.0, 0.0)),
]


@pytest.mark.parametrize("block", [64, 77, 128, 4096])
def test_blocks_do_not_matter(space, block):
    tracks = [Track("output_db", np.array([0.0, 0.1, 0.1, 0.4]), (0.0, 3.0, -3.0, 1.0))]
    for extra in ([], tracks):
        whole = rendered(space, performance(space, CHANGES, extra))
        assert np.array_equal(rendered(space, performance(space, CHANGES, extra), block=block), whole)


def test_a_change_is_heard_from_its_own_frame_on_and_not_before(space):
    still = rendered(space, performance(space, []))
    for frame in (0, 1, 63, 64, 5001):
        moved = rendered(space, performance(space, [(frame, Change("morph", 1.0, 0.02))]))
        assert np.array_equal(moved[:, :frame], still[:, :frame])
        assert not np.array_equal(moved[:, frame : frame + 4], still[:, frame : frame + 4])


def test_a_step_equals_a_held_track(space):
    frame = 5003
    track = Track("morph", np.array([0.0, frame / RATE]), (0.0, 1.0), "hold")
    by_track = rendered(space, Automation([track]))
    assert np.array_equal(rendered(space, performance(space, [(frame, Change("morph", 1.0, 0.0))])), by_track)


def test_a_glide_has_come_99_percent_in_its_time_and_then_arrives_exactly(space):
    performer = Performer(space, START, RATE)
    moments = performer.moments(0, RATE, [(100, Change("morph", 1.0, 0.02))])
    reached = {moment.frame + 64: moment.morph for moment in moments}
    assert moments[0].frame == 100
    assert np.all(np.diff(list(reached.values())) > 0)
    assert np.interp(100 + 0.02 * RATE, list(reached), list(reached.values())) == pytest.approx(0.99, abs=0.002)
    assert moments[-1].morph == 1.0
    assert moments[-1].frame < 100 + 3 * 0.02 * RATE
    assert performer.events(RATE, RATE, []) is None


def test_a_new_goal_bends_the_movement_without_a_jump_or_a_corner(space):
    performer = Performer(space, START, RATE, hop=1)
    before = [m.morph for m in performer.moments(0, 480, [(0, Change("morph", 1.0, 0.02))])]
    after = [m.morph for m in performer.moments(480, 480, [(480, Change("morph", 0.0, 0.02))])]
    path = np.array(before + after)
    speed = np.diff(path)
    assert np.abs(np.diff(speed)).max() < speed.max() / 20
    assert path.max() > path[480]  # it swings on a little before it turns


def test_glides_stay_inside_the_goals_they_were_given(space, random):
    for _ in range(20):
        performer, low, high = Performer(space, START, RATE), 0.0, 0.0
        for block in range(40):
            goal = float(random.uniform(0, 1))
            low, high = min(low, goal), max(high, goal)
            glide = float(random.choice([0.0, 0.001, 0.02, 0.5]))
            frame = block * 500 + int(random.integers(500))
            for moment in performer.moments(block * 500, 500, [(frame, Change("morph", goal, glide))]):
                assert low - 1e-9 <= moment.morph <= high + 1e-9


def test_tracks_beside_a_performance_are_what_they_are_alone(space):
    track = Track("morph", np.array([0.0, 0.2, 0.2, 0.5]), (0.0, 1.0, 0.3, 0.0))
    alone = rendered(space, Automation([track]))
    assert np.array_equal(rendered(space, performance(space, [], [track])), alone)


def test_where_the_stream_ends_the_controls_are_where_they_were_left(space):
    renderer = Renderer(space, RATE, 2, START)
    renderer.process(noise(30_000), automation=performance(space, CHANGES))
    assert renderer.controls == Controls("airy", to="deep", morph=1.0, intensity=1.5, output_db=-3.0)


# ------------------------------------------------------------------------------------------------------- MIDI files


def save(path, messages, ticks=480):
    midi = mido.MidiFile(type=0, ticks_per_beat=ticks)
    midi.tracks.append(mido.MidiTrack(messages))
    midi.save(path)
    return str(path)


def test_a_midi_file_moves_the_map_s_control_at_its_time_with_tempo_changes(space, tmp_path):
    cc = mido.Message("control_change", control=21, value=127, time=480)
    path = save(tmp_path / "p.mid", [mido.MetaMessage("set_tempo", tempo=250_000), cc])
    plan = MovePlan.read([path], read_maps(["21=morph:0ms"]), START)
    by_midi = rendered(space, plan.movement(space, RATE))
    track = Track("morph", np.array([0.0, 0.25]), (0.0, 1.0), "hold")
    assert np.array_equal(by_midi, rendered(space, Automation([track])))


def test_a_take_brings_its_map_and_its_start_and_changes_by_hand(space, tmp_path):
    start = START.changed(intensity=0.5)
    change = Change("bypass", True, 0.0)
    write_take(
        tmp_path / "take.mid", RATE, [(100, b"\xb0\x15\x40"), (777, set_text(change))], take_text(start, ["21=morph"])
    )
    plan = MovePlan.read([str(tmp_path / "take.mid")], None, None)
    assert plan.controls == start
    expected = performance(space, [(100, Change("morph", 64 / 127, 0.04)), (777, change)], controls=start)
    assert np.array_equal(
        rendered(space, plan.movement(space, RATE), controls=start), rendered(space, expected, controls=start)
    )


def test_the_words_of_a_plan_are_those_it_may_ask_for(tmp_path):
    (tmp_path / "w.csv").write_text("seconds,to\n0,airy\n1,thin\n")
    path = save(tmp_path / "p.mid", [mido.Message("program_change", program=1)])
    plan = MovePlan.read([path, str(tmp_path / "w.csv")], read_maps(["pc=semantic{warm,deep}"]), START)
    assert set(plan.words) == {"warm", "deep", "airy", "thin"}


def test_bad_requests_are_one_sentence(tmp_path):
    path = save(tmp_path / "p.mid", [mido.Message("control_change", control=21, time=960 * 10)])
    curve = tmp_path / "c.csv"
    curve.write_text("0,0\n1,1\n")
    for specs, midi_map, controls, kind, complaint in (
        ([path], None, START, MapError, "with --map"),
        ([path, path], read_maps(["21=morph"]), START, ControlError, "one MIDI file"),
        ([f"morph={curve}", f"morph={curve}:hold"], None, START, ControlError, "same control"),
        ([f"wobble={curve}"], None, START, ControlError, "no control 'wobble'"),
        ([f"morph={curve}"], None, None, ControlError, "--semantic"),
        ([str(tmp_path / "none.csv")], None, START, ControlError, "No such file"),
    ):
        with pytest.raises(kind) as caught:
            MovePlan.read(specs, midi_map, controls)
        assert complaint in str(caught.value)
        assert "\n" not in str(caught.value)


def test_automation_past_the_end_is_refused_or_told(tmp_path):
    (tmp_path / "c.csv").write_text("5,0\n6,1\n")
    plan = MovePlan.read([f"morph={tmp_path / 'c.csv'}"], None, START)
    assert plan.check_length(7.0, "a.wav") == ""
    assert "1 of 2 automation points" in plan.check_length(5.5, "a.wav")
    with pytest.raises(ControlError, match=r"begins at 5\.00 s, past its end"):
        plan.check_length(5.0, "a.wav")


def test_a_damaged_take_is_one_sentence(tmp_path):
    for text in ("take {", 'take {"controls": {"semantic": 3}, "map": []}', 'take {"controls": {"semantic": "warm"}}'):
        write_take(tmp_path / "t.mid", RATE, [], text)
        with pytest.raises(ControlError):
            MovePlan.read([str(tmp_path / "t.mid")], read_maps(["21=morph"]), START)


def test_translated_messages_keep_their_frames():
    translator = Translator(read_maps(["21=morph"]), START)
    timed = list(
        translated(translator, [(0.5, b"\xb0\x15\x7f"), (0.75, b"\xb0\x16\x7f"), (1.0, b"\xb0\x15\x00")], RATE)
    )
    assert [(t.frame, t.changes[0].value) for t in timed] == [(24_000, 1.0), (48_000, 0.0)]
    assert json.loads(set_text(timed[0].changes[0])[4:])["control"] == "morph"
