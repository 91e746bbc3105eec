"""`semeq-export eq`: the texts are the effect's settings, morphs included; faults are one line."""

import subprocess
import sys

import numpy as np
import pytest

from semeq.eq import curve
from semeq.eq.formats import WRITERS, filters_curve, read_apo
from semeq.export.cli import main
from semeq.words.space import WordSpace


def export(*arguments):
    with pytest.raises(SystemExit) as done:
        main(["eq", *map(str, arguments)])
    return done.value.code


@pytest.mark.parametrize(
    ("to", "morph", "intensity"), [(None, 0, 1), ("bright", 0, 2), ("bright", 0.3, 0.7), ("bright", 1, 1)]
)
def test_the_text_is_the_effects_setting(to, morph, intensity, capsys):
    options = ["--to", to, "--morph", morph] if to else []
    assert export("warm", "--format", "apo", "--intensity", intensity, *options) == 0
    expected = WordSpace.open().params("warm", to, morph, intensity)
    written = filters_curve(read_apo(capsys.readouterr().out).filters)
    assert np.abs(written - curve(expected)).max() <= 0.02


def test_headroom_takes_the_peak_off(capsys):
    assert export("warm", "--format", "autoeq", "--output-db", 1) == 0
    read = read_apo(capsys.readouterr().out)
    assert -0.02 <= read.preamp_db - 1 + filters_curve(read.filters).max() <= 0.01


@pytest.mark.parametrize("form", WRITERS)
def test_one_file_a_word_into_a_folder(form, tmp_path):
    assert export("warm", "bright", "--format", form, "--out", tmp_path / "eq") == 0
    files = sorted((tmp_path / "eq").iterdir())
    assert [f.stem for f in files] == ["bright", "warm"]
    assert all(f.read_text() for f in files)


def test_one_word_into_a_file(tmp_path):
    assert export("warm", "--format", "jsfx", "--out", tmp_path / "new" / "warm.jsfx") == 0
    assert [f.name for f in (tmp_path / "new").iterdir()] == ["warm.jsfx"]


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["wram", "--format", "apo"], 2, "warm"),
        (["warm", "--to", "brihgt", "--format", "apo"], 2, "bright"),
        (["warm", "--morph", "0.5", "--format", "apo"], 2, "--morph needs --to"),
        (["warm", "--format", "mp3"], 2, "mp3"),
        (["warm", "--intensity", "nan", "--format", "apo"], 2, "intensity"),
        (["warm", "--format", "apo", "--bundle", "/nowhere"], 1, "neither a shipped model"),
        (["warm", "--format", "apo", "--out", "/dev/null/warm.txt"], 1, "/dev/null"),
    ],
)
def test_faults_are_one_line(arguments, status, message, capsys):
    assert export(*arguments) == status
    error = capsys.readouterr().err
    assert message in error
    assert len(error.strip().splitlines()) == 1


def test_it_runs_without_the_training_stack():
    code = (
        "import sys\n"
        "for name in ('torch', 'onnx', 'sklearn'): sys.modules[name] = None\n"
        "from semeq.export.cli import main\n"
        "sys.argv = ['semeq-export', 'eq', 'warm', '--format', 'sox']\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("bass ")
