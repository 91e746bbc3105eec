"""`semeq analyze`: it names a complaint made on purpose, and prints a command that runs."""

import json
import re
import shlex

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from semeq.plugin import SemanticEQ
from semeq.plugin.cli import semeq as group

RATE = 44_100


@pytest.fixture
def boxy(tmp_path):
    """Noise with a spectrum as music has, through *boxy*."""
    spectrum = np.fft.rfft(np.random.default_rng(4).standard_normal(6 * RATE))
    freqs = np.fft.rfftfreq(6 * RATE, 1 / RATE)
    audio = np.fft.irfft(spectrum * np.maximum(freqs, 40.0) ** -0.75)
    audio = (0.1 * audio / np.abs(audio).max())[None].astype(np.float32)
    path = tmp_path / "boxy mix.wav"
    soundfile.write(path, SemanticEQ("boxy", intensity=2.0)(audio, RATE).T, RATE, subtype="FLOAT")
    return path


def semeq(*arguments):
    done = CliRunner().invoke(group, [str(a) for a in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_complaint_leads_and_the_command_mends_it(boxy, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = semeq("analyze", boxy.name)
    assert re.search(r"\ncomplaint .*\nboxy ", said), said
    line = next(line for line in said.splitlines() if line.startswith("  semeq process"))
    assert "less boxy" in line
    semeq(*shlex.split(line)[1:])
    before, after = (json.loads(semeq("analyze", path, "--json")) for path in (boxy, tmp_path / "mended" / boxy.name))
    evidence = [
        next(c["evidence"] for c in next(iter(table.values()))["complaints"] if c["word"] == "boxy")
        for table in (before, after)
    ]
    assert evidence[0] > 0
    assert evidence[1] < evidence[0] - 0.5


def test_a_table_of_several_files_names_remedies(boxy, tmp_path):
    (tmp_path / "two.wav").write_bytes(boxy.read_bytes())
    said = semeq("analyze", tmp_path)
    assert said.count("less boxy") == 2


def test_all_words_are_ranked_on_demand(boxy):
    said = semeq("analyze", boxy, "--all-words", "--top", "3")
    assert "complaint" not in said
    assert len([line for line in said.splitlines() if re.search(r" [+-]\d\.\d\d ", line)]) == 5  # and warm and bright
