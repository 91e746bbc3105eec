"""The loss terms against plain re-statements of their definitions."""

import numpy as np
import pytest
import torch

from semeq.training.losses import Prototypes, curve_loss, params_loss, supervised_contrastive
from semeq.training.recipe import LossSection
from semeq.training.response import UnitScale

OWNER = torch.tensor([0, 0, 2, 2, 2, 5, 5, 5, 8, 8, 8, 11, 11])
IS_GAIN = UnitScale().is_gain


def contrastive_by_definition(points, labels, temperature):
    """Khosla et al. 2020, eq. 2 (L_out), one anchor at a time."""
    points = points / np.linalg.norm(points, axis=1, keepdims=True)
    losses = []
    for i in range(len(points)):
        if labels[i] < 0:
            continue
        others = [j for j in range(len(points)) if j != i and labels[j] >= 0]
        positives = [j for j in others if labels[j] == labels[i]]
        if not positives:
            continue
        denominator = sum(np.exp(points[i] @ points[j] / temperature) for j in others)
        losses.append(np.mean([-np.log(np.exp(points[i] @ points[j] / temperature) / denominator) for j in positives]))
    return np.mean(losses)


def test_contrastive_is_its_definition():
    rng = np.random.default_rng(0)
    points, labels = rng.normal(size=(30, 8)), rng.integers(-1, 4, 30)
    ours = supervised_contrastive(torch.tensor(points), torch.tensor(labels), 0.3).item()
    assert ours == pytest.approx(contrastive_by_definition(points, labels, 0.3), rel=1e-6)


@pytest.mark.parametrize("labels", [[-1, -1, -1, -1], [0, 1, 2, -1]])
def test_contrastive_without_a_positive_is_zero_and_has_a_gradient(labels):
    points = torch.randn(4, 8, requires_grad=True)
    loss = supervised_contrastive(points, torch.tensor(labels), 0.1)
    loss.backward()
    assert loss.item() == 0
    assert torch.isfinite(points.grad).all()


def test_unlabelled_points_change_nothing():
    points, labels = torch.randn(20, 8), torch.tensor([0, 1] * 10)
    more = torch.cat([points, torch.randn(7, 8)])
    more_labels = torch.cat([labels, torch.full((7,), -1)])
    torch.testing.assert_close(
        supervised_contrastive(more, more_labels, 0.1), supervised_contrastive(points, labels, 0.1)
    )
    prototypes = Prototypes(2, 8)
    torch.testing.assert_close(prototypes(more, more_labels, 0.3), prototypes(points, labels, 0.3))


def test_prototypes_want_a_point_at_its_own_word():
    prototypes = Prototypes(2, 2)
    with torch.no_grad():
        prototypes.points.copy_(torch.atanh(torch.tensor([[0.5, 0.0], [-0.5, 0.0]])))
    at_home = prototypes(torch.tensor([[0.5, 0.0]]), torch.tensor([0]), 0.3)
    away = prototypes(torch.tensor([[-0.5, 0.0]]), torch.tensor([0]), 0.3)
    assert at_home.item() == pytest.approx(np.log1p(np.exp(-1 / 0.3)), rel=1e-4)
    assert away.item() == pytest.approx(1 + np.log1p(np.exp(1 / 0.3)), rel=1e-4)


def test_a_silent_bands_frequency_does_not_count_and_a_loud_ones_does():
    target = torch.full((1, 13), 0.5)
    moved = target.clone()
    moved[0, 3] += 0.2
    assert params_loss(moved, target, OWNER, IS_GAIN).item() == 0
    loud = target.clone()
    loud[0, 2] = 1.0
    moved = loud.clone()
    moved[0, 3] += 0.2
    assert params_loss(moved, loud, OWNER, IS_GAIN).item() == pytest.approx(0.2**2 * 12 / 13 / 13, rel=1e-4)


def test_a_gain_always_counts():
    target = torch.full((1, 13), 0.5)
    moved = target.clone()
    moved[0, 2] += 0.1
    assert params_loss(moved, target, OWNER, IS_GAIN).item() == pytest.approx(0.1**2 / 13, rel=1e-4)


def test_curve_loss_is_quadratic_for_small_and_linear_for_large_differences():
    section = LossSection(curve_scale_db=3.0, curve_beta=0.3)
    flat = torch.zeros(1, 128)
    assert curve_loss(flat + 0.3, flat, section).item() == pytest.approx(0.1**2 / 2 / 0.3)
    assert curve_loss(flat + 6.0, flat, section).item() == pytest.approx(2 - 0.15)
