"""Random variations of a word: as far from it as is stated, still like it, the same for the same seed."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from semeq.eq import PARAMETER_NAMES, check_params, curve, rms_db
from semeq.plugin.cli import semeq
from semeq.presets import read_own_words, read_settings_csv
from semeq.words import WordSpace


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEMEQ_WORDS", str(tmp_path / "words.toml"))
    return tmp_path


def run(*arguments, status=0):
    done = CliRunner().invoke(semeq, ["words", *map(str, arguments)])
    assert done.exit_code == status, (done.output, done.exception)
    return done.output if status else done.stdout


def varied(*arguments):
    return json.loads(run("vary", *arguments, "--json"))


def params_of(rows):
    return np.array([[row["setting"][name] for name in PARAMETER_NAMES] for row in rows])


def word_curve(text):
    space = WordSpace.open()
    return curve(space.decoder.decode(space.latent(text)))


@pytest.mark.parametrize("word", ["warm", "bright/2", "tinny", "a bit airy, less muddy"])
def test_every_variation_is_as_far_away_as_stated_and_still_like_the_word(word):
    rows = varied(word, "--count", "6", "--distance", "1.5")
    target, curves = word_curve(word), curve(np.array([check_params(row) for row in params_of(rows)]))
    np.testing.assert_allclose(rms_db(curves - target), 1.5, atol=0.02)
    assert [row["distance_db"] for row in rows] == pytest.approx(rms_db(curves - target), abs=0.002)
    assert min(np.corrcoef(target, one)[0, 1] for one in curves) >= 0.7


def test_by_default_a_stronger_word_varies_more():
    for word in ("warm", "tinny"):
        strength = float(rms_db(word_curve(word)))
        assert varied(word, "--count", "2")[0]["distance_db"] == pytest.approx(0.7 * strength, abs=0.03)


def test_the_seed_decides_and_variations_differ():
    first, again, other = (params_of(varied("warm", "--seed", seed)) for seed in (4, 4, 5))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1
    assert len(first) == 8
    np.testing.assert_array_equal(params_of(varied("warm", "--seed", 4, "--count", 3)), first[:3])
    apart = rms_db(curve(first)[:, None] - curve(first)[None])[np.triu_indices(8, 1)]
    assert apart.min() > 0.3


def test_a_variation_becomes_a_word_of_ones_own(place):
    run("vary", "warm", "--count", "3", "--out", "warm.csv")
    rows = read_settings_csv((place / "warm.csv").read_bytes(), with_words=True)
    assert [row.word for row in rows] == ["warm 1", "warm 2", "warm 3"]
    run("add", "warm 3", "--csv", "warm.csv")
    (mine,) = read_own_words()
    wanted = curve(np.array([float(v) for v in rows[2].values]))
    assert rms_db(curve(mine.params) - wanted) < 0.3


def test_a_phrase_and_json_are_written_too(place):
    run("vary", "a bit airy, less muddy", "--count", "2", "--out", "some.csv")
    assert [row.word for row in read_settings_csv((place / "some.csv").read_bytes())] == ["variation 1", "variation 2"]
    run("vary", "warm", "--count", "2", "--out", "warm.json")
    assert json.loads((place / "warm.json").read_text()) == varied("warm", "--count", "2")


def test_what_cannot_be_is_said():
    assert "nothing to vary" in run("vary", "flat", status=2)
    assert "smaller --distance" in run("vary", "tubey", "--distance", "12", status=2)
    assert "write a .json or a .csv" in run("vary", "warm", "--out", "warm.txt", status=2)
