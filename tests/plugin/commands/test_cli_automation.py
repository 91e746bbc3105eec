"""`semeq process --automate` and `semeq midi`, as a user runs them."""

import socket
import subprocess
import sys
import time

import mido
import numpy as np
import pytest
import soundfile

from semeq.plugin import SemanticEQ
from semeq.plugin.midi import load_map, parse_mapping

pytestmark = pytest.mark.slow

RATE = 44_100
MAIN = "from semeq.plugin.cli import main; main()"


def semeq(*arguments, timeout=120):
    command = [sys.executable, "-c", MAIN, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout)


@pytest.fixture
def song(tmp_path, random):
    audio = random.uniform(-0.2, 0.2, (2 * RATE, 2)).astype(np.float32)
    soundfile.write(tmp_path / "song.wav", audio, RATE, subtype="FLOAT")
    return tmp_path / "song.wav"


def rendered(tmp_path):
    return soundfile.read(tmp_path / "out" / "song.wav", dtype="float32")[0].T


def test_a_curve_renders_as_the_same_points_in_python(song, tmp_path):
    (tmp_path / "curve.csv").write_text("seconds,value\n0.2,0\n1.0,1\n1.5,0.25\n")
    done = semeq(
        "process",
        song,
        "-s",
        "warm",
        "--to",
        "bright",
        "--automate",
        f"morph={tmp_path / 'curve.csv'}",
        "--out",
        tmp_path / "out",
    )
    assert done.returncode == 0, done.stderr
    audio = soundfile.read(song, dtype="float32")[0].T
    points = [(0.2, 0.0), (1.0, 1.0), (1.5, 0.25)]
    expected = SemanticEQ("warm", to="bright")(np.ascontiguousarray(audio), RATE, automation={"morph": points})
    assert np.array_equal(rendered(tmp_path), expected)


def test_a_midi_file_with_a_map_file_renders_at_its_time(song, tmp_path):
    (tmp_path / "map.toml").write_text("format = 1\n[[map]]\ncc = 21\ncontrol = 'morph'\nsmoothing_ms = 0\n")
    midi = mido.MidiFile(type=0, ticks_per_beat=500)  # at 120 beats a minute: a tick is a millisecond
    midi.tracks.append(mido.MidiTrack([mido.Message("control_change", control=21, value=127, time=1000)]))
    midi.save(tmp_path / "p.mid")
    done = semeq(
        "process",
        song,
        "-s",
        "warm",
        "--to",
        "bright",
        "--automate",
        tmp_path / "p.mid",
        "--map",
        tmp_path / "map.toml",
        "--out",
        tmp_path / "out",
    )
    assert done.returncode == 0, done.stderr
    audio = np.ascontiguousarray(soundfile.read(song, dtype="float32")[0].T)
    still = SemanticEQ("warm")(audio, RATE)
    differs = np.abs(rendered(tmp_path) - still).max(axis=0) > 0
    assert RATE <= np.argmax(differs) <= RATE + 1


@pytest.mark.parametrize(
    ("files", "arguments", "status", "complaint"),
    [
        ({"c.csv": ""}, ["--automate", "morph={}/c.csv"], 2, "it is empty"),
        ({"c.csv": "0,0\n1,2\n"}, ["--automate", "morph={}/c.csv"], 2, "line 2: morph is 2, outside 0 to 1"),
        ({"c.csv": "5,0\n6,1\n"}, ["--automate", "morph={}/c.csv"], 1, "past its end"),
        ({"c.csv": "0,warm\n1,brihgt\n"}, ["--automate", "semantic={}/c.csv"], 2, "bright"),
        ({}, ["--automate", "morph={}/none.csv"], 2, "No such file"),
        ({}, ["--automate", "{}/none.mid"], 1, "No such file"),
        ({"x.mid": "MThd"}, ["--automate", "{}/x.mid", "--map", "21=morph"], 1, "x.mid"),
        ({}, ["--map", "21=wobble"], 2, "no control 'wobble'"),
        ({}, ["--map", "21=morph", "--map", "ch3:21=intensity"], 2, "same message"),
    ],
)
def test_what_cannot_be_automated_is_one_line(song, tmp_path, files, arguments, status, complaint):
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    arguments = [argument.replace("{}", str(tmp_path)) for argument in arguments]
    done = semeq("process", song, "-s", "warm", "--to", "bright", *arguments, "--out", tmp_path / "out")
    assert done.returncode == status, done.stderr
    assert complaint in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not list(tmp_path.glob("out/*"))


def test_points_past_the_end_are_told_and_the_rest_is_done(song, tmp_path):
    (tmp_path / "c.csv").write_text("0,0\n1,1\n9,0\n")
    done = semeq(
        "process",
        song,
        "-s",
        "warm",
        "--to",
        "bright",
        "--automate",
        f"morph={tmp_path / 'c.csv'}",
        "--out",
        tmp_path / "out",
    )
    assert done.returncode == 0
    assert "1 of 3 automation points lie past its end" in done.stderr


def test_type_2_is_refused(song, tmp_path):
    midi = mido.MidiFile(type=2)
    midi.tracks += [mido.MidiTrack([mido.Message("program_change")]) for _ in range(2)]
    midi.save(tmp_path / "two.mid")
    done = semeq(
        "process",
        song,
        "-s",
        "warm",
        "--automate",
        tmp_path / "two.mid",
        "--map",
        "21=morph",
        "--out",
        tmp_path / "out",
    )
    assert done.returncode == 1
    assert "type 2" in done.stderr


def peak_memory_kb(*arguments):
    """Peak memory of a render in a process of its own."""
    code = (
        "import atexit, resource; from semeq.plugin.cli import main;"
        "atexit.register(lambda: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)); main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout.split()[-1])


def test_long_performances_take_no_more_memory_than_short_ones(tmp_path):
    """Ten times the audio, and ten times the movement, through MIDI and a curve at once."""
    peaks = []
    for seconds in (20, 200):
        midi = mido.MidiFile(type=0, ticks_per_beat=500)
        messages = [mido.Message("control_change", control=21, value=i % 128, time=100) for i in range(seconds * 10)]
        midi.tracks.append(mido.MidiTrack(messages))
        midi.save(tmp_path / f"{seconds}.mid")
        (tmp_path / f"{seconds}.csv").write_text("\n".join(f"{i},{i % 3 / 2}" for i in range(seconds)))
        soundfile.write(
            tmp_path / f"{seconds}.wav", np.zeros((seconds * 22_050, 1), np.float32), 22_050, subtype="PCM_16"
        )
        arguments = [
            "process",
            tmp_path / f"{seconds}.wav",
            "-s",
            "warm",
            "--to",
            "bright",
            "--map",
            "21=morph",
            "--out",
            tmp_path / "out",
        ]
        peaks.append(
            peak_memory_kb(
                *arguments,
                "--automate",
                tmp_path / f"{seconds}.mid",
                "--automate",
                f"intensity={tmp_path / f'{seconds}.csv'}",
            )
        )
    assert peaks[1] - peaks[0] <= 12_000


# ----------------------------------------------------------------------------------------------------- semeq midi


def test_check_shows_a_map_and_refuses_unknown_words(tmp_path):
    done = semeq("midi", "check", "nanokontrol2")
    assert done.returncode == 0, done.stderr
    assert "nanoKONTROL2" in done.stdout
    assert "pickup" in done.stdout
    for text, complaint in (("pc=semantic{warm,brihgt}", "bright"), ("21=wobble", "no control"), ("korg", "no map")):
        done = semeq("midi", "check", text)
        assert done.returncode == 2
        assert complaint in done.stderr
        assert "Traceback" not in done.stderr


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def listening(*arguments):
    """A command that listens on a socket, once it does."""
    port = free_port()
    command = [sys.executable, "-c", MAIN, "midi", *map(str, arguments), "--midi", f"tcp:127.0.0.1:{port}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert "listening" in process.stderr.readline()
    return process, socket.create_connection(("127.0.0.1", port))


def test_monitor_prints_messages_and_what_a_map_makes_of_them():
    process, sender = listening("monitor", "--map", "21=morph", "--seconds", "3")
    with sender:
        sender.sendall(bytes((0xB0, 21, 127, 22, 1, 0xF8, 0x90, 60, 1)))  # running status, a clock in between
        out, _ = process.communicate(timeout=30)
    lines = out.splitlines()
    assert len(lines) == 3
    assert "control=21 value=127" in lines[0]
    assert "morph → 1.000" in lines[0]
    assert "→" not in lines[1]
    assert process.returncode == 0


def test_learn_writes_a_map_of_the_knobs_that_were_turned(tmp_path):
    path = tmp_path / "mine.toml"
    process, sender = listening("learn", "morph", "bypass", "semantic", "--words", "warm,airy", "--out", path)
    with sender:
        assert "morph" in process.stderr.readline()
        for value in range(0, 120, 5):
            sender.sendall(bytes((0xB0, 21, value)))
        assert "21=morph" in process.stderr.readline()
        assert "bypass" in process.stderr.readline()
        sender.sendall(bytes((0xB0, 21, 3)))  # the first knob trembles on
        time.sleep(0.3)
        sender.sendall(bytes((0x90, 60, 1, 60, 0)))
        assert "note60=bypass" in process.stderr.readline()
        assert "semantic" in process.stderr.readline()
        sender.sendall(bytes((0xC0, 3)))
        assert process.wait(20) == 0
    assert [*load_map(path)] == [
        parse_mapping(text) for text in ("ch1:21=morph", "ch1:note60=bypass", "ch1:pc=semantic{warm,airy}")
    ]
    process.stdout.close()
    process.stderr.close()


def test_without_a_port_it_says_what_there_is():
    done = semeq("midi", "monitor", "--midi", "jack:nothing")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert semeq("midi", "learn", "wobble", "--midi", "tcp:127.0.0.1:9").returncode == 2
