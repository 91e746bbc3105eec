"""The examples run as their first lines say, and do what they claim."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from semeq.eq import magnitude_db
from semeq.plugin import WordSpace

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
RATE = 44_100


@pytest.fixture
def song(tmp_path, random):
    soundfile.write(tmp_path / "song.wav", random.uniform(-0.1, 0.1, (6 * RATE, 2)), RATE)
    return tmp_path / "song.wav"


def run(name, *arguments):
    command = [sys.executable, str(EXAMPLES / name), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert len((EXAMPLES / name).read_text().splitlines()) < 40


def measured_db(before, after, freqs):
    """Response between two stretches of noise, averaged over third-octaves around each frequency."""
    powers = [np.abs(np.fft.rfft(x[:, 0])) ** 2 for x in (before, after)]
    grid = np.fft.rfftfreq(len(before), 1 / RATE)
    bands = [(grid > f / 2 ** (1 / 6)) & (grid < f * 2 ** (1 / 6)) for f in freqs]
    return np.array([10 * np.log10(powers[1][band].sum() / powers[0][band].sum()) for band in bands])


def test_midi_knob_morph_sweeps_a_file_from_warm_to_bright(song, tmp_path):
    run("midi_knob_morph.py", song, tmp_path / "swept.wav")
    before, after = soundfile.read(song)[0], soundfile.read(tmp_path / "swept.wav")[0]
    assert before.shape == after.shape
    freqs, space = np.array([100.0, 1000.0, 10_000.0]), WordSpace.open()
    for word, part in (("warm", slice(0, RATE // 8)), ("bright", slice(-RATE // 8, None))):
        expected = magnitude_db(space.params(word, None, 0.0, 1.0), freqs, RATE)
        assert measured_db(before[part], after[part], freqs) == pytest.approx(expected, abs=1.0)


def test_pedalboard_chain_warms_and_limits(song, tmp_path):
    run("pedalboard_chain.py", song, tmp_path / "warmer.wav")
    before, after = soundfile.read(song)[0], soundfile.read(tmp_path / "warmer.wav")[0]
    assert before.shape == after.shape
    lift = measured_db(before, after, np.array([120.0, 8000.0]))
    assert lift[0] - lift[1] > 2.0
