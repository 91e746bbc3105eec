"""The input that a take was played on, recorded without an audio system."""

import threading

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from semeq.plugin import Controls, WordSpace
from semeq.plugin.cli import semeq as semeq_command
from semeq.plugin.live import LiveError, LiveProcessor
from semeq.plugin.live.audio.native_stream import NativeStream
from semeq.plugin.live.take import RECORDED_TAP_S, InputRecording, Take
from semeq.plugin.live.tap import Tap
from semeq.plugin.midi import Change, read_maps

from .playing import BLOCK, RATE, cc, noise, play


def put(tap, audio):
    """What the callback does with a block."""
    at = (tap.position + np.arange(audio.shape[1])) % tap.ring.shape[2]
    tap.ring[0][:, at] = audio
    tap.written[0] += audio.shape[1]


def test_a_take_rendered_on_its_recorded_input_is_what_was_heard(tmp_path):
    controls, midi_map = Controls("warm", to="bright", intensity=1.5), read_maps(("21=morph", "22=output_db[-12..6]"))
    live = LiveProcessor(WordSpace.open(), controls, midi_map, RATE, 2, BLOCK, True, RECORDED_TAP_S)
    take = Take(tmp_path / "take.mid", controls, midi_map, RATE)
    recording = InputRecording(tmp_path / "in.wav", live.tap, RATE)
    recording.start()
    stream, audio = NativeStream(live, BLOCK), noise(300 * BLOCK)
    heard = [play(stream, audio[:, : 100 * BLOCK], [(f, cc(f % 128, 21)) for f in range(50, 90 * BLOCK, 70)])]
    live.request(Change("bypass", True, 0.0))
    heard.append(play(stream, audio[:, 100 * BLOCK : 200 * BLOCK]))
    live.request([Change("bypass", False, 0.0), Change("semantic", "bright", 0.0), Change("to", "warm", 0.0)])
    live.morphs.take_in("bright", "warm", WordSpace.open())
    heard.append(play(stream, audio[:, 200 * BLOCK :], [(f, cc(f % 128, 22)) for f in range(0, 90 * BLOCK, 99)]))
    recording.stop()
    take.collect(live.taken)
    take.write()
    assert recording.trouble == ""
    assert np.array_equal(soundfile.read(tmp_path / "in.wav", dtype="float32")[0].T, audio)
    arguments = [str(tmp_path / "in.wav"), "--automate", str(tmp_path / "take.mid"), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(semeq_command, ["process", *arguments])
    assert done.exit_code == 0, done.output
    assert np.array_equal(soundfile.read(tmp_path / "out" / "in.wav", dtype="float32")[0].T, np.hstack(heard))


@pytest.mark.parametrize("suffix", [".wav", ".w64", ".rf64", ".caf"])
def test_every_container_holds_the_same(tmp_path, suffix):
    tap, audio = Tap(3, 8192), noise(3000, 3)
    recording = InputRecording(tmp_path / f"in{suffix}", tap, 44_100)
    recording.start()
    put(tap, audio)
    recording.stop()
    found, rate = soundfile.read(tmp_path / f"in{suffix}", dtype="float32")
    assert rate == 44_100
    assert np.array_equal(found.T, audio)
    assert not any(thread.name == "semeq-recording" for thread in threading.enumerate())


def test_what_the_disk_was_too_slow_for_is_silence_and_the_rest_in_its_place(tmp_path, monkeypatch):
    monkeypatch.setattr("semeq.plugin.live.take._COLLECT_EVERY_S", 100.0)
    tap, audio = Tap(1, 8192), noise(12_000, 1)
    recording = InputRecording(tmp_path / "in.wav", tap, RATE)
    recording.start()
    for i in range(0, 12_000, 1000):
        put(tap, audio[:, i : i + 1000])
    recording.stop()
    found = soundfile.read(tmp_path / "in.wav", dtype="float32")[0]
    kept = 8192 // 2
    assert len(found) == 12_000
    assert np.array_equal(found[-kept:], audio[0, -kept:])
    assert not found[:-kept].any()
    assert recording.trouble == "the disk is slow: 0.2 s of the recorded input are silence"


def test_a_full_wav_file_stops_the_recording_and_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("semeq.plugin.live.take._MOST_WAV_BYTES", 4 * 1500)
    tap, audio = Tap(1, 8192), noise(3000, 1)
    recording = InputRecording(tmp_path / "in.wav", tap, RATE)
    recording.start()
    for i in range(0, 3000, 1000):
        put(tap, audio[:, i : i + 1000])
        recording.collect()
    recording.stop()
    assert "stopped at 4 GiB; name it .w64" in recording.trouble
    assert np.array_equal(soundfile.read(tmp_path / "in.wav", dtype="float32")[0], audio[0, :1500])


def test_a_disk_that_fails_stops_the_recording_and_keeps_what_there_is(tmp_path):
    tap, audio = Tap(1, 8192), noise(2000, 1)
    recording = InputRecording(tmp_path / "in.wav", tap, RATE)
    recording.start()
    put(tap, audio[:, :1000])
    recording.collect()
    recording._file.write = failing = Failing()
    put(tap, audio[:, 1000:])
    recording.stop()
    assert failing.asked
    assert "recording the input stopped (No space left on device)" in recording.trouble
    assert np.array_equal(soundfile.read(tmp_path / "in.wav", dtype="float32")[0], audio[0, :1000])


class Failing:
    asked = False

    def __call__(self, _audio):
        self.asked = True
        raise OSError("No space left on device")


@pytest.mark.parametrize(("name", "complaint"), [("in.mp3", "recorded as .wav"), ("there.wav", "exists already")])
def test_what_cannot_be_recorded_is_refused_before_anyone_plays(tmp_path, name, complaint):
    (tmp_path / "there.wav").write_bytes(b"mine")
    with pytest.raises(LiveError, match=complaint):
        InputRecording(tmp_path / name, Tap(1, 8192), RATE).start()
    assert (tmp_path / "there.wav").read_bytes() == b"mine"
    assert [*tmp_path.iterdir()] == [tmp_path / "there.wav"]
