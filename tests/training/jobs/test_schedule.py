"""The learning rate, and two numbers of the losses."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from semeq.training import load_recipe
from semeq.training.jobs.losses import contrastive_loss, geometry_loss
from semeq.training.jobs.trainer import learning_rate


def test_a_triplet_wants_a_margin_of_a_half():
    points = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.8, 0.6], [0.8, 0.6]])
    labels, weights = torch.tensor([0, 0, 1, 1]), torch.ones(4)
    assert contrastive_loss("triplet", points, labels, 0.1, weights).item() == pytest.approx(
        2 * 0.8 - 2 + 0.5, abs=1e-5
    )
    far = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.74, 0.6726], [0.74, 0.6726]])
    assert contrastive_loss("triplet", far, labels, 0.1, weights).item() == 0.0


def test_geometry_weighs_curves_by_their_strength_over_one_decibel_more(random):
    directions, curves = random.standard_normal((3, 8)), random.standard_normal((3, 128)) * np.array([[0.2], [1], [5]])
    strength = np.sqrt((curves**2).mean(axis=1))
    weight = strength / (strength + 1)
    unit_of = [rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (directions, curves)]
    cosines = [rows @ rows.T for rows in unit_of]
    expected = ((cosines[0] - cosines[1]) ** 2 * np.outer(weight, weight)).mean()
    assert geometry_loss(*map(torch.tensor, (directions, curves))).item() == pytest.approx(expected)


def test_the_learning_rate_rises_over_15_percent_and_falls_to_nothing():
    section = replace(load_recipe("v3").optimiser, steps=1000, learning_rate=1.0)
    assert section.schedule != "constant"
    rates = [learning_rate(section, step) for step in range(1001)]
    assert rates[0] == pytest.approx(1 / 25)
    assert int(np.argmax(rates)) == 150
    assert rates[150] == pytest.approx(1.0)
    assert rates[75] == pytest.approx((1 / 25 + 1) / 2)  # half a cosine
    assert rates[1000] == pytest.approx(1e-5)
    assert learning_rate(replace(section, schedule="constant"), 500) == 1.0
