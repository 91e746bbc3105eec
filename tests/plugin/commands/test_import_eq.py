"""`semeq import-eq`: bands, error and words of an EQ text; hostile files are one line."""

import json
import os

import pytest
from click.testing import CliRunner

from semeq.eq import PARAMETER_NAMES, curve_error
from semeq.eq.formats import write_apo
from semeq.plugin.commands.import_eq import command
from semeq.words.space import WordSpace


def import_eq(*arguments):
    return CliRunner().invoke(command, [str(a) for a in arguments])


@pytest.mark.parametrize("word", ["warm", "bright", "airy"])
def test_a_words_own_text_names_the_word(word, tmp_path):
    params = WordSpace.open().params(word, None, 0, 1)
    (tmp_path / "eq.txt").write_text(write_apo(params, -4.5))
    done = import_eq(tmp_path / "eq.txt", "--json")
    assert done.exit_code == 0, done.output
    table = json.loads(done.output)
    assert table["words"][0]["word"] == word
    assert table["words"][0]["correlation"] == pytest.approx(1, abs=1e-3)
    assert table["preamp_db"] == -4.5
    assert curve_error([table["setting"][name] for name in PARAMETER_NAMES], params) < 0.02


def test_people_get_bands_error_words_and_notes(tmp_path):
    (tmp_path / "eq.txt").write_text(
        "Filter 1: ON PK Fc 100 Hz Gain 3 dB Q 1\nFilter 2: ON HP Fc 20 Hz\n", encoding="utf-16"
    )
    done = import_eq(tmp_path / "eq.txt")
    assert done.exit_code == 0, done.output
    for expected in ("low shelf", "1 filter in five bands: error 0.00 dB", "sounds most like:", "type HP is left out"):
        assert expected in done.output


def test_a_flat_eq_sounds_like_no_word(tmp_path):
    (tmp_path / "eq.txt").write_text("Filter 1: ON PK Fc 100 Hz Gain 0 dB Q 1\n")
    assert json.loads(import_eq(tmp_path / "eq.txt", "--json").output)["words"] == []


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 1000, os.urandom(5000), b"\xff\xfe\x00", b"RIFF" + bytes(range(256)), b"Filter 1: ON PK"]
)
def test_hostile_files_are_one_line(content, tmp_path):
    (tmp_path / "eq.txt").write_bytes(content)
    done = import_eq(tmp_path / "eq.txt")
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
    assert len(done.output.strip().splitlines()) == 1


def test_a_file_without_end_is_refused():
    done = import_eq("/dev/zero")
    assert done.exit_code in (1, 2)
    assert "Traceback" not in done.output
