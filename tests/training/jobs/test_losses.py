"""The loss terms against plain re-statements of their definitions."""

import numpy as np
import pytest
import torch

from semeq.training.jobs.losses import Prototypes, contrastive_loss, curve_loss, geometry_loss, params_loss
from semeq.training.recipe import LossSection

FORMS = ("supcon", "infonce", "triplet", "npairs")


def loss_of(form, points, labels, temperature=0.1, weights=None):
    weights = torch.ones(len(labels), dtype=points.dtype) if weights is None else weights
    return contrastive_loss(form, points, labels, temperature, weights)


def by_definition(form, points, labels, temperature):
    """Each form as its paper writes it, one anchor at a time."""
    if form != "npairs":
        points = points / np.linalg.norm(points, axis=1, keepdims=True)
    losses = []
    for i in range(len(points)):
        if labels[i] < 0:
            continue
        others = [j for j in range(len(points)) if j != i and labels[j] >= 0]
        same = [j for j in others if labels[j] == labels[i]]
        different = [j for j in others if labels[j] != labels[i]]
        if not same:
            continue
        alike = {j: points[i] @ points[j] for j in others}
        if form in ("supcon", "infonce"):
            denominator = sum(np.exp(alike[j] / temperature) for j in others)
            parts = [np.exp(alike[j] / temperature) / denominator for j in same]
            losses.append(-np.mean(np.log(parts)) if form == "supcon" else -np.log(np.sum(parts)))
        elif form == "triplet" and different:
            far = max(np.sum((points[i] - points[j]) ** 2) for j in same)
            near = min(np.sum((points[i] - points[j]) ** 2) for j in different)
            losses.append(max(far - near + 0.5, 0))
        elif form == "npairs" and different:
            positive = np.mean([alike[j] for j in same])
            losses.append(np.log1p(sum(np.exp(alike[j] - positive) for j in different)))
    return np.mean(losses)


@pytest.mark.parametrize("form", FORMS)
def test_each_contrastive_form_is_its_definition(form):
    rng = np.random.default_rng(0)
    points, labels = rng.normal(size=(30, 8)), rng.integers(-1, 4, 30)
    ours = loss_of(form, torch.tensor(points), torch.tensor(labels), 0.3).item()
    assert ours == pytest.approx(by_definition(form, points, labels, 0.3), rel=1e-6)


@pytest.mark.parametrize("form", [*FORMS, "none"])
@pytest.mark.parametrize("labels", [[-1, -1, -1, -1], [0, 1, 2, -1]])
def test_contrastive_without_a_positive_is_zero_and_has_a_gradient(form, labels):
    points = torch.randn(4, 8, requires_grad=True)
    loss = loss_of(form, points, torch.tensor(labels))
    assert loss.item() == 0
    if form != "none":
        loss.backward()
        assert torch.isfinite(points.grad).all()


@pytest.mark.parametrize("form", FORMS)
def test_unlabelled_points_change_nothing(form):
    points, labels = torch.randn(20, 8), torch.tensor([0, 1] * 10)
    more = torch.cat([points, torch.randn(7, 8)])
    more_labels = torch.cat([labels, torch.full((7,), -1)])
    torch.testing.assert_close(loss_of(form, more, more_labels), loss_of(form, points, labels))
    prototypes = Prototypes(2, 8)
    torch.testing.assert_close(
        prototypes(more, more_labels, 0.3, torch.ones(27)), prototypes(points, labels, 0.3, torch.ones(20))
    )


@pytest.mark.parametrize("form", FORMS)
def test_well_separated_words_cost_less_than_mixed_ones(form):
    apart = torch.randn(20, 8) * 0.1 + torch.tensor([[3.0], [-3.0]]).repeat(10, 1)
    labels = torch.tensor([0, 1] * 10)
    assert loss_of(form, apart, labels) < loss_of(form, apart, labels[torch.randperm(20)])


def test_an_anchor_of_weight_zero_does_not_count():
    points, labels = torch.randn(12, 8), torch.tensor([0, 0, 0, 1, 1, 1] * 2)
    weights = (labels == 0).float()
    only = loss_of("supcon", points, labels, weights=weights)
    both = loss_of("supcon", points, labels)
    other = loss_of("supcon", points, labels, weights=1 - weights)
    torch.testing.assert_close(both, (only + other) / 2)


def test_geometry_is_zero_where_directions_are_as_alike_as_curves():
    curves = torch.randn(10, 128) * 5
    rotation, _ = torch.linalg.qr(torch.randn(128, 128))
    assert geometry_loss(curves @ rotation, curves).item() < 1e-9
    assert geometry_loss(torch.randn(10, 8), curves).item() > 1e-2


def test_prototypes_want_a_point_at_its_own_word():
    prototypes = Prototypes(2, 2)
    with torch.no_grad():
        prototypes.points.copy_(torch.atanh(torch.tensor([[0.5, 0.0], [-0.5, 0.0]])))
    at_home = prototypes(torch.tensor([[0.5, 0.0]]), torch.tensor([0]), 0.3, torch.ones(1))
    away = prototypes(torch.tensor([[-0.5, 0.0]]), torch.tensor([0]), 0.3, torch.ones(1))
    assert at_home.item() == pytest.approx(np.log1p(np.exp(-1 / 0.3)), rel=1e-4)
    assert away.item() == pytest.approx(1 + np.log1p(np.exp(1 / 0.3)), rel=1e-4)


def test_weights_decide_what_counts():
    target, weight = torch.zeros(2, 13), torch.ones(2, 13)
    moved = target.clone()
    moved[0, 3] = 0.2
    assert params_loss(moved, target, weight).item() == pytest.approx(0.2**2 / 26)
    weight[:, 3] = 0
    assert params_loss(moved, target, weight).item() == 0


def test_curve_loss_is_quadratic_for_small_and_linear_for_large_differences():
    section = LossSection(curve_scale_db=3.0, curve_beta=0.3)
    flat = torch.zeros(1, 128)
    assert curve_loss(flat + 0.3, flat, section).item() == pytest.approx(0.1**2 / 2 / 0.3)
    assert curve_loss(flat + 6.0, flat, section).item() == pytest.approx(2 - 0.15)
