"""The settings a model learns from stay settings, in the stated proportions."""

import numpy as np
import pytest
import torch

from semeq.eq import denormalise, normalise
from semeq.training.jobs.synthesis import Sampler, sorted_bells, training_rows
from semeq.training.recipe import AugmentSection, SyntheticSection

STILL = AugmentSection(gain_scale=(1.0, 1.0), gain_noise=0.0, freq_noise=0.0)


def rows(count=40, seed=0):
    unit = torch.tensor(np.random.default_rng(seed).random((count, 13)), dtype=torch.float32)
    return sorted_bells(unit)


NOTHING_INVENTED = SyntheticSection(share=0.0)


def sampler(unit, augment=STILL, synthetic=NOTHING_INVENTED, seed=0, labels=None, sampling="natural"):
    labels = torch.arange(len(unit)) % 3 if labels is None else labels
    return Sampler(unit, labels, augment, synthetic, torch.Generator().manual_seed(seed), sampling)


@pytest.mark.parametrize(("sampling", "share"), [("natural", 0.1), ("sqrt", 0.25), ("balanced", 0.5)])
def test_sampling_decides_how_often_a_rare_word_is_drawn(sampling, share):
    labels = torch.tensor([0] * 90 + [1] * 10 + [-1] * 50)
    drawn = sampler(rows(150), labels=labels, sampling=sampling).draw(50, 200).labels
    assert (drawn == 1).sum() / (drawn >= 0).sum() == pytest.approx(share, abs=0.02)
    assert (drawn < 0).float().mean() == pytest.approx(1 / 3, abs=0.02)


def test_a_curriculum_starts_with_the_two_most_frequent_words():
    labels = torch.tensor([0] * 5 + [1] * 40 + [2] * 30 + [-1] * 10)
    it = sampler(rows(85), labels=labels)
    assert set(it.draw(5, 100, early=True).labels.unique().tolist()) == {-1, 1, 2}
    assert set(it.draw(5, 100).labels.unique().tolist()) == {-1, 0, 1, 2}


def test_wide_settings_leave_the_ranges_in_use_and_the_others_do_not():
    unit = 0.4 + 0.2 * rows(30)
    narrow, wide = (
        sampler(unit, synthetic=SyntheticSection(share=0.9, crossover=0.0, wide=w)).draw(1, 400).unit
        for w in (0.0, 1.0)
    )
    assert narrow[..., [1, 4, 12]].min() >= 0.4
    assert narrow[..., [1, 4, 12]].max() <= 0.6
    assert wide[..., [1, 4, 12]].min() < 0.1
    assert wide[..., [1, 4, 12]].max() > 0.9


def test_without_augmentation_real_rows_come_back_with_their_labels():
    unit = rows()
    chunk = sampler(unit).draw(5, 32)
    assert chunk.unit.shape == (5, 32, 13)
    flat, labels = chunk.unit.view(-1, 13), chunk.labels.view(-1)
    distance = torch.cdist(flat, unit, compute_mode="donot_use_mm_for_euclid_dist")
    assert distance.amin(dim=1).max() < 1e-4
    assert torch.equal(labels, distance.argmin(dim=1) % 3)


def test_invented_settings_are_unlabelled_and_have_their_share():
    chunk = sampler(rows(), synthetic=SyntheticSection(share=0.25)).draw(3, 64)
    assert (chunk.labels == -1).sum(dim=1).tolist() == [16, 16, 16]


@pytest.mark.parametrize("share", [0.0, 0.5, 0.9])
def test_all_settings_are_in_bounds_with_bells_in_order(share):
    synthetic = SyntheticSection(share=share, noise=0.5)
    unit = sampler(rows(), AugmentSection(gain_noise=0.5, freq_noise=0.5), synthetic).draw(4, 100).unit
    assert unit.min() >= 0
    assert unit.max() <= 1
    freqs = unit[..., [3, 6, 9]]
    assert (freqs.diff(dim=-1) >= 0).all()


def test_a_crossover_takes_each_band_whole_from_one_of_two_rows():
    unit = rows(2)
    unit[:, [3, 6, 9]] = torch.tensor([[0.2, 0.4, 0.6], [0.25, 0.45, 0.65]])
    synthetic = SyntheticSection(share=0.99, crossover=1.0, wide=0.0, noise=0.0)
    made = sampler(unit, synthetic=synthetic).draw(1, 400)
    children = made.unit.view(-1, 13)[made.labels.view(-1) == -1]
    for band in ([0, 1], [2, 3, 4], [5, 6, 7], [8, 9, 10], [11, 12]):
        from_first = (children[:, band] == unit[0, band]).all(dim=1)
        from_second = (children[:, band] == unit[1, band]).all(dim=1)
        assert (from_first | from_second).all()
        assert 0.3 < from_first.float().mean() < 0.7


def test_gain_scaling_keeps_the_shape_of_a_setting():
    unit = rows(1)
    out = sampler(unit, AugmentSection((0.5, 0.9), 0.0, 0.0)).draw(1, 200).unit[0]
    ratio = (out[:, [0, 2, 5, 8, 11]] - 0.5) / (unit[:, [0, 2, 5, 8, 11]] - 0.5)
    torch.testing.assert_close(ratio, ratio[:, :1].expand(-1, 5), atol=1e-4, rtol=1e-4)
    assert ratio.min() >= 0.5 - 1e-5
    assert ratio.max() <= 0.9 + 1e-5
    torch.testing.assert_close(out[:, [1, 3, 4]], unit[:, [1, 3, 4]].expand(200, -1))


def test_the_same_seed_draws_the_same():
    section = SyntheticSection()
    first = sampler(rows(), AugmentSection(), section, seed=3).draw(2, 50)
    second = sampler(rows(), AugmentSection(), section, seed=3).draw(2, 50)
    other = sampler(rows(), AugmentSection(), section, seed=4).draw(2, 50)
    assert torch.equal(first.unit, second.unit)
    assert torch.equal(first.labels, second.labels)
    assert not torch.equal(first.unit, other.unit)


def test_rows_are_normalised_as_the_eq_does():
    params = denormalise(np.random.default_rng(0).random((10, 13)))
    np.testing.assert_allclose(
        training_rows(torch.tensor(params, dtype=torch.float32)).numpy(), normalise(params), atol=1e-5
    )
