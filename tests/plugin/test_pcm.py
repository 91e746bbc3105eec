"""Quantisation: exact without dither, unbiased and signal-independent with it."""

import numpy as np
import pytest

from semeq.plugin.pcm import Quantiser


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
