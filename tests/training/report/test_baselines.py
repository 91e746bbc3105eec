"""Systems that take no training: each has the figures that theory gives it, on the rows the models are judged on."""

import json

import numpy as np
import pytest

from semeq.eq import curve, rms_db
from semeq.training import load_recipe
from semeq.training.cli import main
from semeq.training.commands.studies.rates import SYSTEMS, recipe_of
from semeq.training.data.corpus import prepare
from semeq.training.data.readers.safe_db import read_safe_db
from semeq.training.data.split import split_rows
from semeq.training.models.building import decoded_curves, encode
from semeq.training.recipe import with_changes
from semeq.training.report.baselines import (
    BASELINE_SYSTEMS,
    fit_pair_lda,
    fit_pca,
    fit_word_means,
    measure_baselines,
)
from semeq.training.report.comparison import as_markdown, compare
from semeq.training.report.rates import NEAREST, Rate, pca_rates, rates_markdown

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def corpus(tmp_path_factory, safe_rows, write_rows):
    file = write_rows(tmp_path_factory.mktemp("made") / "made.csv", safe_rows(240))
    return prepare([read_safe_db(file)], load_recipe("v3").data)


@pytest.fixture(scope="module")
def split(corpus):
    return split_rows(corpus, "random", 0.2, 0)


@pytest.fixture(scope="module")
def measured(corpus):
    found = measure_baselines(corpus, 0.2, ["random"], 2)
    return compare(found).rows["random"]


def test_the_knobs_lose_nothing_and_pca_loses_less_with_every_dimension(measured):
    error = {row.label: row.figures["curve_error_mean_db"][0] for row in measured}
    assert error["13 knobs"] < 1e-4
    falling = [error[f"PCA of curves, {size}-D"] for size in (2, 3, 4, 6, 8, 12, 16, 32)]
    assert np.diff(falling).max() < 1e-5
    assert falling[-1] < 0.05 < falling[0]


def test_pca_is_the_best_linear_map_on_its_training_rows(corpus, split):
    """Mean squared error: the variance that the leading components leave (singular values of the centred curves)."""
    curves = curve(corpus.params[split.train])
    values = np.linalg.svd(curves - curves.mean(axis=0), compute_uv=False)
    model = fit_pca(corpus, split, 4)
    error = rms_db(decoded_curves(model, encode(model, corpus.params[split.train])) - curves)
    assert (error**2).mean() == pytest.approx((values[4:] ** 2).sum() / curves.size, rel=1e-3)


def test_the_mean_curve_of_a_word_is_just_that(corpus, split):
    model = fit_word_means(corpus, split)
    rows = split.train[corpus.labels[split.train] == 1]
    told = decoded_curves(model, encode(model, corpus.params[rows], corpus.labels[rows]))
    np.testing.assert_allclose(told, np.tile(curve(corpus.params[rows]).mean(axis=0), (len(rows), 1)), atol=1e-4)
    untold = decoded_curves(model, encode(model, corpus.params[rows]))
    np.testing.assert_allclose(untold[0], curve(corpus.params[split.train]).mean(axis=0), atol=1e-4)


def test_a_discriminant_orders_the_two_words_and_its_probability_is_one(corpus, split):
    rows = split.test[np.isin(corpus.labels[split.test], (0, 1))]
    score, chance = (
        encode(fit_pair_lda(corpus, split, squashed), corpus.params[rows])[:, 0] for squashed in (False, True)
    )
    bright = corpus.labels[rows] == 1
    assert score[bright].min() > score[~bright].max()
    assert ((chance >= 0) & (chance <= 1)).all()
    np.testing.assert_array_equal(chance > 0.5, score > 0)


def test_they_are_judged_on_the_rows_of_the_recipes(corpus, split, measured):
    assert {row.label for row in measured} == {system.label for system in BASELINE_SYSTEMS}
    table = as_markdown(compare(measure_baselines(corpus, 0.2, ["random"], 1, BASELINE_SYSTEMS[-1:])))
    (row,) = [line for line in table.splitlines() if line.startswith("| mean curve")]
    assert row.count("–") > 10  # a word's mean has no silhouette, no morph


def test_rates_are_the_figures_of_the_table(corpus, measured):
    (rate,) = pca_rates(corpus, 0.2, "random", 2, [8])
    (row,) = [row for row in measured if row.label == "PCA of curves, 8-D"]
    assert rate.mean_db == pytest.approx(row.figures["curve_error_mean_db"][0])
    assert "| PCA of curves | 2 | " in rates_markdown({"random": [rate]})
    other = [Rate("V3", 8, (rate.mean_db - 0.01,)), Rate("V3", 12, (9.0,)), Rate("PCA of curves", 12, (0.1,))]
    assert "* V3 is ahead of PCA at 8, behind at 12." in rates_markdown({"random": [rate, *other]})


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("size", [2, 3, 32])
def test_every_system_has_points_of_the_size_asked_for(system, size):
    model = recipe_of(system, size).model
    assert model.semantic + model.detail == size
    assert recipe_of("v3", 32) == with_changes(load_recipe("v3"), {})


def test_the_command_trains_what_is_missing_and_draws(made_csv, tmp_path, capsys):
    arguments = "rate-distortion --seeds 1 --split random --system v3 --system autoencoder --size 2 --size 4 --steps 3"
    where = ["--data", str(made_csv), "--runs", str(tmp_path / "r"), "--out", str(tmp_path)]
    for trained in (4, 0):
        with pytest.raises(SystemExit) as stop:
            main([*arguments.split(), *where])
        assert stop.value.code == 0
        assert capsys.readouterr().err.count("training ") == trained
    rates = tmp_path / "rate-distortion.json"
    before = rates.read_text()
    with pytest.raises(SystemExit):
        main([*arguments.split(), "--no-training", *where])
    assert json.loads(rates.read_text()) == json.loads(before)
    found = json.loads(before)["random"]
    error = {(rate["system"], rate["size"]): rate["errors_db"][0] for rate in found}
    trained = ("V3", "autoencoder")
    names = [*trained, *(name + NEAREST for name in trained), "PCA of curves"]
    assert set(error) == {(system, size) for system in names for size in (2, 4)}
    # A point that is sought is never worse than the guess it is sought from.
    assert all(error[name + NEAREST, size] <= error[name, size] for name in trained for size in (2, 4))
    assert (tmp_path / "rate-distortion.png").read_bytes().startswith(b"\x89PNG")
    assert "| V3 | 1 | " in (tmp_path / "rate-distortion.md").read_text()
