"""`runs/*` also names what is not a run of a recipe: it is left out, and said."""

import json

import pytest

from semeq.training import RunError, load_recipe
from semeq.training.cli import main
from semeq.training.report.comparison import BASELINES, COLUMNS
from semeq.training.run_folder import finished_runs


def made_run(path, seed=0, error=0.5):
    """What `compare` reads of a finished run."""
    path.mkdir(parents=True)
    morph = {"tilt_monotone": 1.0, "step_cv": 0.01, "max_over_mean": 1.0, "freq_jump_octaves": 0.1}
    figures = {column.key: 1.0 for column in (*COLUMNS, *BASELINES) if not column.key.startswith("morph.")}
    figures |= {"morph": morph, "test_rows_sha256": "a" * 64, "curve_error_mean_db": error}
    (path / "config.json").write_text(json.dumps({"seed": seed, "recipe": load_recipe("v3").to_dict()}))
    (path / "metrics.json").write_text(json.dumps({"random": figures}))
    (path / "checkpoint.safetensors").write_bytes(b"")
    return path


@pytest.fixture
def runs(tmp_path):
    """`runs/` after a week of work: two runs, a bench, an audio encoder, a run in progress."""
    folder = tmp_path / "runs"
    for seed in (0, 1):
        made_run(folder / f"v3-{seed}", seed, error=0.5 + seed)
    made_run(folder / "bench" / "v1-s0", error=9.0)
    (folder / "bench" / "comparison.md").write_text("")
    (folder / "audio").mkdir()
    (folder / "audio" / "config.json").write_text('{"format": 1, "kind": "audio-encoder"}')
    (folder / "audio" / "metrics.json").write_text("{}")
    (folder / "audio" / "ear.safetensors").write_bytes(b"")
    (folder / "half").mkdir()
    (folder / "half" / "plan.json").write_text("{}")
    return folder


def test_what_is_no_run_is_told_apart(runs):
    finished, others = finished_runs(sorted(runs.iterdir()))
    assert [path.name for path in finished] == ["v3-0", "v3-1"]
    assert [path.name for path in others] == ["audio", "bench", "half"]


def test_compare_takes_runs_star(runs, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["compare", *map(str, sorted(runs.iterdir())), "--json"])
    assert stop.value.code == 0
    (row,) = json.loads(capsys.readouterr().out)["splits"]["random"]["runs"]
    assert (row["recipe"], row["seeds"]) == ("v3", 2)
    assert row["figures"]["curve_error_mean_db"][0] == 1.0


def test_compare_says_what_it_leaves_out(runs, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["compare", *map(str, sorted(runs.iterdir()))])
    assert stop.value.code == 0
    err = capsys.readouterr().err
    for name in ("audio", "bench", "half"):
        assert f"{name} is left out" in err.replace("\n", " ")
    assert "v3-0 is left out" not in err


def test_nothing_left_or_nothing_there_is_an_error(runs, tmp_path):
    with pytest.raises(RunError, match="is not a finished run"):
        finished_runs([runs / "bench"])
    with pytest.raises(RunError, match="is not a run folder"):
        finished_runs([runs / "v3-0", tmp_path / "v3-typo"])
