"""Figures of a space, checked where the right answer is known, and the comparison table."""

import json

import numpy as np
import pytest
import torch

from semeq.eq import shape_name
from semeq.training import RunError, load_recipe, recipe_names
from semeq.training.cli import main
from semeq.training.commands import bench as bench_command
from semeq.training.commands.bench import Entry
from semeq.training.data.corpus import prepare
from semeq.training.data.readers.safe_db import read_safe_db
from semeq.training.data.schools import split_schools
from semeq.training.data.split import split_rows
from semeq.training.jobs.trainer import Trainer
from semeq.training.models.building import build_model, decode, encode
from semeq.training.models.network import Space
from semeq.training.models.scale import fixed_scale
from semeq.training.recipe import ModelSection, with_changes
from semeq.training.report.comparison import BASELINES, COLUMNS, as_json, as_markdown, compare, read_figures
from semeq.training.report.evaluation import evaluate
from semeq.training.report.telling_apart import centroid_balanced_accuracy, knn_accuracy, silhouette

pytestmark = pytest.mark.slow


class Perfect(Space):
    """Keeps the setting itself."""

    def __init__(self):
        super().__init__(ModelSection(semantic=13, detail=0))
        self.scale = fixed_scale()

    def encode(self, params):
        return self.scale.to_unit(params)

    def decode(self, latent):
        return self.scale.to_physical(latent)


class Deaf(Perfect):
    """Decodes everything to flat."""

    def decode(self, latent):
        return self.get_buffer("flat").repeat(len(latent), 1)


@pytest.fixture(scope="module")
def corpus(train_csv):
    return prepare([read_safe_db(train_csv)], load_recipe("v3").data)


@pytest.fixture(scope="module")
def split(corpus):
    return split_rows(corpus, "random", 0.2, 0)


def test_a_perfect_space_has_no_error(corpus, split):
    figures = evaluate(Perfect(), corpus, split)
    assert figures.curve_error_p95_db < 1e-3
    assert max(figures.gain_mae_db, figures.freq_mae_octaves, figures.q_mae_log2) < 1e-4
    assert figures.flat_setting_db < 1e-4
    assert figures.test_rows == len(split.test)
    assert figures.knn_warm_bright == pytest.approx(figures.knn_warm_bright_raw, abs=0.02)
    assert sum(map(sum, figures.confusion)) == len(split.test)


def test_a_deaf_space_has_the_error_of_a_flat_eq(corpus, split):
    figures = evaluate(Deaf(), corpus, split)
    assert figures.curve_error_mean_db == pytest.approx(figures.flat_error_mean_db, rel=1e-6)
    assert np.isnan(figures.decoded_freq_max_hz)


class Told(Perfect):
    """Keeps a setting only if it is told the word, as a model conditioned on it does."""

    def encode(self, params):
        return torch.zeros(len(params), 13)

    def encode_told(self, params, labels):
        return torch.cat([self.scale.to_unit(params), labels[:, None].float()], dim=1)

    def decode(self, latent):
        return self.scale.to_physical(latent[:, :13])


def test_a_conditional_model_is_told_the_word_but_not_where_words_are_told_apart(corpus, split):
    figures = evaluate(Told(), corpus, split)
    assert figures.curve_error_p95_db < 1e-3
    assert figures.word_to_mean_db == pytest.approx(evaluate(Perfect(), corpus, split).word_to_mean_db, abs=1e-3)
    assert figures.silhouette_warm_bright == 0
    assert figures.balanced_accuracy < 0.3


def test_a_point_of_the_cvae_carries_its_word(corpus):
    recipe = load_recipe("cvae")
    model = build_model(recipe.model, corpus.params, len(corpus.words)).eval()
    params, labels = corpus.params[:6], np.array([0, 0, 0, 1, 1, -1])
    told = encode(model, params, labels)
    assert told.shape == (6, recipe.model.semantic + len(corpus.words))
    np.testing.assert_array_equal(told[:, recipe.model.semantic :], np.eye(len(corpus.words) + 1)[labels, :-1])
    shown = model.show(torch.tensor(params, dtype=torch.float32))
    as_trained = model.reconstruct(shown, torch.tensor(labels), torch.zeros(0, 1)).directions.detach().numpy()
    np.testing.assert_allclose(told[:, : recipe.model.semantic], as_trained, atol=1e-6)
    np.testing.assert_allclose(told[5, : recipe.model.semantic], encode(model, params)[5], atol=1e-6)
    assert np.abs(decode(model, told)[:5] - decode(model, told[:, : recipe.model.semantic])[:5]).max() > 0


def test_telling_words_apart():
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 50)
    apart = rng.normal(size=(100, 3)) + 10 * labels[:, None]
    mixed = rng.normal(size=(100, 3))
    assert silhouette(apart, labels) > 0.7
    assert abs(silhouette(mixed, labels)) < 0.1
    assert np.isnan(silhouette(apart, np.zeros(100, dtype=int)))
    assert knn_accuracy(apart, labels, apart, labels) == 1
    assert 0.3 < knn_accuracy(mixed[::2], labels[::2], mixed[1::2], labels[1::2]) < 0.7
    rare = np.r_[np.zeros(95, dtype=int), np.ones(5, dtype=int)]
    always_common = centroid_balanced_accuracy(np.zeros((100, 1)), rare, np.zeros((100, 1)), rare)
    assert always_common == 0.5


def test_schools_are_found_where_there_are_some():
    params = np.tile([0, 100, 0, 300, 1, 0, 1000, 1, 0, 3000, 1, 0, 8000.0], (40, 1))
    params[:25, 0], params[25:, 11] = 6.0, 6.0
    params[:, 5] = np.random.default_rng(0).normal(0, 0.5, 40)
    people = np.array([f"p{i % 8}" if i < 25 else f"q{i % 3}" for i in range(40)])
    lows, highs = split_schools(params, people, 2)
    assert (len(lows.params), len(highs.params)) == (25, 15)
    assert (lows.people, highs.people) == (8, 3)
    assert "lows up" in lows.name
    assert "air up" in highs.name


def test_a_shape_is_named_after_what_it_does():
    shape = np.zeros(128)
    shape[:20] = -3
    assert shape_name(shape) == "lows down"


@pytest.mark.parametrize("name", recipe_names())
def test_every_shipped_recipe_trains_and_is_measured(name, corpus, split):
    torch.set_num_threads(1)
    recipe = with_changes(load_recipe(name), {"optimiser.steps": "12"})
    reports = []
    trained = Trainer(recipe, corpus, split, torch.device("cpu"), 0).run(reports.append)
    figures = evaluate(trained.model, corpus, split)
    assert np.isfinite(reports[-1].loss)
    assert 0 < figures.curve_error_mean_db < 20
    assert np.isfinite(figures.silhouette_warm_bright)


SWITCHES = [
    *({"loss.form": form} for form in ("infonce", "supcon", "triplet", "npairs", "none")),
    {"data.sampling": "balanced", "data.curriculum": "0.5", "loss.class_weights": "true"},
    {"optimiser.patience": "1", "optimiser.schedule": "constant"},
    {"loss.mixing": "0.3", "loss.geometry": "0.2", "model.noise": "0.1", "model.dropout": "0.1"},
    {"loss.curve": "0.0", "synthetic.share": "0.0", "data.pool": "[]"},
]


@pytest.mark.parametrize("changes", SWITCHES)
def test_an_ablation_is_a_loop_over_switches(changes, corpus, split):
    torch.set_num_threads(1)
    recipe = with_changes(load_recipe("v3"), {"optimiser.steps": "60", "optimiser.batch": "64", **changes})
    reports = []
    Trainer(recipe, corpus, split, torch.device("cpu"), 0).run(reports.append)
    assert np.isfinite(reports[-1].loss)
    if "loss.mixing" in changes:
        assert reports[-1].mixing > 0
        assert reports[-1].geometry > 0


def test_the_bench_trains_what_is_missing_and_writes_the_table(tmp_path, made_csv, capsys, monkeypatch):
    torch.set_num_threads(1)
    monkeypatch.setattr(bench_command, "ENTRIES", (Entry("beta-vae", {"model.semantic": "3", "optimiser.steps": "5"}),))
    arguments = [
        "bench",
        "--data",
        str(made_csv),
        "--seeds",
        "2",
        "--runs",
        str(tmp_path / "r"),
        "--out",
        str(tmp_path),
    ]
    for expected in (2, 0):
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == 0
        assert capsys.readouterr().err.count("training ") == expected
    assert "| beta-vae, 3-D | 2 |" in (tmp_path / "comparison.md").read_text()


def test_evaluate_measures_and_draws_a_run_and_compare_prints_it(tmp_path, made_csv, capsys):
    torch.set_num_threads(1)
    run = tmp_path / "r"
    for arguments in (
        ["v3", "--data", str(made_csv), "--steps", "20", "--split", "random", "--out", str(run)],
        ["evaluate", str(run), "--data", str(made_csv)],
        [
            "compare",
            str(run),
            "--data",
            str(made_csv),
            "--markdown",
            str(tmp_path / "c.md"),
            "--reach",
            str(run / "x.png"),
        ],
    ):
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == 0
    out = capsys.readouterr().out
    kept = json.loads((run / "metrics.json").read_text())["random"]["curve_error_mean_db"]
    assert f"{kept:.4g}" in out
    drawn = {path.name for path in (run / "figures").iterdir()}
    assert drawn == {"latent_map.png", "training.png", "confusion.png", "words.png", "word_map.png"}
    assert (run / "x.png").is_file()
    assert "| v3 | 1 |" in (tmp_path / "c.md").read_text()


def made_run(path, recipe, seed, error, rows="a" * 64):
    path.mkdir()
    config = {"seed": seed, "recipe": load_recipe(recipe).to_dict()}
    morph = {"tilt_monotone": 1.0, "step_cv": 0.01, "max_over_mean": 1.0, "freq_jump_octaves": None}
    figures = {column.key: 1.0 for column in (*COLUMNS, *BASELINES) if not column.key.startswith("morph.")}
    figures |= {f"curve_error_{kind}_db": error for kind in ("mean", "median", "p95")}
    figures |= {"morph": morph, "test_rows_sha256": rows}
    (path / "config.json").write_text(json.dumps(config))
    (path / "metrics.json").write_text(json.dumps({"random": figures}))
    return read_figures(path)


def test_a_comparison_averages_over_seeds(tmp_path):
    runs = [made_run(tmp_path / f"r{seed}", "v3", seed, error) for seed, error in enumerate((0.1, 0.2, 0.3))]
    runs.append(made_run(tmp_path / "old", "v2", 0, 3.0))
    comparison = compare(runs)
    v3, v2 = comparison.rows["random"]
    assert (v3.label, v3.seeds, v2.seeds) == ("v3", 3, 1)
    assert v3.figures["curve_error_mean_db"] == pytest.approx((0.2, 0.1))
    text = as_markdown(comparison)
    assert "| v3 | 3 | 0.20 ± 0.10 |" in text
    assert "| v2 | 1 | 3.00 |" in text
    assert "fewer than three seeds: v2" in text
    assert (
        json.loads(as_json(comparison))["splits"]["random"]["runs"][0]["figures"]["morph.freq_jump_octaves"][0] is None
    )


def test_runs_on_different_rows_are_called_out(tmp_path):
    runs = [made_run(tmp_path / "a", "v3", 0, 0.1), made_run(tmp_path / "b", "v2", 0, 3.0, rows="b" * 64)]
    assert any("different rows" in remark for remark in compare(runs).remarks)


def test_a_folder_that_is_no_run_is_named(tmp_path):
    with pytest.raises(RunError, match="is not a finished run"):
        read_figures(tmp_path)
