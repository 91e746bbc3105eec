"""The streaming loudness meter against pyloudnorm, the standard's own signals, and itself in other blocks."""

import warnings

import numpy as np
import pyloudnorm
import pytest

from semeq.files.loudness import LoudnessMeter, k_weighting


def measure(audio, rate, block=65_536):
    meter = LoudnessMeter(rate, audio.shape[1])
    for start in range(0, len(audio), block):
        meter.add(audio[start : start + block])
    return meter.loudness_lufs


def signal(kind, rate, channels, random):
    time = np.arange(int(rate * 5.33)) / rate
    audio = random.standard_normal((len(time), channels)) * 0.1
    if kind == "hum":
        audio = 0.1 * audio + 0.3 * np.sin(2 * np.pi * 60 * time)[:, None]
    elif kind == "gaps":  # the gates have work to do
        audio *= np.where(np.floor(time / 1.1) % 2, 1.0, 0.002)[:, None]
    return audio


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2, 5])
@pytest.mark.parametrize("kind", ["noise", "hum", "gaps"])
def test_it_agrees_with_pyloudnorm(random, rate, channels, kind):
    audio = signal(kind, rate, channels, random)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        same_filters = pyloudnorm.Meter(rate, filter_class="DeMan").integrated_loudness(audio)
        default = pyloudnorm.Meter(rate).integrated_loudness(audio)
    assert measure(audio, rate) == pytest.approx(same_filters, abs=0.001)
    assert measure(audio, rate) == pytest.approx(default, abs=0.05)


def test_its_filters_are_those_of_the_standard_at_48_khz():
    """ITU-R BS.1770, tables 1 and 2."""
    shelf = [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585]
    highpass = [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621]
    np.testing.assert_allclose(k_weighting(48_000), [shelf, highpass], atol=2e-9)


@pytest.mark.parametrize("level_db", [-23.0, -33.0])
def test_a_sine_reads_its_level(level_db):
    """EBU Tech 3341, cases 1 and 2: 1 kHz in both channels reads its peak level."""
    time = np.arange(48_000 * 20) / 48_000
    audio = np.repeat(10 ** (level_db / 20) * np.sin(2 * np.pi * 1000 * time)[:, None], 2, axis=1)
    assert measure(audio, 48_000) == pytest.approx(level_db, abs=0.1)


def test_the_relative_gate_leaves_quiet_parts_out():
    """EBU Tech 3341, case 3: −36, −23 and −36 dB read −23."""
    levels = np.repeat([-36.0, -23.0, -36.0], [10 * 48_000, 60 * 48_000, 10 * 48_000])
    sine = np.sin(2 * np.pi * 1000 * np.arange(len(levels)) / 48_000)
    audio = np.repeat((10 ** (levels / 20) * sine)[:, None], 2, axis=1)
    assert measure(audio, 48_000) == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize("block", [1, 997, 4410, 100_000])
def test_blocks_do_not_matter(random, block):
    audio = signal("gaps", 22_050, 1, random)[: 22_050 if block == 1 else None]
    assert measure(audio, 22_050, block) == pytest.approx(measure(audio, 22_050), abs=1e-9)


def test_silence_and_the_shortest_audio(random):
    assert measure(np.zeros((48_000, 2)), 48_000) == -np.inf
    assert measure(np.zeros((0, 2)), 48_000) == -np.inf
    assert np.isfinite(measure(random.standard_normal((100, 2)), 48_000))
