"""The command `semeq`, as a user runs it: results, statuses, and one-line errors."""

import json
import subprocess
import sys

import numpy as np
import pytest
import soundfile

pytestmark = pytest.mark.slow

RATE = 44_100


def semeq(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-c", "from semeq.plugin.cli import main; main()", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=120,
    )


@pytest.fixture
def stems(tmp_path):
    random = np.random.default_rng(0)
    for name in ("drums", "bass"):
        soundfile.write(tmp_path / f"{name}.wav", random.uniform(-0.2, 0.2, (RATE, 2)), RATE, subtype="PCM_24")
    return tmp_path


def test_process_writes_every_stem_in_its_format(stems):
    done = semeq(
        "process",
        stems / "drums.wav",
        stems / "bass.wav",
        "--semantic",
        "warm",
        "--to",
        "bright",
        "--morph",
        0.3,
        "--out",
        stems / "mixed",
    )
    assert done.returncode == 0, done.stderr
    for name in ("drums", "bass"):
        assert soundfile.info(stems / "mixed" / f"{name}.wav").subtype == "PCM_24"
        assert name in done.stdout


def test_one_bad_file_does_not_stop_the_others(stems):
    (stems / "bad.wav").write_text("nonsense")
    done = semeq("process", stems / "bad.wav", stems / "bass.wav", "-s", "warm", "--out", stems / "mixed")
    assert done.returncode == 1
    assert "bad.wav: is not audio" in done.stderr
    assert [p.name for p in (stems / "mixed").iterdir()] == ["bass.wav"]


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["process", "{}/bass.wav", "-s", "wram"], 2, "warm"),
        (["process", "{}/bass.wav", "-s", "warm", "--morph", "1.5"], 2, "morph is 1.5, outside 0 to 1"),
        (["process", "{}/bass.wav"], 2, "--semantic"),
        (["process", "{}/none.wav", "-s", "warm"], 1, "there is no such file"),
        (["process", "{}/bass.wav", "{}/./bass.wav", "-s", "warm"], 2, "would both become bass.wav"),
        (["process", "{}/bass.wav", "-s", "warm", "--model", "{}/no-model"], 1, "no-model"),
        (["process", "{}/bass.wav", "-s", "warm", "--out", "{}"], 1, "never overwritten"),
        (["process", "{}/bass.wav", "-s", "warm", "--out", "{}/bass.wav"], 2, "is a file"),
        (["show", "brihgt"], 2, "bright"),
        (["sing"], 2, "No such command"),
    ],
)
def test_errors_are_one_line_with_a_status(stems, arguments, status, says):
    done = semeq(*(a.replace("{}", str(stems)) for a in arguments), cwd=stems)
    assert done.returncode == status
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(p.name for p in stems.iterdir()) in (
        ["bass.wav", "drums.wav"],
        ["bass.wav", "drums.wav", "semeq-out"],
    )
    assert not list(stems.glob("semeq-out/*"))


def test_words_as_json():
    rows = json.loads(semeq("words", "--json").stdout)
    by_name = {row["word"]: row for row in rows}
    assert by_name["warm"]["tilt_db"] < 0 < by_name["bright"]["tilt_db"]
    assert {row["word"] for row in rows if row["strength_db"] < 0.1} <= {"flat", "neutral"}


def test_demo_writes_stems_mix_and_picture(tmp_path):
    done = semeq("demo", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    for folder in ("before", "after"):
        assert sorted(p.stem for p in (tmp_path / "out" / folder).iterdir()) == ["bass", "drums", "keys", "lead", "mix"]
    before, _ = soundfile.read(tmp_path / "out" / "before" / "mix.wav")
    after, _ = soundfile.read(tmp_path / "out" / "after" / "mix.wav")
    assert before.shape == after.shape

    def treble_over_bass(audio):
        power = np.abs(np.fft.rfft(audio.mean(axis=1))) ** 2
        freqs = np.fft.rfftfreq(len(audio), 1 / RATE)
        return 10 * np.log10(power[freqs > 4000].sum() / power[(freqs > 30) & (freqs < 250)].sum())

    third = len(before) // 3
    assert treble_over_bass(after[:third]) < treble_over_bass(before[:third]) - 1
    assert treble_over_bass(after[-third:]) > treble_over_bass(before[-third:]) + 1


@pytest.mark.parametrize("command", [[], ["process"], ["words"], ["show"], ["demo"]])
def test_every_command_explains_itself(command):
    done = semeq(*command, "--help")
    assert done.returncode == 0
    assert "Usage" in done.stdout
