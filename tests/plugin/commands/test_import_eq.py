"""`semeq import-eq`: bands, error and words of an EQ text; hostile files are one line."""

import json

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from semeq.eq import FLAT, PARAMETER_NAMES, REFERENCE_GRID_HZ, curve, curve_error
from semeq.eq.formats import WRITERS, write_apo
from semeq.plugin import SemanticEQ
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
        "Filter 1: ON PK Fc 100 Hz Gain 3 dB Q 1\nFilter 2: ON LPX Fc 20 Hz\n", encoding="utf-16"
    )
    done = import_eq(tmp_path / "eq.txt")
    assert done.exit_code == 0, done.output
    for expected in ("low shelf", "1 filter in five bands: error 0.00 dB", "sounds most like:", "type LPX is left out"):
        assert expected in done.output


def test_a_flat_eq_sounds_like_no_word(tmp_path):
    (tmp_path / "eq.txt").write_text("Filter 1: ON PK Fc 100 Hz Gain 0 dB Q 1\n")
    assert json.loads(import_eq(tmp_path / "eq.txt", "--json").output)["words"] == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 1000,
        np.random.default_rng(5).bytes(5000),
        b"\xff\xfe\x00",
        b"RIFF" + bytes(range(256)),
        b"Filter 1: ON PK",
    ],
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


@pytest.fixture
def stem(tmp_path):
    audio = np.random.default_rng(0).uniform(-0.1, 0.1, (20_000, 2))
    soundfile.write(tmp_path / "stem.wav", audio, 44_100, subtype="FLOAT")
    return tmp_path / "stem.wav"


@pytest.mark.parametrize("form", ["apo", "autoeq", "camilladsp", "easyeffects", "json"])
def test_stems_are_rendered_through_it(form, tmp_path, stem):
    params = WordSpace.open().params("warm", None, 0, 1)
    (tmp_path / "eq.txt").write_text(WRITERS[form](params, -2.0, ""))
    done = import_eq(tmp_path / "eq.txt", "--process", stem, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    wet, dry = (soundfile.read(path, dtype="float32")[0] for path in (tmp_path / "out" / "stem.wav", stem))
    np.testing.assert_allclose(wet, SemanticEQ("warm", output_db=-2.0)(dry, 44_100), atol=1e-4)
    again = import_eq(tmp_path / "eq.txt", "--process", stem, "--out", tmp_path / "out")
    assert (again.exit_code, "exists already" in again.output) == (1, True)
    assert import_eq(tmp_path / "eq.txt", "--process", stem, "--out", tmp_path / "out", "--overwrite").exit_code == 0


def test_channels_that_differ_are_refused_or_chosen(tmp_path):
    file = tmp_path / "eq.txt"
    bell = "Channel: {}\nFilter: ON PK Fc {} Hz Gain 3 dB Q 1\n"
    file.write_text(bell.format("L", 100) + bell.format("R", 200))
    refused = import_eq(file)
    assert (refused.exit_code, f"{file}: line 1:" in refused.output) == (1, True)
    done = import_eq(file, "--channel", "R", "--json")
    setting = json.loads(done.output)["setting"]
    assert [value for name, value in setting.items() if "freq" in name and abs(value - 200) < 0.01]


def test_a_graphic_eq_names_its_word(tmp_path):
    points = curve(WordSpace.open().params("bright", None, 0, 1))
    text = "; ".join(f"{f:.1f} {g:.2f}" for f, g in zip(REFERENCE_GRID_HZ, points, strict=True))
    (tmp_path / "GraphicEQ.txt").write_text(f"GraphicEQ: {text}\n")
    done = import_eq(tmp_path / "GraphicEQ.txt", "--json")
    table = json.loads(done.output)
    assert table["words"][0]["word"] == "bright"
    assert table["error_db"] < 0.1


def test_save_keeps_a_word_and_a_preset_that_sound_so(tmp_path, monkeypatch):
    monkeypatch.setenv("SEMEQ_WORDS", str(tmp_path / "words.toml"))
    monkeypatch.setenv("SEMEQ_PRESETS", str(tmp_path / "presets"))
    params = WordSpace.open().params("bright", None, 0, 1)
    (tmp_path / "eq.txt").write_text(write_apo(params, -4.5))
    done = import_eq(tmp_path / "eq.txt", "--save", "My Phones")
    assert done.exit_code == 0, done.output
    assert "--preset 'my phones'" in done.output
    eq = SemanticEQ.load_preset("my phones")
    assert curve_error(eq.params, params) < 0.1
    assert eq.output_db == -4.5
    assert curve_error(SemanticEQ("my phones, less my phones").params, 0 * params + FLAT) < 0.1
    done = import_eq(tmp_path / "eq.txt", "--save", "my phones")
    assert done.exit_code == 2
    assert "a word and a preset 'my phones' of yours already" in done.output
    assert import_eq(tmp_path / "eq.txt", "--save", "my phones", "--overwrite").exit_code == 0
    assert import_eq(tmp_path / "eq.txt", "--save", "a/b").exit_code != 0
    assert not (tmp_path / "presets" / "a").exists()
