"""A user's own words are learnt, measured and exported like the published ones, whatever they are."""

import csv
import json

import numpy as np
import pytest

from semeq.eq import PARAMETER_NAMES
from semeq.export.cli import main as export
from semeq.training import DataError, load_recipe, load_run
from semeq.training.cli import main as train
from semeq.training.data.corpus import UNLABELLED
from semeq.training.data.sources import load_data
from semeq.training.recipe import with_changes
from semeq.words import WordSpace

WORDS = ("punchy", "crisp", "woolly")
QUICK = ["--steps", "50", "--set", "optimiser.batch=32", "--set", "model.hidden=[16]", "--device", "cpu"]


def own_csv(path, words=WORDS, rows=20, people=9):
    """Rows of each word, its own tilt; no column `person` where there are no people."""
    rng = np.random.default_rng(0)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["word", *PARAMETER_NAMES, *(["person"] if people else [])])
        for i in range(rows * len(words)):
            lean = 5.0 * (i % len(words)) - 3.0 + 0.5 * rng.normal()
            bells = [rng.normal(), 350, 0.8, rng.normal(), 1000, 1.2, rng.normal(), 3000, 0.7]
            person = [f"p{i // len(words) % people}"] if people else []
            writer.writerow([words[i % len(words)], -lean, 120, *bells, lean, 8000, *person])
    return path


def ran(main, *arguments):
    with pytest.raises(SystemExit) as stop:
        main([str(a) for a in arguments])
    assert stop.value.code == 0


def test_own_words_are_labelled_beside_the_recipes(tmp_path, made_csv):
    own = own_csv(tmp_path / "own.csv")
    recipe = load_recipe("v3")
    alone = load_data(recipe, own).corpus
    assert alone.words == WORDS
    assert [(alone.labels == i).sum() for i in range(3)] == [20, 20, 20]
    both = load_data(recipe, made_csv, (own,)).corpus
    assert both.words == ("warm", "bright", "muddy", *WORDS)
    assert (both.labels != UNLABELLED).all()


def test_what_somebody_wrote_is_meant_even_where_it_says_nothing_elsewhere(tmp_path, made_csv, safe_rows, write_rows):
    """Of the published file *test* is junk, unless it is asked for by name."""
    rows = safe_rows(60)
    for row in rows[::2]:
        row[1] = "Test"
    published = write_rows(tmp_path / "a.csv", rows)
    assert "test" not in load_data(load_recipe("v3"), published).corpus.words
    named = with_changes(load_recipe("v3"), {"data.words": '["warm", "bright", "Test"]'})
    corpus = load_data(named, published).corpus
    assert corpus.words == ("warm", "bright", "test")
    assert (corpus.labels == 2).sum() == 30
    own = own_csv(tmp_path / "own.csv", ("test", "vocal"))
    assert load_data(load_recipe("v3"), own).corpus.words == ("test", "vocal")


def test_words_of_too_few_rows_are_left_out_and_counted(tmp_path, made_csv):
    few = own_csv(tmp_path / "own.csv", ("rare", "scarce"), rows=4)
    corpus = load_data(load_recipe("v3"), made_csv, (few,)).corpus
    assert corpus.words == ("warm", "bright", "muddy")
    assert dict(corpus.unlearnt)["rare"] == 4
    fewer = with_changes(load_recipe("v3"), {"data.min_examples": "4"})
    assert load_data(fewer, made_csv, (few,)).corpus.words == ("warm", "bright", "muddy", "rare", "scarce")
    with pytest.raises(DataError, match=r"'rare' has 4 of 5 rows.*data\.min_examples"):
        load_data(load_recipe("v3"), few)


def test_min_examples_holds_for_words_that_are_named(made_csv):
    recipe = with_changes(load_recipe("v3"), {"data.min_examples": "31"})
    with pytest.raises(DataError, match="'warm' has 30 of 31 rows"):
        load_data(recipe, made_csv)


def test_the_words_of_a_run_can_be_asked_for(tmp_path, made_csv):
    words = ("woolly", "crisp")
    corpus = load_data(load_recipe("v3"), own_csv(tmp_path / "own.csv"), words=words).corpus
    assert corpus.words == words
    assert (corpus.labels == UNLABELLED).sum() == 20


@pytest.mark.slow
@pytest.mark.parametrize("changes", [[], ["--set", "data.words=[]"]])
def test_own_words_are_trained_measured_and_exported(tmp_path, monkeypatch, capsys, changes):
    monkeypatch.chdir(tmp_path)
    own = own_csv(tmp_path / "my-settings.csv")
    ran(train, "v3", "--data", own, "--out", "run", *QUICK, *changes)
    assert "punchy against crisp" in capsys.readouterr().out.replace("\n", " ")
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    for split in ("random", "annotator"):
        assert metrics[split]["pair"] == ["punchy", "crisp"]
        assert metrics[split]["knn_warm_bright"] > 0.9
        assert 0 <= metrics[split]["morph"]["tilt_monotone"] <= 1
    ran(train, "evaluate", "run", "--data", own, "--no-figures", "--json")
    again = json.loads(capsys.readouterr().out)["run"]
    assert again["curve_error_mean_db"] == metrics["random"]["curve_error_mean_db"]
    ran(train, "compare", "run", "--json")
    assert "punchy against crisp" in " ".join(json.loads(capsys.readouterr().out)["remarks"])
    ran(export, "onnx", "--run", "run", "--out", "my-model")
    vocabulary = WordSpace.open(str(tmp_path / "my-model")).vocabulary
    assert all(vocabulary.get(word).evidence == 9 for word in WORDS)


@pytest.mark.slow
def test_own_words_can_be_heard(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own = own_csv(tmp_path / "my-settings.csv", rows=40)
    ran(train, "v3", "--data", own, "--out", "run", "--split", "random", *QUICK)
    ran(train, "audio-encoder", "--run", "run", "--data", own, "--music-ratio", "0", "--steps", "3", "--out", "ear")
    metrics = json.loads((tmp_path / "ear" / "metrics.json").read_text())
    assert metrics["pairs"] > 0


@pytest.mark.slow
def test_settings_of_one_person_are_trained_on_the_random_split(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    own = own_csv(tmp_path / "my-settings.csv", people=0)
    ran(train, "v3", "--data", own, "--out", "run", *QUICK)
    assert set(load_run(tmp_path / "run").metrics) == {"random"}
    assert "only the random split is trained" in capsys.readouterr().err.replace("\n", " ")


@pytest.mark.slow
def test_a_run_with_own_settings_is_evaluated_with_them(tmp_path, made_csv, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    own = own_csv(tmp_path / "own.csv")
    few = own_csv(tmp_path / "few.csv", ("rare",), rows=3)
    ran(train, "v3", "--data", made_csv, "--own", own, "--own", few, "--out", "run", "--split", "random", *QUICK)
    assert "rare (3)" in capsys.readouterr().err
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())["random"]
    ran(train, "evaluate", "run", "--data", made_csv, "--own", own, "--own", few, "--no-figures", "--json")
    captured = capsys.readouterr()
    again = json.loads(captured.out)["run"]
    assert "other data" not in captured.err
    assert again["test_rows_sha256"] == metrics["test_rows_sha256"]
    assert again["curve_error_mean_db"] == metrics["curve_error_mean_db"]
