"""Every option of `semeq preset save`, `show` and `words` changes what it says and nothing else."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from semeq.eq import PARAMETER_NAMES, curve
from semeq.plugin import WordSpace
from semeq.plugin.cli import semeq
from semeq.presets import PresetStore
from semeq.words import Vocabulary, load_bundle, write_bundle


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEMEQ_PRESETS", str(tmp_path / "presets"))
    return tmp_path


@pytest.fixture
def swapped(here):
    """A model in which *warm* and *bright* have changed places."""
    whole = load_bundle()
    table = json.loads(whole.vocabulary.to_json())
    names = [word["name"] for word in table["words"]]
    for is_now, will_be in (("warm", "bright"), ("bright", "warm")):
        table["words"][names.index(is_now)]["name"] = will_be
    graphs = {name: (whole.path / name).read_bytes() for name in ("decoder.onnx", "encoder.onnx")}
    write_bundle(here / "swapped", {}, Vocabulary.from_json(json.dumps(table)), graphs)
    return here / "swapped"


def run(*arguments, status=0):
    done = CliRunner().invoke(semeq, list(map(str, arguments)), prog_name="semeq")
    assert done.exit_code == status, done.output
    return done.stdout


def saved(*options, base=("-s", "warm")):
    """What a preset saved with these options states."""
    run("preset", "save", "one", *base, *options, "--overwrite")
    preset = PresetStore().read("one")
    return {**preset.stated(), "about": preset.about, "map": preset.map}


SAVE = {
    "--semantic": (["--semantic", "bright"], {"semantic": "bright"}),
    "--refine": (["--refine", "a bit brighter"], {"semantic": "warm > a bit brighter"}),
    "--to": (["--to", "bright"], {"to": "bright", "morph": 0.0}),
    "--intensity": (["--intensity", "0.5"], {"intensity": 0.5}),
    "--output-db": (["--output-db", "-3"], {"output_db": -3.0}),
    "--bypass": (["--bypass"], {"bypass": True}),
    "--level-match": (["--level-match"], {"level_match": True}),
    "--adaptive": (["--adaptive"], {"adaptive": True}),
    "--model": (["--model", "v3"], {"model": "v3"}),
    "--bundle": (["--bundle", "v3"], {"model": "v3"}),
    "--about": (["--about", "lead, dry"], {"about": "lead, dry"}),
    "--map": (["--map", "21=morph"], {"map": ("cc21=morph",)}),
}


@pytest.mark.parametrize("option", SAVE)
def test_an_option_of_save_states_what_it_says_and_nothing_else(here, option):
    options, expected = SAVE[option]
    before, after = saved(), saved(*options)
    found = {key: value for key, value in after.items() if before.get(key) != value}
    if option == "--map":
        assert len(found["map"]) == 1
        assert found["map"][0].endswith("21=morph")
        expected = {"map": found["map"]}
    assert found == expected
    assert set(before) <= set(after)


def test_save_morph(here):
    before, after = saved("--to", "bright"), saved("--to", "bright", "--morph", "0.25")
    assert {key for key in after if before.get(key) != after[key]} == {"morph"}
    assert after["morph"] == 0.25


def test_save_from_another_preset(here):
    run("preset", "save", "base", "-s", "boomy", "--to", "clear", "--intensity", "0.5", "--about", "why")
    again = saved("--preset", "base", "--intensity", "0.25", base=())
    assert (again["semantic"], again["to"], again["intensity"], again["about"]) == ("boomy", "clear", 0.25, "why")


def test_save_folder_and_overwrite(here):
    run("preset", "save", "one", "-s", "warm", "--folder", "elsewhere")
    assert [path.name for path in Path("elsewhere").iterdir()] == ["one.toml"]
    assert not Path("presets").exists()
    before = Path("elsewhere/one.toml").read_bytes()
    assert CliRunner().invoke(semeq, ["preset", "save", "one", "-s", "bright", "--folder", "elsewhere"]).exit_code != 0
    assert Path("elsewhere/one.toml").read_bytes() == before
    run("preset", "save", "one", "-s", "bright", "--folder", "elsewhere", "--overwrite")
    assert PresetStore(Path("elsewhere")).read("one").semantic == "bright"


# ------------------------------------------------------------------------------------------------------------- show


def shown(*arguments):
    """Labels and settings (n, 13)."""
    rows = json.loads(run("show", *arguments, "--json"))["settings"]
    return [row["label"] for row in rows], np.array(
        [[row["setting"][name] for name in PARAMETER_NAMES] for row in rows]
    )


def test_show_words(here):
    space = WordSpace.open()
    labels, settings = shown("warm", "bright")
    assert labels == ["warm", "bright"]
    np.testing.assert_allclose(settings, [space.params(word, None, 0.0, 1.0) for word in labels])


@pytest.mark.parametrize(
    ("options", "positions", "intensity"),
    [
        ([], np.linspace(0, 1, 5), 1.0),
        (["--steps", "9"], np.linspace(0, 1, 9), 1.0),
        (["--morph", "0.3"], [0.3], 1.0),
        (["--morph", "0.3", "--intensity", "0.5"], [0.3], 0.5),
        (["--intensity", "2"], np.linspace(0, 1, 5), 2.0),
    ],
)
def test_show_a_morph(here, options, positions, intensity):
    _, settings = shown("warm", "--to", "bright", *options)
    space = WordSpace.open()
    np.testing.assert_allclose(settings, [space.params("warm", "bright", float(at), intensity) for at in positions])


def test_show_of_another_model(here, swapped):
    np.testing.assert_allclose(shown("warm", "--model", swapped)[1], shown("bright")[1])


def test_show_of_a_preset(here):
    run("preset", "save", "one", "-s", "boomy", "--to", "clear", "--morph", "0.4", "--intensity", "0.5")
    np.testing.assert_allclose(
        shown("--preset", "one")[1], shown("boomy", "--to", "clear", "--morph", "0.4", "--intensity", "0.5")[1]
    )


@pytest.mark.parametrize(
    ("option", "name", "head"),
    [
        ("--png", "a.png", b"\x89PNG"),
        ("--svg", "a.svg", b"<?xml"),
        ("--out", "b.png", b"\x89PNG"),
        ("--out", "b.svg", b"<?x"),
    ],
)
def test_show_draws_what_is_asked_for_and_no_more(here, option, name, head):
    pytest.importorskip("matplotlib")
    run("show", "warm", option, name)
    assert [path.name for path in here.iterdir()] == [name]
    assert (here / name).read_bytes().startswith(head)
    assert CliRunner().invoke(semeq, ["show", "warm", option, "c.gif"]).exit_code == 2


def test_show_steps_are_2_to_33(here):
    for steps, status in ((2, 0), (33, 0), (1, 2), (34, 2)):
        run("show", "warm", "--to", "bright", "--steps", steps, status=status)


def test_show_takes_twelve_words(here):
    names = [word.name for word in WordSpace.open().vocabulary][:13]
    run("show", *names[:12])
    run("show", *names, status=2)


# ------------------------------------------------------------------------------------------------------------ words


def words(*options):
    return json.loads(run("words", *options, "--json"))


def test_words_lists_them_all(here):
    assert len(words()) == 494  # what the README says


def test_words_by_evidence_counts_the_edge(here):
    for least in (2, 3, 5):
        rows = words("--min-evidence", least)
        assert min(row["evidence"] for row in rows) == least
        assert len(rows) == sum(row["evidence"] >= least for row in words())
    few = [row for row in words() if row["low_evidence"]]
    assert len(few) == 256  # what the README says
    assert all(row["evidence"] < 3 and "convention" not in row["origin"] for row in few)


def test_words_of_a_language(here):
    rows = words("--language", "es")
    assert {row["language"] for row in rows} == {"es"}
    assert len(rows) == sum(row["language"] == "es" for row in words())


def test_words_near_another(here):
    found = words("--near", "warm")
    assert (len(found["nearest"]), len(found["opposed"])) == (8, 8)
    assert len(words("--near", "warm", "--count", 3)["nearest"]) == 3
    assert words("--near", "warm", "--count", 3)["nearest"] == found["nearest"][:3]
    assert all(row["word"] != "warm" for group in found.values() for row in group)
    likeness = [row["likeness"] for row in found["nearest"]]
    assert likeness == sorted(likeness, reverse=True)
    assert found["opposed"][0]["likeness"] < -0.5
    spanish = {row["word"] for row in words("--language", "es")}
    assert {row["word"] for row in words("--near", "warm", "--language", "es")["nearest"]} <= spanish


def test_words_near_is_by_what_is_heard(here):
    """Likeness is the correlation of responses, whatever their level."""
    space = WordSpace.open()
    names = list(space.vocabulary.names)
    responses = curve(space.decoder.decode(np.array([word.latent for word in space.vocabulary])))
    likeness = np.corrcoef(responses)[names.index("warm")]
    for row in words("--near", "warm")["nearest"]:
        assert row["likeness"] == pytest.approx(likeness[names.index(row["word"])], abs=2e-3)


def test_words_of_another_model(here, swapped):
    by_name = {row["word"]: row["tilt_db"] for row in words()}
    other = {row["word"]: row["tilt_db"] for row in words("--model", swapped)}
    assert (other["warm"], other["bright"]) == (by_name["bright"], by_name["warm"])
    assert other["airy"] == by_name["airy"]


def test_words_map(here):
    pytest.importorskip("matplotlib")
    run("words", "--map", "a.png", "--min-evidence", 10)
    assert (here / "a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["show", "words", "preset save"])
def test_every_option_stands_here(name):
    """A new option comes with a test of its own."""
    import click

    found = semeq
    for part in name.split():
        found = found.get_command(click.Context(found), part)
    text = Path(__file__).read_text(encoding="utf-8")
    shared = {"--json", "--quiet", "--verbose", "--help"}  # tests/console
    for option in (o for param in found.params for o in param.opts if o.startswith("--")):
        assert option in shared or f'"{option}"' in text, option
