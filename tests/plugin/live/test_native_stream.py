"""The C++ callback and the thread that feeds it: each message a block after its frame, and never waiting."""

import shutil
import subprocess
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import semeq.eq
from semeq.eq import Engine
from semeq.plugin import Controls, WordSpace
from semeq.plugin.live import LiveProcessor
from semeq.plugin.live.audio._callback import MOST_FRAMES, Callback, copy, load, replace
from semeq.plugin.live.audio.native_stream import NativeStream
from semeq.plugin.midi import Change, MidiMap, read_maps

from .playing import BLOCK, RATE, noise, play

pytestmark = pytest.mark.slow

MAPS = ("21=morph", "22=intensity:0ms", "pc=semantic{warm,airy,deep}", "note60=bypass", "23=output_db[-12..6]")


@pytest.fixture(scope="module")
def space():
    return WordSpace.open()


def processor(space, channels=2, record=False):
    return LiveProcessor(space, Controls("warm", to="bright"), read_maps(MAPS), RATE, channels, BLOCK, record)


def performance(random, frames, count):
    makes = [lambda v, n=n: bytes((0xB0, n, v)) for n in (21, 22, 23)]
    makes += [lambda v: bytes((0xC0, v % 3)), lambda v: bytes((0x90, 60, v))]
    at = np.sort(random.integers(0, frames, count))
    return [(int(f), makes[int(random.integers(len(makes)))](int(random.integers(128)))) for f in at]


def rendered(live, audio, messages):
    """The control side and an engine in turn, in one thread, every message at its own frame."""
    engine, out = Engine(RATE, len(audio)), np.empty_like(audio)
    engine.jump(live.target)
    for i in range(0, audio.shape[1], BLOCK):
        part = slice(i, i + BLOCK)
        due = [(frame, message) for frame, message in messages if i <= frame < i + BLOCK]
        engine.process(audio[:, part], out[:, part], live.control(i, BLOCK, due))
    return out


@pytest.mark.parametrize("channels", [1, 2, 5])
def test_every_message_is_heard_one_block_after_its_frame(space, random, channels):
    audio, messages = noise(40 * BLOCK, channels), performance(random, 38 * BLOCK, 120)
    plain = processor(space, channels)
    wanted = rendered(plain, audio, [(frame + BLOCK, message) for frame, message in messages])
    stream = NativeStream(processor(space, channels), BLOCK)
    assert np.array_equal(play(stream, audio, messages), wanted)
    assert stream.processor.times.late_targets == 0
    assert stream.processor.performer.values == plain.performer.values


@pytest.mark.parametrize("block", [32, 64, 100, 1000])
def test_shorter_blocks_than_the_delay_change_nothing(space, random, block):
    audio, messages = noise(16_000), performance(random, 14_000, 150)
    whole = play(NativeStream(processor(space), 1024), audio, messages, 1024)
    assert np.array_equal(play(NativeStream(processor(space), 1024), audio, messages, block), whole)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30])
def test_what_is_no_audio_is_taken_as_silence(space, bad):
    audio = noise(10 * BLOCK)
    audio[0, 300:310] = 0.0
    wanted = play(NativeStream(processor(space), BLOCK), audio)
    audio[0, 300:310] = bad
    assert np.array_equal(play(NativeStream(processor(space), BLOCK), audio), wanted)


def test_a_take_is_stamped_with_what_was_heard(space):
    stream = NativeStream(processor(space, record=True), BLOCK)
    audio = noise(4 * BLOCK)
    message = bytes((0xB0, 21, 64))
    play(stream, audio, [(BLOCK + 5, message)])
    assert list(stream.processor.taken) == [(2 * BLOCK + 5, message)]


def test_a_control_that_comes_late_is_played_at_once_and_counted(space):
    stream = NativeStream(processor(space), BLOCK)
    times = stream.processor.times
    audio, out = noise(20 * BLOCK), np.empty((2, 20 * BLOCK), np.float32)
    stream.callback.process(audio[:, :BLOCK], out[:, :BLOCK], [(0, bytes((0xB0, 22, 0)))])
    for i in range(1, 10):  # the control thread sleeps
        stream.callback.process(audio[:, i * BLOCK : (i + 1) * BLOCK], out[:, i * BLOCK : (i + 1) * BLOCK], [])
    stream.advance()
    for i in range(10, 20):
        stream.callback.process(audio[:, i * BLOCK : (i + 1) * BLOCK], out[:, i * BLOCK : (i + 1) * BLOCK], [])
    assert times.late_targets == 1
    assert times.callbacks == 20
    still = play(NativeStream(processor(space), BLOCK), audio)
    changed = np.flatnonzero(np.abs(out - still).max(axis=0) > 1e-6)[0]
    assert 10 * BLOCK <= changed <= 10 * BLOCK + 8


def test_requests_and_meters(space):
    live = processor(space)
    stream = NativeStream(live, BLOCK)
    audio = noise(64 * BLOCK)
    play(stream, audio[:, :BLOCK])
    live.request(Change("morph", 1.0, 0.0))
    out = play(stream, audio[:, BLOCK:])
    assert live.performer.values["morph"] == 1.0
    heard, position = live.tap.since(0, 1)
    assert position == audio.shape[1]
    assert np.array_equal(heard[:, -out.shape[1] :], out[:, -heard.shape[1] :])
    assert np.array_equal(live.tap.last(BLOCK, 0), audio[:, -BLOCK:])
    times = live.times
    assert times.callbacks == times.histogram.sum() == 64
    assert times.busy_ns >= times.longest_ns >= times.busy_ns / 64 > 0


def test_the_fade_takes_20_ms_and_stays_silent(space):
    live = LiveProcessor(space, Controls("warm", intensity=0.0), MidiMap(), RATE, 1, 64)
    stream, audio = NativeStream(live, 64), np.ones((1, 4096), np.float32)
    np.testing.assert_array_equal(play(stream, audio, block=64), audio)
    live.fade_out()
    fade = play(stream, audio, block=64)[0]
    assert live.silent
    assert np.flatnonzero(fade > 0)[-1] + 2 == pytest.approx(0.02 * RATE, abs=1)
    assert (np.diff(fade) <= 0).all()
    live.fade_out()  # again, by someone impatient
    assert not play(stream, audio).any()
    assert not live.tap.last(1000, 1).any()


def test_it_is_woken_by_midi_and_requests_and_otherwise_left_asleep(space):
    live = processor(space)
    stream = NativeStream(live, BLOCK)
    stream.start()
    try:
        audio, out = noise(BLOCK), np.empty((2, BLOCK), np.float32)
        for message, control in ((bytes((0xB0, 22, 127)), "intensity"), (bytes((0xC0, 1)), "semantic")):
            before = live.performer.values[control]
            stream.callback.process(audio, out, [(3, message)])
            end = time.monotonic() + 5
            while live.performer.values[control] == before:
                assert time.monotonic() < end
                time.sleep(0.001)
        live.request(Change("bypass", True, 0.0))
        end = time.monotonic() + 5
        while not live.performer.values["bypass"]:
            stream.callback.process(audio, out, [])
            assert time.monotonic() < end
            time.sleep(0.001)
    finally:
        stream.stop()
    assert not any(thread.name == "semeq-control" for thread in threading.enumerate())


def test_freewheeling_waits_for_the_control_side(space):
    """Where a server runs as fast as it can, a control must not be late just because Python is slower."""
    live = processor(space)
    stream = NativeStream(live, BLOCK)
    stream.callback.freewheel(True)
    stream.start()
    try:
        audio, messages = noise(200 * BLOCK), performance(np.random.default_rng(3), 190 * BLOCK, 400)
        out = np.empty_like(audio)
        for i in range(0, audio.shape[1], BLOCK):
            midi = [(f - i, m) for f, m in messages if i <= f < i + BLOCK]
            stream.callback.process(audio[:, i : i + BLOCK], out[:, i : i + BLOCK], midi)
    finally:
        stream.stop()
    assert live.times.late_targets == 0
    assert np.array_equal(out, play(NativeStream(processor(space), BLOCK), audio, messages))


def test_messages_that_nothing_can_be_mapped_to_are_left_out(space):
    live = processor(space)
    stream = NativeStream(live, BLOCK)
    play(stream, noise(BLOCK), [(0, bytes((0xF0, *range(100), 0xF7))), (1, bytes((0xFE,))), (2, bytes((0xB0, 21, 5)))])
    assert live.midi_messages == 2
    assert live.times.lost_messages == 0


def test_a_full_ring_loses_messages_and_says_so(space):
    live = processor(space)
    stream = NativeStream(live, BLOCK)
    audio, out = noise(BLOCK), np.empty((2, BLOCK), np.float32)
    for _ in range(50):
        stream.callback.process(audio, out, [(i, bytes((0xB0, 22, i))) for i in range(100)])
    assert live.times.lost_messages == 50 * 100 - 4096
    stream.advance()
    assert live.midi_messages == 4096


def test_a_failure_of_the_control_side_is_known_and_the_music_goes_on(space, monkeypatch):
    live = processor(space)
    stream = NativeStream(live, BLOCK)
    monkeypatch.setattr(live, "control", lambda *_: 1 / 0)
    stream.start()
    audio, out = noise(BLOCK), np.zeros((2, BLOCK), np.float32)
    end = time.monotonic() + 5
    while not live.failure:
        stream.callback.process(audio, out, [(0, bytes((0xB0, 21, 5)))])
        assert time.monotonic() < end
        time.sleep(0.001)
    assert "ZeroDivisionError" in live.failure
    stream.callback.process(audio, out, [])
    assert np.abs(out).max() > 0.05
    stream.stop()


def test_arrays_of_other_shapes_are_refused(space):
    live = processor(space)
    times, tap = live.times, live.tap
    arrays = [RATE, tap.ring, tap.written, times.histogram, times.counts, live.faded, live.fade]
    Callback(*arrays)
    wrongs = ((1, np.zeros((2, 2, 1000), np.float32)), (3, np.zeros(0, np.uint64)), (4, np.zeros(3, np.int64)))
    for place, wrong in wrongs:
        with pytest.raises(ValueError, match=r"shared arrays|power of two"):
            Callback(*arrays[:place], wrong, *arrays[place + 1 :])
    stream = NativeStream(live, BLOCK)
    with pytest.raises(ValueError, match="8192 frames"):
        stream.callback.process(noise(MOST_FRAMES + 1), noise(MOST_FRAMES + 1), [])
    with pytest.raises(ValueError, match="13"):
        stream.callback.post(np.zeros(2, np.int64), np.zeros((2, 12)), np.zeros(2))
    with pytest.raises(ValueError, match="null"):
        stream.callback.jack(0, 0, 0, 0, [1, 1], [1, 1])


def test_shared_numbers_are_read_and_set_as_they_stand():
    numbers, one, histogram = np.arange(3) * 2**40, np.array([-1]), np.arange(5, dtype=np.uint64)
    assert [load(numbers, i) for i in range(3)] == [0, 2**40, 2**41]
    assert (replace(one, -1, 0), replace(one, -1, 7), one[0]) == (True, False, 0)
    to = np.zeros(5, np.uint64)
    copy(histogram, to)
    assert np.array_equal(to, histogram)
    with pytest.raises(IndexError):
        load(numbers, 3)
    with pytest.raises(ValueError, match="lengths"):
        copy(histogram, to[:4].copy())
    with pytest.raises(ValueError, match="one number"):
        replace(numbers, 0, 1)


@pytest.mark.parametrize("sanitizer", ["thread", "address,undefined"])
def test_no_race_and_no_allocation(tmp_path, sanitizer):
    """Both threads at once under a sanitizer; whatever allocates or frees in the callback ends the program."""
    compiler = shutil.which("g++") or shutil.which("clang++")
    if compiler is None:
        pytest.skip("needs a C++ compiler")
    root = Path(__file__).parents[3]
    program = tmp_path / "race"
    includes = [f"-I{root / 'plugin' / 'live' / 'audio'}", f"-I{semeq.eq.CPP_FOLDER}"]
    source = Path(__file__).with_name("callback_race.cpp")
    flags = ["-std=c++17", "-O1", "-g", f"-fsanitize={sanitizer}", "-DSEMEQ_BASELINE_ONLY"]
    command = [compiler, *flags, *includes, source, "-o", program]
    built = subprocess.run([*command, "-pthread"], capture_output=True, text=True, check=False)
    if "cannot find" in built.stderr:
        pytest.skip(f"the compiler has no {sanitizer} sanitizer")
    assert built.returncode == 0, built.stderr
    done = subprocess.run([program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "heard" in done.stdout
