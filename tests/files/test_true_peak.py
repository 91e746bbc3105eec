"""True peak: sines whose samples miss their crests, bounds, blocks, and ffmpeg's meter."""

import re
import shutil
import subprocess

import numpy as np
import pytest
import soundfile

from semeq.files.true_peak import TruePeak, interpolator, oversampling


def measure(audio, rate, block=65_536):
    meter = TruePeak(rate, audio.shape[1])
    for start in range(0, len(audio), block):
        meter.add(audio[start : start + block])
    return meter.finish()


def sine(rate, freq_hz, phase_deg, amplitude=0.5):
    """With slow ends: a sine that starts at once is not a sine."""
    time = np.arange(rate // 2) / rate
    fade = np.clip(np.minimum(time, time[-1] - time) / 0.05, 0, 1)
    return (amplitude * fade * np.sin(2 * np.pi * freq_hz * time + np.deg2rad(phase_deg)))[:, None]


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
@pytest.mark.parametrize(("part", "phase"), [(4, 0), (4, 45), (4, 60), (6, 60), (8, 67.5), (3, 10)])
def test_a_sine_reads_its_amplitude_wherever_its_samples_fall(rate, part, phase):
    """EBU Tech 3341, cases 15 to 19: within +0.2 and −0.4 dB."""
    error_db = 20 * np.log10(measure(sine(rate, rate / part, phase), rate) / 0.5)
    assert -0.4 <= error_db <= 0.2


def test_samples_at_full_scale_hide_three_decibels():
    audio = sine(48_000, 12_000, 45, amplitude=1.4)
    assert np.abs(audio).max() < 1.0
    assert 20 * np.log10(measure(audio, 48_000)) == pytest.approx(20 * np.log10(1.4), abs=0.05)


@pytest.mark.parametrize("rate", [44_100, 96_000, 192_000])
@pytest.mark.parametrize("channels", [1, 2, 5])
def test_never_below_the_sample_peak_and_the_same_in_any_blocks(random, rate, channels):
    audio = (random.uniform(-1, 1, (9000, channels)) * np.linspace(0.2, 1, 9000)[:, None]).astype(np.float32)
    whole = measure(audio, rate)
    assert whole >= np.abs(audio).max()
    for block in (1, 17, 2048, 5000):
        assert measure(audio[-3000:], rate, block) == pytest.approx(measure(audio[-3000:], rate), rel=1e-5)


def interpolated(audio, rate):
    """Every value between the samples of (frames,), in float32 as the meter computes them."""
    padded = np.concatenate([np.zeros(23), audio, np.zeros(23)]).astype(np.float32)
    between = np.zeros((len(padded) - 23,), np.float32)
    largest = 0.0
    for taps in interpolator(oversampling(rate)):
        between[:] = 0
        for k, tap in enumerate(taps):
            between += tap * padded[k : len(padded) - 23 + k]
        largest = max(largest, float(np.abs(between).max()))
    return max(largest, float(np.abs(audio.astype(np.float32)).max()))


@pytest.mark.parametrize("rate", [48_000, 192_000])
@pytest.mark.parametrize("colour", [0.0, 1.0])
@pytest.mark.parametrize("layout", [np.ascontiguousarray, np.asfortranarray])
def test_leaving_out_what_cannot_be_loudest_changes_nothing(random, rate, colour, layout):
    spectrum = np.fft.rfft(random.standard_normal((200_000, 2)), axis=0)
    audio = np.fft.irfft(spectrum / np.maximum(np.arange(len(spectrum)), 10)[:, None] ** colour, axis=0)
    audio *= np.abs(np.sin(np.arange(200_000) / 9000))[:, None] / np.abs(audio).max()
    audio = layout(audio.astype(np.float32))
    asked = max(interpolated(audio[:, channel], rate) for channel in range(2))
    for block in (65_536, 1000, 10):
        assert measure(audio, rate, block) == asked


def test_the_last_samples_count():
    audio = np.zeros((1000, 1))
    audio[-2:] = 0.9
    assert measure(audio, 48_000) > 1.0


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
def test_it_agrees_with_ffmpeg(random, tmp_path):
    audio = (random.standard_normal((96_000, 2)) * 0.2).clip(-0.9, 0.9)
    soundfile.write(tmp_path / "x.wav", audio, 48_000, subtype="FLOAT")
    command = ["ffmpeg", "-hide_banner", "-i", tmp_path / "x.wav", "-af", "ebur128=peak=true", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60).stderr
    theirs = float(re.findall(r"True peak:\s+Peak:\s+(-?[\d.]+)", said)[-1])
    assert 20 * np.log10(measure(audio, 48_000)) == pytest.approx(theirs, abs=0.3)


@pytest.mark.parametrize("rate", [44_100, 96_000])
def test_with_a_floor_nothing_above_it_is_missed(random, rate):
    """Signals of all colours with true peaks about full scale: those above are measured, the others stay below."""
    above = 0
    for colour in (0.0, 0.5, 1.0):
        spectrum = np.fft.rfft(random.standard_normal((40_000, 2)), axis=0)
        audio = np.fft.irfft(spectrum / np.maximum(np.arange(len(spectrum)), 10)[:, None] ** colour, axis=0)
        for level in np.linspace(0.6, 1.1, 6):
            scaled = (audio / np.abs(audio).max() * level).astype(np.float32)
            exact, meter = measure(scaled, rate), TruePeak(rate, 2, floor=1.0)
            meter.add(scaled[:25_000])
            meter.add(scaled[25_000:])
            found = meter.finish()
            above += exact > 1.0
            assert found == exact if exact > 1.0 else found <= 1.0
    assert 0 < above < 18
