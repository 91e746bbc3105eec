"""Oversampling by rate, and what the docstring promises of the interpolator."""

import numpy as np
import pytest

from semeq.files.true_peak import TruePeak, interpolator, oversampling


def measure(audio, rate):
    meter = TruePeak(rate, audio.shape[1])
    meter.add(audio)
    return meter.finish()


def sine(rate, freq_hz, phase_deg, amplitude=0.5):
    """With slow ends: a sine that starts at once is not a sine."""
    time = np.arange(rate // 4) / rate
    fade = np.clip(np.minimum(time, time[-1] - time) / 0.02, 0, 1)
    return (amplitude * fade * np.sin(2 * np.pi * freq_hz * time + np.deg2rad(phase_deg)))[:, None]


@pytest.mark.parametrize(
    ("rate", "factor"),
    [
        (44_100, 4),
        (48_000, 4),
        (88_200, 4),
        (96_000, 4),
        (96_001, 2),
        (176_400, 2),
        (192_000, 2),
        (192_001, 1),
        (384_000, 1),
    ],
)
def test_four_times_up_to_96_khz_twice_up_to_192_khz(rate, factor):
    assert oversampling(rate) == factor


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_four_phases_find_the_crest_wherever_it_lies(rate):
    """A quarter of the rate: a crest is at most an eighth of a sample from a phase, 0.17 dB."""
    for eighths in range(8):
        error_db = 20 * np.log10(measure(sine(rate, rate / 4, 45 + 90 * eighths / 8), rate) / 0.5)
        assert -0.18 <= error_db <= 0.05


@pytest.mark.parametrize("rate", [176_400, 192_000])
def test_at_192_khz_samples_that_miss_the_crest_by_half_a_step_are_found(rate):
    """At a quarter of the rate and 45 degrees all samples are 3 dB down: only what lies between them tells."""
    audio = sine(rate, rate / 4, 45)
    assert 20 * np.log10(np.abs(audio).max() / 0.5) < -2.9
    assert 20 * np.log10(measure(audio, rate) / 0.5) == pytest.approx(0, abs=0.05)
    # Twice is at most 0.7 dB short, which is what the docstring says and the worst phase shows.
    worst = min(20 * np.log10(measure(sine(rate, rate / 4, phase), rate) / 0.5) for phase in (0, 22.5, 45, 67.5))
    assert -0.71 <= worst <= -0.6


def test_above_192_khz_the_true_peak_is_the_sample_peak():
    audio = sine(384_000, 96_000, 45)
    assert measure(audio, 384_000) == np.float64(np.abs(audio).max())


def test_the_interpolator_is_flat_within_a_hundredth_of_a_decibel_to_19_khz():
    """At 44.1 kHz. Its phases' responses, and its images: what it finds of a sine is the sine."""
    for freq_hz in (1000, 10_000, 15_000, 19_000):
        time = np.arange(8000) / 44_100
        tone = np.exp(2j * np.pi * freq_hz * time)
        taps = interpolator(oversampling(44_100)).astype(np.float64)
        for number, phase in enumerate(taps):
            out = np.convolve(tone, phase[::-1], "valid")
            at = 11 + (number + 1) / 4  # between the two middle taps
            ideal = np.exp(2j * np.pi * freq_hz * (np.arange(len(out)) + at) / 44_100)
            error_db = 20 * np.log10(np.abs(out / ideal))
            assert np.abs(error_db).max() < 0.012
            assert np.abs(np.angle(out / ideal)).max() < 0.003
