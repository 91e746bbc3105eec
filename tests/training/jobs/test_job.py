"""A few steps of the whole job: it learns, it repeats itself, its folder can be read back."""

import json

import numpy as np
import pytest
import torch

from semeq.eq import curve, rms_db
from semeq.training import DivergedError, RunError, load_recipe, load_run
from semeq.training.cli import main
from semeq.training.data.corpus import prepare
from semeq.training.data.readers.safe_db import read_safe_db
from semeq.training.data.split import split_rows
from semeq.training.jobs.trainer import Trainer
from semeq.training.models.building import decode
from semeq.training.models.words import typical_curve
from semeq.training.recipe import with_changes
from semeq.training.run_folder import RunWriter

SMALL = {"optimiser.steps": "60", "optimiser.batch": "64", "model.hidden": "[32, 32]"}


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def corpus(train_csv):
    return prepare([read_safe_db(train_csv)], load_recipe("v3").data)


def trained(corpus, seed=0, **changes):
    recipe = with_changes(load_recipe("v3"), {**SMALL, **changes})
    split = split_rows(corpus, "random", 0.2, 0)
    reports = []
    result = Trainer(recipe, corpus, split, torch.device("cpu"), seed).run(reports.append)
    return result.model, reports


def test_it_learns(corpus):
    _, reports = trained(corpus)
    _, first = trained(corpus, **{"optimiser.steps": "5"})
    assert reports[-1].step == 60
    assert reports[-1].curve_error_db < 0.7 * first[0].curve_error_db


def test_a_seed_repeats_bit_for_bit_and_another_does_not(corpus):
    first, again, other = (trained(corpus, seed)[0].state_dict() for seed in (7, 7, 8))
    assert all(torch.equal(first[k], again[k]) for k in first)
    assert not all(torch.equal(first[k], other[k]) for k in first)


def test_mixed_precision_learns_too(corpus):
    recipe = with_changes(load_recipe("v3"), SMALL)
    split = split_rows(corpus, "random", 0.2, 0)
    reports = []
    Trainer(recipe, corpus, split, torch.device("cpu"), 0, mixed=True).run(reports.append)
    _, exact = trained(corpus)
    assert reports[-1].curve_error_db == pytest.approx(exact[-1].curve_error_db, rel=0.3)
    assert reports[-1].loss != exact[-1].loss


def test_a_loss_that_is_no_number_stops_the_job(corpus):
    with pytest.raises(DivergedError, match="no longer a finite number at step"):
        trained(corpus, **{"loss.curve": "nan"})


@pytest.fixture(scope="module")
def run_path(tmp_path_factory, train_csv):
    torch.set_num_threads(1)
    path = tmp_path_factory.mktemp("runs") / "r"
    with pytest.raises(SystemExit) as stop:
        main(["v3", "--data", str(train_csv), "--steps", "150", "--seed", "3", "--out", str(path)])
    assert stop.value.code == 0
    return path


def test_the_run_folder_tells_what_was_done(run_path, train_csv):
    run = load_run(run_path)
    assert run.recipe.optimiser.steps == 150
    assert run.config["seed"] == 3
    assert run.config["device"] in ("cpu", "cuda")
    assert set(run.metrics) == {"random", "annotator"}
    for figures in run.metrics.values():
        assert 0 < figures["curve_error_mean_db"] < figures["flat_error_mean_db"]
        assert figures["flat_setting_db"] < 0.05
    log = [json.loads(line) for line in (run_path / "log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in log] == [50, 100, 150] * 2
    assert not [p for p in run_path.iterdir() if p.name.endswith(".partial")]
    text = "".join(p.read_text() for p in run_path.glob("*.json*"))
    assert "192.168" not in text
    assert not any(person in text for person in read_safe_db(train_csv).people)


def test_words_decode_to_the_typical_strength_of_their_settings(run_path, train_csv):
    run = load_run(run_path)
    corpus = prepare([read_safe_db(train_csv)], run.recipe.data)
    for word in run.words:
        settings = corpus.of_word(word.name)
        if len(settings) >= 20:  # few are drawn towards what is usual
            strength = rms_db(curve(decode(run.model, word.latent[None])))[0]
            assert strength == pytest.approx(np.median(rms_db(curve(settings))), abs=0.5), word.name


def test_a_typical_curve_has_the_median_strength_and_the_shape_of_the_mean(corpus):
    params = corpus.of_word("warm")
    wanted = typical_curve(params)
    assert rms_db(wanted) == pytest.approx(np.median(rms_db(curve(params))))
    assert np.corrcoef(wanted, curve(params).mean(axis=0))[0, 1] > 0.9999


def test_a_run_is_never_overwritten(run_path, made_csv, capsys):
    before = (run_path / "checkpoint.safetensors").read_bytes()
    with pytest.raises(SystemExit) as stop:
        main(["v3", "--data", str(made_csv), "--steps", "1", "--out", str(run_path)])
    assert stop.value.code == 1
    assert "already holds a finished run" in capsys.readouterr().err
    assert (run_path / "checkpoint.safetensors").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["v9"], 2, "No such command 'v9'"),
        (["v3", "--steps", "0"], 2, "--steps"),
        (["v3", "--set", "loss.x=1"], 2, "unknown key 'x'"),
        (["v3", "--set", "loss"], 2, "--set wants KEY=VALUE"),
        (["v3", "--data", "nothing-here"], 1, "nothing-here is not a file"),
        (["mine.toml"], 2, "cannot read the recipe"),
    ],
)
def test_errors_are_one_line_with_a_status(capsys, arguments, status, message):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    error = capsys.readouterr().err.strip()
    assert stop.value.code == status
    assert message in error
    assert len(error.splitlines()) == 1


def test_no_data_names_the_variable(capsys, monkeypatch):
    monkeypatch.delenv("SEMEQ_DATA", raising=False)
    with pytest.raises(SystemExit) as stop:
        main(["v3"])
    assert stop.value.code == 1
    assert "SEMEQ_DATA" in capsys.readouterr().err


def test_cuda_where_there_is_none_is_a_usage_error(capsys, made_csv):
    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    with pytest.raises(SystemExit) as stop:
        main(["v3", "--data", str(made_csv), "--device", "cuda"])
    assert stop.value.code == 2
    assert "CUDA" in capsys.readouterr().err


def test_skipped_rows_are_shown(tmp_path, safe_rows, write_rows, capsys):
    rows = safe_rows(60)
    rows[4][6] = "low"
    file = write_rows(tmp_path / "a.csv", rows)
    with pytest.raises(SystemExit) as stop:
        main(["v3", "--data", str(file), "--steps", "2", "--split", "random", "--out", str(tmp_path / "r")])
    assert stop.value.code == 0
    assert "skipped line 5: low_shelf_freq_hz is not a number: 'low'" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_said(tmp_path, made_csv):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot write"):
        RunWriter(tmp_path / "file" / "run").begin({})


@pytest.mark.parametrize("file", ["checkpoint.safetensors", "config.json", "metrics.json", "words.json"])
def test_a_broken_run_names_the_file(run_path, tmp_path, file):
    copy = tmp_path / "copy"
    copy.mkdir()
    for source in run_path.iterdir():
        if source.is_file():
            (copy / source.name).write_bytes(source.read_bytes())
    (copy / file).write_bytes(b"{broken")
    with pytest.raises(RunError, match=file):
        load_run(copy)
    (copy / file).unlink()
    with pytest.raises(RunError, match=file):
        load_run(copy)
