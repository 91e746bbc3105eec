"""A training step keeps to its device: no value is read back and nothing is copied over inside the loop."""

import copy

import numpy as np
import pytest
import torch

from semeq.training import load_recipe, recipe_names
from semeq.training.audio.closed_loop import ClosedLoop, _step
from semeq.training.audio.front_end import LeanEncoder
from semeq.training.data.sources import load_data
from semeq.training.data.split import split_rows
from semeq.training.jobs.trainer import Trainer
from semeq.training.models.building import build_model
from semeq.training.models.response import Response
from semeq.training.recipe import with_changes

from ..second_device import NoWaiting

SMALL = {"optimiser.batch": "16", "model.hidden": "[8]"}


def trainer_of(recipe, made_csv, seed=0):
    corpus = load_data(recipe, made_csv).corpus
    return Trainer(recipe, corpus, split_rows(corpus, "random", 0.2, 0), torch.device("cpu"), seed)


@pytest.mark.parametrize("name", recipe_names())
def test_a_chunk_of_steps_never_waits(name, made_csv):
    trainer = trainer_of(with_changes(load_recipe(name), SMALL), made_csv)
    trainer._chunk(1)  # the optimiser makes its state at the first step
    with NoWaiting():
        trainer._chunk(2)


@pytest.mark.parametrize("form", ["infonce", "triplet", "npairs"])
def test_nor_does_another_form_of_the_loss(form, made_csv):
    trainer = trainer_of(with_changes(load_recipe("v3"), {**SMALL, "loss.form": form}), made_csv)
    trainer._chunk(1)
    with NoWaiting():
        trainer._chunk(2)


def test_the_guard_sees_what_it_is_for():
    table, device = torch.ones(3, 13), torch.ones(3, device="meta")
    for wrong in (
        lambda: table[:, [0, 2]],
        lambda: float(table.sum()),
        lambda: table[table > 0],
        lambda: torch.tensor([1.0]),
    ):
        with pytest.raises(AssertionError, match="wait for the device"), NoWaiting():
            wrong()
    with pytest.raises(AssertionError, match="mixes"), NoWaiting("meta"):
        device + table[:, 0]
    with pytest.raises(AssertionError, match="between devices"), NoWaiting("meta"):
        table.to("meta")


def test_the_response_runs_on_any_device():
    response = Response().to("meta")
    params = torch.ones(4, 13, device="meta", requires_grad=True)
    with NoWaiting("meta"):
        response(params).sum().backward()
    assert params.grad.device.type == "meta"


def test_a_step_on_a_second_device_stays_there(made_csv):
    """All that a trainer holds moved to `meta`, which has no numbers to read: a step must run all the same."""
    trainer = trainer_of(with_changes(load_recipe("v3"), SMALL), made_csv)
    for name in ("model", "prototypes", "scale"):
        setattr(trainer, name, copy.deepcopy(getattr(trainer, name)).to("meta"))
    for name in ("class_weights", "tilt_weights"):
        setattr(trainer, name, getattr(trainer, name).to("meta"))
    trainer.parameters = [*trainer.model.parameters(), *trainer.prototypes.parameters()]
    trainer.optimiser = torch.optim.AdamW(trainer.parameters)
    params = torch.ones(16, 13, device="meta")
    labels, between = torch.zeros(16, dtype=torch.int64, device="meta"), torch.ones(8, 1, device="meta")
    with NoWaiting("meta"):
        assert trainer._step(params, labels, between, 0.5).device.type == "meta"


@pytest.fixture
def space():
    return build_model(load_recipe("v3").model, np.ones((2, 13)), words=2)


def test_the_closed_loop_leaves_the_space_where_it_is(space):
    encoder = LeanEncoder()
    loop = ClosedLoop(encoder, space).to("meta")
    assert {t.device.type for t in [*loop.parameters(), *loop.buffers()]} == {"meta"}
    assert {t.device.type for t in [*space.parameters(), *space.buffers()]} == {"cpu"}
    assert all(weight.requires_grad for weight in space.parameters())
    assert space.encode(space.get_buffer("flat")).device.type == "cpu"


def test_a_step_of_the_closed_loop_stays_on_its_device(space):
    loop = ClosedLoop(LeanEncoder(), space).to("meta")
    optimiser = torch.optim.AdamW(loop.encoder.head.parameters(), lr=1e-3)
    power, settings = torch.ones(4, 2049, device="meta"), torch.ones(4, 13, device="meta")
    with NoWaiting("meta"):
        assert _step(loop, optimiser, power, settings, 0.3).device.type == "meta"
