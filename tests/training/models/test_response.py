"""The differentiable response and unit scale against those of semeq.eq."""

import numpy as np
import pytest
import torch

from semeq.eq import LOWER_BOUNDS, UPPER_BOUNDS, check_params, curve, denormalise, normalise
from semeq.training.models.response import Response
from semeq.training.models.scale import fitted_scale, fixed_scale


def some_settings(count: int) -> np.ndarray:
    params = denormalise(np.random.default_rng(0).random((count, 13)))
    params[0], params[1] = LOWER_BOUNDS, UPPER_BOUNDS
    return params


def test_it_is_the_response_of_the_eq_in_single_precision():
    params = some_settings(500)
    ours = Response()(torch.tensor(params, dtype=torch.float32)).numpy()
    assert np.abs(ours - curve(params)).max() < 1e-3


def test_its_gradient_is_the_slope_of_the_response():
    params = some_settings(20)[2:]
    tensor = torch.tensor(params, dtype=torch.float64, requires_grad=True)
    Response().double()(tensor).square().sum().backward()
    step = 1e-6 * np.maximum(np.abs(params), 1e-2)
    for i in range(13):
        up, down = params.copy(), params.copy()
        up[:, i] += step[:, i]
        down[:, i] -= step[:, i]
        slope = (np.square(curve(up)).sum(axis=1) - np.square(curve(down)).sum(axis=1)) / (2 * step[:, i])
        np.testing.assert_allclose(tensor.grad[:, i].numpy(), slope, rtol=2e-3, atol=1e-3 * np.abs(slope).max())


def test_the_scale_is_that_of_the_eq_and_inverts():
    params = some_settings(100)
    scale = fixed_scale()
    unit = scale.to_unit(torch.tensor(params, dtype=torch.float32))
    np.testing.assert_allclose(unit.numpy(), normalise(params), atol=1e-6)
    np.testing.assert_allclose(scale.to_physical(unit).numpy(), params, rtol=1e-5, atol=1e-5)
    assert torch.isfinite(scale.to_physical(unit)).all()


@pytest.mark.parametrize("kind", ["fixed", "data", "zscore"])
def test_every_scale_inverts_on_the_rows_it_was_fitted_to(kind):
    params = some_settings(100)[2:]
    scale = fitted_scale(kind, params)
    tensor = torch.tensor(params, dtype=torch.float32)
    np.testing.assert_allclose(scale.to_physical(scale.to_unit(tensor)).numpy(), params, rtol=2e-4, atol=1e-3)


@pytest.mark.parametrize("kind", ["fixed", "data", "zscore"])
def test_no_scale_leaves_the_bounds_however_wild_its_input(kind):
    wild = torch.randn(100, 13) * 20
    check_params(fitted_scale(kind, some_settings(100)).to_physical(wild).numpy())


def test_a_data_scale_spans_the_rows_and_a_zscore_standardises_them():
    params = some_settings(200)[2:]
    tensor = torch.tensor(params, dtype=torch.float32)
    unit = fitted_scale("data", params).to_unit(tensor)
    for knobs in ([1, 3, 6, 9, 12], [4, 7, 10]):
        assert unit[:, knobs].min().item() == pytest.approx(0, abs=1e-5)
        assert unit[:, knobs].max().item() == pytest.approx(1, abs=1e-5)
    scores = fitted_scale("zscore", params).to_unit(tensor)
    np.testing.assert_allclose(scores.mean(0).numpy(), 0, atol=1e-4)
    np.testing.assert_allclose(scores.std(0, correction=0).numpy(), 1, rtol=1e-4)


def test_it_is_the_same_curve_with_a_gradient_and_without():
    params = torch.tensor(some_settings(300), dtype=torch.float32)
    with_gradient = Response()(params.clone().requires_grad_(True)).detach()
    torch.testing.assert_close(with_gradient, Response()(params), atol=1e-4, rtol=0)


def test_its_slopes_stay_finite_at_the_bounds():
    params = torch.tensor(some_settings(300), dtype=torch.float32, requires_grad=True)
    Response()(params).square().sum().backward()
    assert torch.isfinite(params.grad).all()
