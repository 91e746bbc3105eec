"""Morph figures, on spaces whose answers are known."""

import numpy as np
import pytest
import torch
from torch import nn

from semeq.eq import FLAT, curve, rms_db
from semeq.training.models.building import decoded_curves
from semeq.training.models.network import Space
from semeq.training.models.scale import fixed_scale
from semeq.training.recipe import ModelSection
from semeq.training.report.morphing import even_path, measure_morphs


class Knobs(Space):
    """Its latent is the setting in the unit cube, so a straight line turns every knob evenly."""

    def __init__(self):
        super().__init__(ModelSection(semantic=13, detail=0))
        self.scale = fixed_scale()
        self.nothing = nn.Parameter(torch.zeros(1))

    def encode(self, params):
        return self.scale.to_unit(params)

    def decode(self, latent):
        return self.scale.to_physical(latent)


def latent(**changes):
    setting = FLAT.copy()
    for knob, value in changes.items():
        setting[int(knob[1:])] = value
    return Knobs().encode(torch.tensor(setting, dtype=torch.float32)[None])[0].double().numpy()


def test_steps_of_a_path_are_even_where_a_straight_walk_is_not():
    model = Knobs()
    start, end = latent(k2=9.0, k3=100.0), latent(k2=0.5, k3=9000.0)
    straight = decoded_curves(model, start + (end - start) * np.linspace(0, 1, 101)[:, None])
    even = decoded_curves(model, even_path(model, start, end))
    uneven_steps, steps = (rms_db(np.diff(c, axis=0)) for c in (straight, even))
    assert uneven_steps.std() / uneven_steps.mean() > 0.2
    assert steps.std() / steps.mean() < 0.01
    np.testing.assert_allclose(even[[0, -1]], straight[[0, -1]], atol=1e-4)


def test_a_shelf_that_only_rises_is_monotone_and_one_that_turns_is_not():
    model = Knobs()
    dark, bright = latent(k11=-9.0, k12=6000.0), latent(k11=9.0, k12=6000.0)
    assert measure_morphs(model, dark[None], bright[None]).tilt_monotone == 1.0
    # A bell that passes from the highs through the middle to the lows, while a shelf moves the other way.
    start = latent(k8=12.0, k9=9000.0, k10=1.0)
    end = latent(k8=12.0, k9=150.0, k10=1.0)
    turning = measure_morphs(model, np.stack([dark, start]), np.stack([bright, end]))
    assert turning.pairs == 2
    assert turning.freq_jump_octaves > measure_morphs(model, dark[None], bright[None]).freq_jump_octaves


def test_turning_back_is_seen():
    class Back(Knobs):
        def decode(self, latent):
            gain = torch.sin(latent[:, 11:12] * 12) * 8
            params = torch.tensor(FLAT, dtype=torch.float32).repeat(len(latent), 1)
            params[:, 11:12] = gain
            return params

    model = Back()
    figures = measure_morphs(model, np.full((1, 13), 0.1), np.full((1, 13), 0.9))
    assert figures.tilt_monotone == 0.0


def test_a_path_from_a_point_to_itself_stands_still():
    path = even_path(Knobs(), latent(k0=3.0), latent(k0=3.0))
    assert path.shape == (101, 13)
    assert np.ptp(path, axis=0).max() == 0
    assert curve(FLAT).shape == (128,)
    assert path == pytest.approx(np.tile(latent(k0=3.0), (101, 1)))
