"""An interrupted run goes on as if nothing had happened; one that cannot says why."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from semeq.training import DataError, DivergedError, RunError, load_recipe, load_run
from semeq.training.data.sources import load_data
from semeq.training.jobs import job as job_module
from semeq.training.jobs.job import JobOptions, run_job
from semeq.training.recipe import with_changes
from semeq.training.run_folder import RunWriter

pytestmark = pytest.mark.slow

SMALL = {"optimiser.steps": "200", "optimiser.batch": "48", "model.hidden": "[24]", "model.dropout": "0.1"}
OPTIONS = JobOptions(("random",), torch.device("cpu"), seed=5)


class Interrupted(Exception):
    pass


@pytest.fixture(autouse=True)
def states_come_often(monkeypatch):
    torch.set_num_threads(1)
    monkeypatch.setattr(job_module, "STATE_STEPS", 100)


@pytest.fixture
def data(made_csv):
    return load_data(load_recipe("v3"), made_csv)


def stop_at(step):
    def report(kind, progress):
        if progress.step == step:
            raise Interrupted

    return report


@pytest.mark.parametrize("patience", ["0", "3"])
def test_an_interrupted_run_ends_like_one_that_was_not(tmp_path, data, patience):
    recipe = with_changes(load_recipe("v3"), {**SMALL, "optimiser.patience": patience})
    run_job(recipe, data, OPTIONS, RunWriter(tmp_path / "whole"))
    with pytest.raises(Interrupted):
        run_job(recipe, data, OPTIONS, RunWriter(tmp_path / "broken"), stop_at(150))
    assert (tmp_path / "broken" / "plan.json").is_file()
    torch.manual_seed(99)
    run_job(recipe, data, OPTIONS, RunWriter(tmp_path / "broken", resume=True))
    whole, resumed = load_run(tmp_path / "whole"), load_run(tmp_path / "broken")
    for name, weights in whole.model.state_dict().items():
        assert torch.equal(weights, resumed.model.state_dict()[name]), name
    steps = [json.loads(line)["step"] for line in (tmp_path / "broken" / "log.jsonl").read_text().splitlines()]
    assert steps == [50, 100, 150, 200]
    assert not list((tmp_path / "broken").glob("state-*"))
    assert not (tmp_path / "broken" / "plan.json").exists()


def steps_of(path):
    return [json.loads(line)["step"] for line in (path / "log.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("killed_at", [50, 150])
def test_the_log_of_a_killed_run_has_each_step_once(tmp_path, data, killed_at):
    """Killed before its first state, and while it wrote a line."""
    recipe = with_changes(load_recipe("v3"), SMALL)
    with pytest.raises(Interrupted):
        run_job(recipe, data, OPTIONS, RunWriter(tmp_path / "r"), stop_at(killed_at))
    with (tmp_path / "r" / "log.jsonl").open("a") as file:
        file.write('{"split": "random", "st')
    run_job(recipe, data, OPTIONS, RunWriter(tmp_path / "r", resume=True))
    assert steps_of(tmp_path / "r") == [50, 100, 150, 200]


def test_a_line_that_is_broken_in_the_middle_is_still_an_error(tmp_path, data):
    recipe = with_changes(load_recipe("v3"), SMALL)
    with pytest.raises(Interrupted):
        run_job(recipe, data, OPTIONS, RunWriter(tmp_path / "r"), stop_at(50))
    (tmp_path / "r" / "log.jsonl").write_text('{"split": \n{"split": "random", "step": 50}\n')
    with pytest.raises(RunError, match="cannot rewrite"):
        run_job(recipe, data, OPTIONS, RunWriter(tmp_path / "r", resume=True))


def test_a_run_begun_on_another_device_goes_on_here(tmp_path, data):
    """The state of a CUDA generator is 16 bytes, of a CPU one 5056: neither can be put into the other."""
    recipe = with_changes(load_recipe("v3"), SMALL)
    with pytest.raises(Interrupted):
        run_job(recipe, data, OPTIONS, RunWriter(tmp_path / "r"), stop_at(150))
    file = tmp_path / "r" / "state-random.safetensors"
    state = load_file(file)
    state["generator"] = torch.arange(16, dtype=torch.uint8)
    state["random_cuda"] = torch.arange(16, dtype=torch.uint8)
    save_file(state, file)
    run_job(recipe, data, OPTIONS, RunWriter(tmp_path / "r", resume=True))
    assert steps_of(tmp_path / "r") == [50, 100, 150, 200]


def test_only_the_same_job_is_resumed(tmp_path, data):
    recipe = with_changes(load_recipe("v3"), SMALL)
    with pytest.raises(Interrupted):
        run_job(recipe, data, OPTIONS, RunWriter(tmp_path / "r"), stop_at(50))
    other = with_changes(recipe, {"loss.curve": "2"})
    with pytest.raises(RunError, match="begun with another recipe"):
        run_job(other, data, OPTIONS, RunWriter(tmp_path / "r", resume=True))
    with pytest.raises(RunError, match="go on with --resume"):
        RunWriter(tmp_path / "r")


def test_data_that_cannot_be_split_leaves_no_folder(tmp_path, safe_rows, write_rows):
    recipe = with_changes(load_recipe("v3"), {"data.min_examples": "1"})
    few = load_data(recipe, write_rows(tmp_path / "few.csv", safe_rows(4)))
    with pytest.raises(DataError, match="too few labelled rows"):
        run_job(load_recipe("v3"), few, OPTIONS, RunWriter(tmp_path / "r"))
    assert not (tmp_path / "r").exists()


def test_nothing_to_resume(tmp_path):
    with pytest.raises(RunError, match="no interrupted run"):
        RunWriter(tmp_path / "none", resume=True)


def test_a_diverging_loss_names_the_step_and_the_last_good_state(tmp_path, data, monkeypatch):
    recipe = with_changes(load_recipe("v3"), SMALL)
    from semeq.training.jobs import trainer

    real = trainer.curve_loss
    calls = []

    def breaks_later(*args):
        calls.append(1)
        return real(*args) * (float("nan") if len(calls) > 240 else 1.0)

    monkeypatch.setattr(trainer, "curve_loss", breaks_later)
    with pytest.raises(DivergedError, match=r"at step 150.*last good state is .*state-random\.safetensors"):
        run_job(recipe, data, OPTIONS, RunWriter(tmp_path / "r"))
    assert not (tmp_path / "r" / "checkpoint.safetensors").exists()


def test_a_full_disk_is_said_and_leaves_no_partial_file(tmp_path, data, monkeypatch):
    from semeq.training import run_files

    def full(tensors, path):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run_files, "save_file", full)
    recipe = with_changes(load_recipe("v3"), {**SMALL, "optimiser.steps": "50"})
    with pytest.raises(RunError, match="No space left on device"):
        run_job(recipe, data, OPTIONS, RunWriter(tmp_path / "r"))
    assert not [p for p in (tmp_path / "r").iterdir() if "partial" in p.name]
