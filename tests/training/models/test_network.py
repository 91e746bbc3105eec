"""Properties of the V3 network that hold whatever its weights are."""

import numpy as np
import pytest
import torch

from semeq.eq import FLAT, check_params, curve, denormalise
from semeq.training import EqSpace
from semeq.training.recipe import ModelSection


@pytest.fixture
def model():
    torch.manual_seed(0)
    return EqSpace(ModelSection(semantic=5, detail=9, hidden=(16, 24))).eval()


def settings(count=64, seed=0):
    return denormalise(np.random.default_rng(seed).random((count, 13)))


def encode(model, params):
    with torch.no_grad():
        return model.encode(torch.tensor(params, dtype=torch.float32))


def decode(model, latent):
    with torch.no_grad():
        return model.decode(torch.as_tensor(latent, dtype=torch.float32)).double().numpy()


def test_latents_are_semantic_then_detail_within_one(model):
    latent = encode(model, settings())
    assert latent.shape == (64, 14)
    assert model.latent_size == 14
    assert latent.abs().max() < 1


def test_any_latent_decodes_within_the_bounds(model):
    wild = 100 * np.random.default_rng(0).normal(size=(200, 14))
    check_params(decode(model, wild))


def test_flat_decodes_to_flat_even_untrained(model):
    silent = settings()
    silent[:, [0, 2, 5, 8, 11]] = 0
    rebuilt = decode(model, encode(model, np.concatenate([FLAT[None], silent])))
    assert np.abs(curve(rebuilt)).max() < 1e-3


def test_a_band_fades_out_smoothly(model):
    """Its frequency stops mattering as its gain goes to zero, without a jump."""
    one, other = settings(2)
    quiet = np.stack([one, one])
    quiet[:, 8] = [0.003, -0.003]
    moved = quiet.copy()
    moved[:, 9] = other[9]
    step = (encode(model, quiet) - encode(model, moved)).abs().max()
    assert step < 2e-3


def test_the_order_of_the_bells_does_not_matter(model):
    params = settings()
    for order in ([5, 6, 7, 2, 3, 4, 8, 9, 10], [8, 9, 10, 5, 6, 7, 2, 3, 4], [5, 6, 7, 8, 9, 10, 2, 3, 4]):
        other = params[:, [0, 1, *order, 11, 12]]
        torch.testing.assert_close(encode(model, params), encode(model, other), atol=1e-5, rtol=0)


def test_a_silent_bells_frequency_does_not_matter(model):
    params = settings()
    params[:, 5] = 0.0
    moved = params.copy()
    moved[:, 6] = np.random.default_rng(9).permutation(moved[:, 6])
    torch.testing.assert_close(encode(model, params), encode(model, moved), atol=1e-5, rtol=0)


def test_the_semantic_part_hears_only_the_curve(model):
    """Two ways to dial nothing differ in no number; a different curve does."""
    params = settings(2)
    params[:, [5, 8]] = 0.0
    same = params.copy()
    same[:, [6, 9]] = [500.0, 900.0]
    torch.testing.assert_close(encode(model, params)[:, :5], encode(model, same)[:, :5], atol=1e-5, rtol=0)
    louder = params.copy()
    louder[:, 0] = np.where(params[:, 0] > 0, params[:, 0] - 6, params[:, 0] + 6)
    assert (encode(model, params)[:, :5] - encode(model, louder)[:, :5]).abs().max() > 1e-3


def test_frequency_and_q_count_as_much_as_their_band_is_heard(model):
    params = np.tile(FLAT, (2, 1))
    params[1, 2] = 9.0
    weight = model.show(torch.tensor(params, dtype=torch.float32)).weight
    bell = [2, 3, 4]
    assert weight[0, [0, 2, 5, 8, 11]].tolist() == [1] * 5
    assert weight[0, [1, 3, 4, 6, 7, 9, 10, 12]].abs().max() == 0
    # The raised bell of 300 Hz is the lowest but for the silent ones, which rest on 1 kHz: it stays the first.
    torch.testing.assert_close(weight[1, bell], torch.tensor([1.0, 0.9, 0.9]), atol=1e-4, rtol=0)


def test_a_batch_is_many_single_settings(model):
    params = settings(8)
    together = encode(model, params)
    alone = torch.cat([encode(model, p[None]) for p in params])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-4)
