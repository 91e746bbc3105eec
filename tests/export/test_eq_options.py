"""Every option of `semeq-export eq` changes what it says and nothing else."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from semeq.eq import curve
from semeq.eq.formats import WRITERS
from semeq.export.cli import cli
from semeq.export.commands.eq import eq_command
from semeq.export.lv2_preset import bundle_folder
from semeq.presets import Preset, PresetStore
from semeq.words import Decoder, Vocabulary, WordSpace, load_bundle, write_bundle

SPACE = WordSpace.open()


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEMEQ_PRESETS", str(tmp_path / "presets"))
    return tmp_path


def export(*arguments, status=0):
    done = CliRunner().invoke(cli, ["eq", *map(str, arguments)], prog_name="semeq-export")
    assert done.exit_code == status, done.output
    return done.stdout


def exported(*arguments):
    """The setting (13,) in plain order and the level in dB."""
    table = json.loads(export(*arguments, "--format", "json"))
    numbers = []
    for band in table["bands"]:
        numbers += [band["gain_db"], band["freq_hz"]] + ([band["q"]] if band["type"] == "bell" else [])
    return np.array(numbers), table["output_db"]


@pytest.mark.parametrize(
    ("options", "to", "morph", "intensity", "level"),
    [
        ([], None, 0.0, 1.0, 0.0),
        (["--to", "bright"], "bright", 0.5, 1.0, 0.0),
        (["--to", "bright", "--morph", "0.3"], "bright", 0.3, 1.0, 0.0),
        (["--to", "bright", "--morph", "0"], "bright", 0.0, 1.0, 0.0),
        (["--intensity", "0.5"], None, 0.0, 0.5, 0.0),
        (["--to", "bright", "--morph", "1", "--intensity", "2"], "bright", 1.0, 2.0, 0.0),
        (["--output-db", "-7.25"], None, 0.0, 1.0, -7.25),
        (["--no-headroom"], None, 0.0, 1.0, 0.0),
    ],
)
def test_words_and_values(options, to, morph, intensity, level):
    params, output_db = exported("warm", *options)
    assert output_db == level
    expected = SPACE.params("warm", to, morph, intensity)
    np.testing.assert_allclose(curve(params), curve(expected), atol=0.02)
    np.testing.assert_allclose(params[[0, 2, 5, 8, 11]], expected[[0, 2, 5, 8, 11]], atol=0.05)


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("option", ["--headroom", "--no-headroom", None])
def test_headroom_is_the_curves_peak_and_the_default_of_autoeq_only(form, option):
    params = SPACE.params("warm", "bright", 0.3, 1.0)
    text = export(
        "warm", "--to", "bright", "--morph", "0.3", "--format", form, "--output-db", "1", *([option] * bool(option))
    )
    taken = option == "--headroom" or (option is None and form == "autoeq")
    peak = float(curve(params).max())
    level = 1.0 - (math.ceil(100 * peak) / 100 if taken else 0.0)
    title = "warm to bright 30%"
    assert text.strip() == WRITERS[form](_as_exported("warm", "bright", 0.3), level, title).strip()


def _as_exported(word, to, morph):
    return WordSpace(Decoder(load_bundle())).params(word, to, 0.0 if morph is None else morph, 1.0)


@pytest.mark.parametrize(("level", "status"), [("-60", 0), ("-60.1", 2), ("24", 0), ("24.1", 2)])
def test_the_level_is_between_minus_60_and_24_db(level, status):
    export("warm", "--format", "json", "--output-db", level, status=status)


def test_bundle(here):
    whole = load_bundle()
    table = json.loads(whole.vocabulary.to_json())
    names = [word["name"] for word in table["words"]]
    for is_now, will_be in (("warm", "bright"), ("bright", "warm")):
        table["words"][names.index(is_now)]["name"] = will_be
    graphs = {name: (whole.path / name).read_bytes() for name in ("decoder.onnx", "encoder.onnx")}
    write_bundle(here / "swapped", {}, Vocabulary.from_json(json.dumps(table)), graphs)
    for option in ("--bundle", "--model"):
        np.testing.assert_array_equal(exported("warm", option, "swapped")[0], exported("bright")[0])


def test_preset(here):
    PresetStore().save("mine", Preset(semantic="boomy", to="clear", morph=0.4, intensity=0.5, output_db=-2.0))
    whole = exported("boomy", "--to", "clear", "--morph", "0.4", "--intensity", "0.5", "--output-db", "-2")
    params, level = exported("--preset", "mine")
    np.testing.assert_array_equal(params, whole[0])
    assert level == whole[1]
    assert exported("--preset", "mine", "--output-db", "-5")[1] == -5.0
    # A preset that says no morph rests at its first word.
    PresetStore().save("rests", Preset(semantic="boomy", to="clear"))
    np.testing.assert_array_equal(exported("--preset", "rests")[0], exported("boomy")[0])


def test_out_is_a_file_or_a_folder(here):
    export("warm", "--format", "json", "--out", "a/warm.eq")
    export("warm", "bright", "--format", "json", "--out", "b")
    assert [path.name for path in Path("a").iterdir()] == ["warm.eq"]
    assert sorted(path.name for path in Path("b").iterdir()) == ["bright.json", "warm.json"]
    assert json.loads(Path("b/bright.json").read_text())["title"] == "bright"


@pytest.mark.parametrize("form", [*WRITERS, "lv2-preset"])
def test_format(form):
    text = export("warm", "--format", form)
    if form in WRITERS and form != "autoeq":
        assert text.strip() == WRITERS[form](_as_exported("warm", None, 0.0), 0.0, "warm").strip()
    elif form == "lv2-preset":
        assert "urn:semeq:semeq" in text


def test_plugin_names_whose_presets_they_are(here):
    export("warm", "--format", "lv2-preset", "--plugin", "My EQ", "--out", "words")
    folder = bundle_folder(Path("words"))
    assert "urn:semeq:my-eq" in (folder / "manifest.ttl").read_text()
    assert "urn:semeq:semeq>" not in (folder / "manifest.ttl").read_text()


def test_every_option_stands_here():
    """A new option comes with a test of its own."""
    text = Path(__file__).read_text(encoding="utf-8")
    shared = {"--json", "--quiet", "--verbose", "--help"}  # tests/console
    for option in (o for param in eq_command.params for o in param.opts if o.startswith("--")):
        assert option in shared or f'"{option}"' in text, option
