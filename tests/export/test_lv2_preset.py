"""LV2 presets: what they hold is the word's response, and the Turtle is whole."""

import re

import numpy as np
import pytest
from click.testing import CliRunner

from semeq.eq import curve
from semeq.export.cli import cli, main
from semeq.export.lv2_preset import Lv2Preset, manifest
from semeq.export.plugin_names import PluginIdentity
from semeq.export.word_list import plugin_words
from semeq.presets import PresetStore
from semeq.words import load_bundle
from semeq.words.space import WordSpace

PORT = re.compile(r'\[ lv2:symbol "(\w+)" ; pset:value (-?\d+(?:\.\d+)?) \]')
TOKEN = re.compile(
    r'@prefix|"(?:[^"\\\n]|\\["\\])*"|<[^<>"{}|^`\\\s]*>|[a-z0-9]+:\w*|\ba\b|-?\d+(?:\.\d+)?|[\[\];,.]|\s+'
)


def export(*arguments):
    done = CliRunner().invoke(cli, ["eq", "--format", "lv2-preset", *map(str, arguments)], prog_name="semeq-export")
    assert done.exit_code == 0, done.output
    return done.stdout


def ports(turtle):
    return {symbol: float(value) for symbol, value in PORT.findall(turtle)}


def response(turtle):
    """What the plugin makes of the ports: words by number, in the order in which they are compiled in."""
    values, words = ports(turtle), [word.name for word in plugin_words(load_bundle())]
    a, b = words[int(values["semantic"])], words[int(values["to"])]
    return curve(WordSpace.open().params(a, b, values["morph"], values["intensity"]))


@pytest.mark.parametrize(
    ("word", "to", "morph", "intensity"),
    [("warm", None, 0, 1), ("airy", None, 0, 2), ("warm", "bright", 0.123456, 0.7), ("muddy", "clear", 1, 0.00001)],
)
def test_the_ports_make_the_words_response(word, to, morph, intensity):
    turtle = export(word, "--intensity", intensity, *(["--to", to, "--morph", morph] if to else []))
    expected = curve(WordSpace.open().params(word, to, morph, intensity))
    assert np.abs(response(turtle) - expected).max() <= 0.02
    assert set(ports(turtle)) == {"semantic", "to", "morph", "intensity", "output_db", "lv2_enabled"}


FACTORY = [stored for stored in PresetStore().all() if stored.factory]


def test_a_phrase_is_refused_with_what_to_do():
    done = CliRunner().invoke(cli, ["eq", "less muddy", "--format", "lv2-preset"], prog_name="semeq-export")
    assert done.exit_code != 0
    assert "lists words, not phrases" in str(done.exception)
    assert "semeq words add NAME --phrase 'less muddy'" in str(done.exception)


@pytest.mark.parametrize(
    "stored",
    [stored for stored in FACTORY if stored.read().semantic in load_bundle().vocabulary],
    ids=lambda stored: stored.name,
)
def test_a_preset_of_semeq_becomes_one_of_lv2(stored):
    preset = stored.read()
    turtle = export("--preset", stored.path)
    expected = curve(WordSpace.open().params(preset.semantic, preset.to, preset.morph or 0.0, preset.intensity))
    assert np.abs(response(turtle) - expected).max() <= 0.02
    assert ports(turtle)["output_db"] == (preset.output_db or 0.0)


def test_words_stand_by_name_too():
    turtle = export("warm", "--to", "bright")
    words = [word.name for word in plugin_words(load_bundle())]
    assert f'<urn:distrho:semantic_word> "{words.index("warm")}:warm"' in turtle
    assert f'<urn:distrho:to_word> "{words.index("bright")}:bright"' in turtle


@pytest.mark.parametrize("title", ["plain", 'a "quoted" \\ name', "línea\nnueva\t\x00", "» Größe «"])
def test_any_title_is_turtle(title):
    identity = PluginIdentity('My "EQ"')
    preset = Lv2Preset(identity, title, (0, "warm"), (1, "bright"), 1e-7, 1 / 3, -2.5)
    for turtle in (preset.turtle(), manifest({"a.ttl": preset})):
        assert TOKEN.sub("", turtle) == ""
        assert turtle.count("[") == turtle.count("]")
        assert f"lv2:appliesTo <{identity.uri}>" in turtle
    assert ports(preset.turtle())["morph"] == pytest.approx(1e-7)
    assert ports(preset.turtle())["intensity"] == pytest.approx(1 / 3)


def test_a_bundle_has_a_manifest_that_names_its_files(tmp_path):
    export("warm", "bright", "--out", tmp_path / "words", "--plugin", "My EQ")
    folder = tmp_path / "words.preset.lv2"
    assert sorted(path.name for path in folder.iterdir()) == ["bright.ttl", "manifest.ttl", "warm.ttl"]
    text = (folder / "manifest.ttl").read_text()
    for name in ("warm.ttl", "bright.ttl"):
        assert f"<{name}>\n    a pset:Preset ;\n    lv2:appliesTo <urn:semeq:my-eq> ;" in text
    export("warm", "--out", tmp_path / "exact.lv2")
    assert (tmp_path / "exact.lv2" / "manifest.ttl").is_file()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["warm/2"], "only as a whole"),
        (["warm", "--output-db", "-30"], "goes to 24 dB"),
        ([next(w.name for w in load_bundle().vocabulary if w.low_evidence)], "too few people"),
    ],
)
def test_what_the_plugin_cannot_hold_is_one_line(arguments, says, capsys):
    with pytest.raises(SystemExit) as done:
        main(["eq", "--format", "lv2-preset", *arguments])
    error = capsys.readouterr().err
    assert done.value.code == 1
    assert says in error
    assert len(error.strip().splitlines()) == 1
