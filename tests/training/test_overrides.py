"""Every option of `semeq-train RECIPE` reaches the job, and every value of a recipe can be changed by `--set`."""

from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

import semeq.training.commands.train as train_command
from semeq.training.cli import cli
from semeq.training.recipe import load_recipe, with_changes


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """Run the command; what the job was started with, as one flat table."""
    monkeypatch.chdir(tmp_path)
    table = {}

    def load_data(recipe, data, own=()):
        table.update(data=data, own=own)
        return SimpleNamespace(saved=(), digests=dict, corpus=SimpleNamespace(unlearnt=()))

    def run_job(recipe, data, options, writer, show, loggers):
        values = asdict(recipe)
        table.update({f"{s}.{k}": v for s, keys in values.items() if isinstance(keys, dict) for k, v in keys.items()})
        table.update(splits=options.splits, device=options.device.type, seed=options.seed, mixed=options.mixed)
        table.update(out=writer.path, loggers=loggers)
        return SimpleNamespace(metrics={}, path=writer.path, seconds={})

    class Writer:
        def __init__(self, path, *, resume=False):
            self.path = path
            table.update(resume=resume)

    monkeypatch.setattr(train_command, "load_data", load_data)
    monkeypatch.setattr(train_command, "run_job", run_job)
    monkeypatch.setattr(train_command, "split_rows", lambda *given: None)
    monkeypatch.setattr(train_command, "RunWriter", Writer)
    monkeypatch.setattr(train_command, "open_logger", lambda kind, path, config: kind)
    monkeypatch.setattr(train_command, "new_run_path", lambda name: Path("runs") / f"{name}-now")

    def run(*options, status=0, recipe="v3"):
        table.clear()
        done = CliRunner().invoke(cli, [recipe, *map(str, options)], prog_name="semeq-train")
        assert done.exit_code == status, done.output
        return dict(table)

    return run


CASES = {
    "--data": (["--data", "there"], {"data": Path("there")}),
    "--own": (["--own", "a.csv", "--own", "b.csv"], {"own": (Path("a.csv"), Path("b.csv"))}),
    "--mixed": (["--mixed"], {"mixed": True}),
    "--seed": (["--seed", "7"], {"seed": 7}),
    "--out": (["--out", "mine"], {"out": Path("mine")}),
    "--resume": (["--resume", "--out", "mine"], {"resume": True, "out": Path("mine")}),
    "--split": (["--split", "annotator"], {"splits": ("annotator",)}),
    "--steps": (["--steps", "12"], {"optimiser.steps": 12}),
    "--quality": (["--quality", "best"], {"optimiser.steps": 3 * load_recipe("v3").optimiser.steps}),
    "--set": (["--set", "loss.contrastive=0.25"], {"loss.contrastive": 0.25}),
    "--log": (["--log", "tensorboard"], {"loggers": ["tensorboard"]}),
}


@pytest.mark.parametrize("option", CASES)
def test_an_option_changes_what_it_says_and_nothing_else(asked, option):
    options, expected = CASES[option]
    before, after = asked("--device", "cpu"), asked("--device", "cpu", *options)
    assert {key: value for key, value in after.items() if before[key] != value} == expected


def test_the_defaults(asked):
    table = asked("--device", "cpu")
    assert (table["seed"], table["mixed"], table["splits"]) == (0, False, ("random", "annotator"))
    assert (table["data"], table["own"], table["resume"], table["loggers"]) == (None, (), False, [])
    assert table["device"] == "cpu"
    assert table["out"] == Path("runs/v3-now")


def test_the_other_split(asked):
    assert asked("--split", "random")["splits"] == ("random",)


def test_a_device_that_is_not_there_is_refused(asked, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    asked("--device", "cuda", status=2)
    assert asked("--device", "auto")["device"] == "cpu"


def test_steps_and_a_quality_contradict_each_other(asked):
    asked("--steps", "12", "--quality", "draft", status=2)


def test_resume_needs_the_run(asked):
    asked("--resume", status=2)


OTHER = {bool: lambda v: not v, int: lambda v: v + 1, float: lambda v: v / 2 if v else 0.125}


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        (section, key, value)
        for section, keys in asdict(load_recipe("v3")).items()
        if isinstance(keys, dict)
        for key, value in keys.items()
        if type(value) in OTHER
    ],
)
def test_every_number_and_switch_of_a_recipe_can_be_set_by_itself(section, key, value):
    recipe = load_recipe("beta-vae" if (section, key) in (("model", "variational"), ("model", "conditional")) else "v3")
    before = asdict(recipe)
    wanted = OTHER[type(value)](before[section][key])
    after = asdict(with_changes(recipe, {f"{section}.{key}": str(wanted).lower()}))
    changed = {
        (s, k): v for s, keys in after.items() if isinstance(keys, dict) for k, v in keys.items() if before[s][k] != v
    }
    assert changed == {(section, key): wanted}


def test_every_option_stands_here():
    """A new option comes with a test of its own."""
    text = Path(__file__).read_text(encoding="utf-8")
    for option in (o for param in train_command.OPTIONS for o in param.opts if o.startswith("--")):
        assert f'"{option}"' in text, option
