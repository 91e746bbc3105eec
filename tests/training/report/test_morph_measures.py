"""What makes a morph jump, turn back or go unevenly, and from where on it counts."""

import numpy as np
import pytest
import torch

from semeq.eq import (
    FLAT,
    curve,
    rms_db,
    tilt,
)
from semeq.training.report.morphing import even_path, measure_morphs

from ..known import Knobs, by_hand, unit


def bell(gain_db, freq_hz):
    params = FLAT.copy()
    params[[5, 6]] = gain_db, freq_hz
    return unit(params)[0]


def test_the_frequency_jump_is_the_95th_percentile_over_pairs():
    starts = np.stack([bell(6.0, 400.0)] * 21)
    ends = np.stack([bell(6.0, 400.0 * 1.1 ** (i + 1)) for i in range(21)])
    model = Knobs()
    each = [measure_morphs(model, starts[i : i + 1], ends[i : i + 1]).freq_jump_octaves for i in range(21)]
    assert each == sorted(each)
    assert measure_morphs(model, starts, ends).freq_jump_octaves == pytest.approx(by_hand(each, 0.95))
    assert by_hand(each, 0.95) > 1.02 * by_hand(each, 0.9)


@pytest.mark.parametrize(("gain_db", "heard"), [(0.9, False), (1.1, True), (-1.1, True)])
def test_bands_under_one_decibel_may_jump(gain_db, heard):
    figures = measure_morphs(Knobs(), bell(gain_db, 400.0)[None], bell(gain_db, 4000.0)[None])
    assert (figures.freq_jump_octaves > 0) == heard


def test_a_band_that_appears_has_not_jumped():
    def appears(params):
        out = torch.tensor(FLAT, dtype=torch.float32).repeat(len(params), 1)
        late = params[:, 5] > 3.0
        out[:, 5], out[:, 6] = torch.where(late, 4.0, 0.5), torch.where(late, 5000.0, 100.0)
        return out

    figures = measure_morphs(Knobs(appears), bell(0.0, 400.0)[None], bell(6.0, 400.0)[None])
    assert figures.freq_jump_octaves == 0


@pytest.mark.parametrize(("back_db", "monotone"), [(0.03, 1.0), (0.07, 0.0)])
def test_tilt_may_turn_back_by_a_twentieth_of_a_decibel(back_db, monotone):
    one = FLAT.copy()
    one[11] = 1.0
    tilt_of_one = float(tilt(curve(one)))

    def turns(params):
        """The shelf rises to half a decibel, and falls by a little at the end."""
        out = torch.tensor(FLAT, dtype=torch.float32).repeat(len(params), 1)
        part = params[:, 5] / 6.0
        top, fall = 0.5 / tilt_of_one, back_db / tilt_of_one
        out[:, 11] = torch.where(part < 0.8, top * part / 0.8, top - fall * (part - 0.8) / 0.2)
        return out

    figures = measure_morphs(Knobs(turns), bell(0.0, 400.0)[None], bell(6.0, 400.0)[None])
    assert figures.tilt_monotone == monotone


def test_unevenness_is_relative_to_the_mean_step():
    start, end = bell(1.5, 300.0), bell(8.0, 3000.0)
    figures = measure_morphs(Knobs(), start[None], end[None])
    path = Knobs().decode(torch.tensor(even_path(Knobs(), start, end), dtype=torch.float32)).detach().numpy()
    steps = rms_db(np.diff(curve(path), axis=0))
    assert figures.max_over_mean == pytest.approx(steps.max() / steps.mean(), rel=0.02)
    assert figures.step_cv == pytest.approx(steps.std() / steps.mean(), abs=0.01)
