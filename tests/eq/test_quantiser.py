"""Quantisation: exact without dither, unbiased and signal-independent with it."""

import numpy as np
import pytest

from semeq.eq import Quantiser


@pytest.mark.parametrize(("bits", "width"), [(16, 16), (24, 32), (8, 16)])
def test_integers_pass_undithered_without_a_change(random, bits, width):
    steps = random.integers(-(2 ** (bits - 1)), 2 ** (bits - 1), 5000)
    audio = (steps / 2 ** (bits - 1)).astype(np.float32)
    np.testing.assert_array_equal(Quantiser(bits)(audio, dither=False) >> (width - bits), steps)


def test_full_scale_clips_instead_of_wrapping():
    out = Quantiser(16)(np.array([1.0, 2.0, -1.0, -2.0]), dither=False)
    np.testing.assert_array_equal(out, [32767, 32767, -32768, -32768])


def test_tpdf_dither_makes_the_error_unbiased_with_constant_variance():
    # A constant between two codes: its mean survives, and the error variance is 1/4 LSB² whatever the constant.
    for level in (0.0, 0.25, 0.5, 0.9):
        audio = np.full(400_000, (10 + level) / 32768)
        error = Quantiser(16)(audio) - (10 + level)
        assert error.mean() == pytest.approx(0, abs=0.004)
        assert error.var() == pytest.approx(0.25, rel=0.02)


def test_renders_repeat():
    audio = np.linspace(-0.5, 0.5, 1000)
    np.testing.assert_array_equal(Quantiser(16)(audio), Quantiser(16)(audio))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_blocks_of_any_size_give_the_same_samples(random, dtype):
    audio = random.uniform(-1.2, 1.2, 5000).astype(dtype)
    whole, quantiser = Quantiser(16)(audio), Quantiser(16)
    cuts = np.sort(random.integers(0, len(audio), 40))
    parts = [quantiser(part) for part in np.split(audio, cuts)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_dither_is_white_triangular_and_independent_of_its_neighbours():
    noise = Quantiser(24)(np.zeros(1 << 18)) / 2.0**8
    # Rounded TPDF of ±1 step is −1, 0 or 1 with odds 1 : 6 : 1.
    values, counts = np.unique(noise, return_counts=True)
    np.testing.assert_array_equal(values, [-1, 0, 1])
    np.testing.assert_allclose(counts / len(noise), [1 / 8, 3 / 4, 1 / 8], atol=0.004)
    spectrum = (np.abs(np.fft.rfft(noise)) ** 2)[1:].reshape(64, -1).mean(axis=1)
    assert spectrum.max() / spectrum.min() < 1.25
    lags = [np.dot(noise[lag:], noise[:-lag]) / np.dot(noise, noise) for lag in (1, 2, 3, 4, 5, 8, 16)]
    np.testing.assert_allclose(lags, 0, atol=0.01)


def test_other_seeds_give_other_noise_and_channels_their_own():
    audio = np.zeros((2000, 2))
    one, two = Quantiser(16, seed=1)(audio), Quantiser(16, seed=2)(audio)
    assert abs(np.corrcoef(one.ravel(), two.ravel())[0, 1]) < 0.1
    assert abs(np.corrcoef(one[:, 0], one[:, 1])[0, 1]) < 0.1


def test_what_is_no_number_becomes_the_lowest_sample_and_not_the_next_ones():
    out = Quantiser(16)(np.array([np.nan, 0.0, np.inf, -np.inf, 1e300]), dither=False)
    np.testing.assert_array_equal(out, [-32768, 0, 32767, -32768, 32767])


@pytest.mark.parametrize("bits", [0, 25, -3])
def test_bits_beyond_24_are_refused(bits):
    with pytest.raises(ValueError, match="1 to 24 bits"):
        Quantiser(bits)
