"""Presets in use: the effect, `semeq preset`, and `--preset` before and behind other options."""

import json

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from semeq.eq import curve
from semeq.eq.formats import filters_curve, read_apo
from semeq.export.cli import cli as export_cli
from semeq.plugin import PresetError, SemanticEQ, UnknownWordError
from semeq.plugin.cli import semeq
from semeq.plugin.controls import Controls
from semeq.plugin.midi import MidiMap, parse_mapping, read_map
from semeq.plugin.preset_controls import make_preset, preset_controls, preset_map
from semeq.presets import Preset, PresetStore, read_preset
from semeq.words.space import WordSpace

RATE = 44_100


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SEMEQ_PRESETS", str(tmp_path / "presets"))
    return tmp_path / "presets"


def run(*arguments, group=semeq):
    done = CliRunner().invoke(group, [str(a) for a in arguments], prog_name="semeq")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


FACTORY = [stored for stored in PresetStore().all() if stored.factory]


@pytest.mark.parametrize("stored", FACTORY, ids=lambda stored: stored.name)
def test_a_factory_preset_works_and_does_something(stored):
    preset = stored.read()
    assert preset.about
    assert not preset.extra
    preset_map(preset)
    eq = SemanticEQ.load_preset(stored.name)
    response = curve(eq.params)
    assert 0.5 < np.abs(response).max() < 21
    # Music has its energy below 2 kHz; nothing there may come out much louder than it went in.
    assert response[:85].max() + eq.output_db < 8


def test_the_effect_saves_and_loads_itself(folder):
    eq = SemanticEQ("warm", to="bright", morph=0.3, intensity=0.7, output_db=-2, level_match=True)
    path = eq.save_preset("Mine", about="for me")
    assert path == folder / "mine.toml"
    again = SemanticEQ.load_preset("mine")
    assert again == eq
    again.morph = 0.9
    again.save_preset(folder / "other.toml")
    assert SemanticEQ.load_preset(folder / "other.toml").morph == 0.9
    assert read_preset(folder / "other.toml").about == "for me"
    with pytest.raises(PresetError, match="exists already"):
        again.save_preset("mine")


def test_what_a_preset_has_beyond_the_effect_survives_it(folder):
    extra = {"future": {"deep": [1, {"two": 2}]}}
    PresetStore().save("later", Preset("warm", map=("21=morph",), extra=extra, format="1.9"))
    eq = SemanticEQ.load_preset("later")
    eq.intensity = 0.5
    eq.save_preset("later", overwrite=True)
    kept = PresetStore().read("later")
    assert (kept.map, kept.extra, kept.format, kept.intensity) == (("21=morph",), extra, "1.9", 0.5)


@pytest.mark.parametrize(
    ("preset", "error", "says"),
    [
        (Preset(), PresetError, "says no word"),
        (Preset("warm", morph=3), PresetError, "morph is 3, outside 0 to 1"),
        (Preset("warm", map=("nonsense",)), PresetError, "map: 'nonsense' is not a mapping"),
        (Preset("warm", map=({"cc": 200, "control": "morph"},)), PresetError, "map: cc 200 is outside"),
        (Preset("wram"), UnknownWordError, "warm"),
    ],
)
def test_a_preset_that_cannot_work_is_said(preset, error, says):
    PresetStore().save("odd", preset)
    with pytest.raises(error, match=says):
        SemanticEQ.load_preset("odd")


@pytest.mark.parametrize("name", ["nanokontrol2", "x-touch-mini", "21=morph", "pc=semantic{warm,airy}"])
def test_maps_survive_a_preset(name):
    midi_map = read_map(name)
    preset = Preset.from_toml(make_preset(Controls("warm"), midi_map).to_toml())
    assert preset_map(preset).mappings == midi_map.mappings


def test_a_mapping_without_a_short_form_is_kept_as_a_table():
    mapping = parse_mapping("pc=semantic{warm}")
    odd = MidiMap((type(mapping)(mapping.source, "semantic", words=("warm, or so", "airy")),))
    preset = Preset.from_toml(make_preset(Controls("warm"), odd).to_toml())
    assert preset_map(preset) == odd


@pytest.mark.parametrize("controls", [Controls("warm"), Controls("warm", "bright", 0.2, 1.5, -3, True, True, True)])
def test_controls_survive_a_preset(controls):
    assert preset_controls(Preset.from_toml(make_preset(controls).to_toml())) == controls


# ------------------------------------------------------------------------------------------------------ commands


def test_save_list_show_delete(folder):
    done = run(
        "preset", "save", "My Vocals", "-s", "warm", "--to", "clear", "--morph", 0.4, "--map", "21=morph", "--json"
    )
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {"name": "my vocals", "file": str(folder / "my vocals.toml")}
    rows = {row["name"]: row for row in json.loads(run("preset", "list", "--json").stdout)}
    assert rows["my vocals"]["morph"] == 0.4
    assert not rows["my vocals"]["factory"]
    assert rows["telephone"]["factory"]
    shown = json.loads(run("preset", "show", "MY vocals", "--json").stdout)
    expected = WordSpace.open().params("warm", "clear", 0.4, 1.0)
    assert list(shown["setting"].values()) == pytest.approx(expected)
    assert "21 → morph" in run("preset", "show", "my vocals").stdout
    assert run("preset", "delete", "my vocals", "-q").stdout == ""
    assert not list(folder.iterdir())


def test_a_preset_is_made_from_another_in_any_order_of_options(tmp_path):
    other = tmp_path / "other"
    PresetStore(other).save("base", Preset("warm", to="airy", morph=0.5, map=("21=morph",), about="b", extra={"x": 1}))
    for options in (["--preset", "base", "--folder", other], ["--folder", other, "--preset", "base"]):
        done = run("preset", "save", "new", *options, "--morph", 0.1, "--overwrite")
        assert done.exit_code == 0, done.output
        new = PresetStore(other).read("new")
        assert (new.semantic, new.to, new.morph, new.about, new.extra) == ("warm", "airy", 0.1, "b", {"x": 1})
        assert preset_map(new) == read_map("21=morph")


def test_a_broken_preset_is_listed_as_such(folder):
    folder.mkdir()
    (folder / "broken.toml").write_text("format = 3")
    done = run("preset", "list")
    assert done.exit_code == 0
    assert "cannot be read" in done.stdout
    assert "broken.toml: its format is 3" in done.stderr


def test_process_takes_a_preset_and_options_go_before_it(tmp_path):
    audio = np.random.default_rng(0).uniform(-0.2, 0.2, (RATE, 2))
    soundfile.write(tmp_path / "in.wav", audio, RATE, subtype="FLOAT")
    PresetStore().save("mine", Preset("warm", to="bright", morph=0.7, intensity=0.5, output_db=-1.0))

    def rendered(*arguments):
        done = run(*arguments, "--out", tmp_path / "out", "--overwrite")
        assert done.exit_code == 0, done.output
        return soundfile.read(tmp_path / "out" / "in.wav")[0]

    def expected(**changes):
        return SemanticEQ(
            **{"semantic": "warm", "to": "bright", "morph": 0.7, "intensity": 0.5, "output_db": -1} | changes
        )(audio, RATE)

    for command in (
        ["process", tmp_path / "in.wav", "--preset", "mine"],
        ["preset", "apply", "mine", tmp_path / "in.wav"],
    ):
        assert np.allclose(rendered(*command), expected(), atol=1e-6)
        assert np.allclose(rendered(*command, "--morph", 0.1), expected(morph=0.1), atol=1e-6)
        assert np.allclose(rendered(*command, "-s", "airy", "--intensity", 0), expected(intensity=0), atol=1e-6)


def test_what_a_command_cannot_do_of_a_preset_is_said():
    PresetStore().save("matched", Preset("warm", level_match=True))
    done = run("show", "--preset", "matched")
    assert done.exit_code == 0, done.output
    assert "the preset's level_match is left aside" in done.stderr
    assert run("show", "--preset", "matched", "--quiet").stderr == ""


def test_export_takes_a_preset():
    PresetStore().save("mine", Preset("warm", to="bright", morph=0.7, intensity=0.5, output_db=-1.0))
    for options, controls in (
        (["--preset", "mine"], ("warm", "bright", 0.7, 0.5)),
        (["airy", "--preset", "mine"], ("airy", "bright", 0.7, 0.5)),
        (["--preset", "mine", "--morph", 0], ("warm", "bright", 0.0, 0.5)),
    ):
        done = run("eq", *options, "--format", "apo", group=export_cli)
        assert done.exit_code == 0, done.output
        read = read_apo(done.stdout)
        assert read.preamp_db == -1.0
        assert np.abs(filters_curve(read.filters) - curve(WordSpace.open().params(*controls))).max() < 0.02


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["preset", "save", "a"], 2, "which word?"),
        (["preset", "save", "a/b", "-s", "warm"], 2, "cannot be a name"),
        (["preset", "save", "a", "-s", "wram"], 2, "warm"),
        (["preset", "save", "a", "-s", "warm", "--map", "pc=semantic{wram}"], 2, "warm"),
        (["preset", "save", "a", "-s", "warm", "--morph", "2"], 2, "morph is 2"),
        (["preset", "save", "a", "-s", "warm", "--model", "nowhere"], 1, "neither a shipped model"),
        (["preset", "show", "telephon"], 2, "nearest: telephone"),
        (["preset", "delete", "telephone"], 2, "came with semeq"),
        (["preset", "apply", "nothing", "x.wav"], 2, "there is no preset"),
        (["show", "--preset", "missing.toml"], 1, "cannot be read"),
        (["live", "--preset", "nothing"], 2, "there is no preset"),
    ],
)
def test_errors_are_one_line_with_a_status(arguments, status, says, capsys):
    from semeq.plugin.cli import main

    with pytest.raises(SystemExit) as done:
        main(arguments)
    error = capsys.readouterr().err
    assert done.value.code == status
    assert says in error
    assert len(error.strip().splitlines()) == 1
