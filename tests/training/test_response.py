"""The differentiable response and unit scale against those of semeq.eq."""

import numpy as np
import torch

from semeq.eq import LOWER_BOUNDS, UPPER_BOUNDS, curve, denormalise, normalise
from semeq.training.response import Response, UnitScale


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
    scale = UnitScale()
    unit = scale.to_unit(torch.tensor(params, dtype=torch.float32))
    np.testing.assert_allclose(unit.numpy(), normalise(params), atol=1e-6)
    np.testing.assert_allclose(scale.to_physical(unit).numpy(), params, rtol=1e-5, atol=1e-5)
    assert torch.isfinite(scale.to_physical(unit)).all()
