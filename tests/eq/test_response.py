"""The magnitude response against independent implementations of the same formulas."""

import numpy as np
import pytest
from pedalboard import HighShelfFilter, LowShelfFilter, PeakFilter, Pedalboard
from scipy.signal import sosfreqz

from semeq import eq

RATES = (22_050, 44_100, 48_000, 96_000, 192_000)


@pytest.mark.parametrize("rate", RATES)
def test_magnitude_equals_scipys_of_the_same_sections(random, rate):
    settings = eq.denormalise(random.random((40, 13)))
    freqs = np.geomspace(20, min(20_000, 0.45 * rate), 300)
    for params in settings:
        _, h = sosfreqz(eq.biquads(params, rate), worN=freqs, fs=rate)
        np.testing.assert_allclose(eq.magnitude_db(params, freqs, rate), 20 * np.log10(np.abs(h)), atol=2e-7)


def test_sections_have_pedalboards_response(random):
    rate, frames = 44_100, 1 << 17
    impulse = np.zeros((1, frames), np.float32)
    impulse[0, 0] = 1
    freqs = np.fft.rfftfreq(frames, 1 / rate)
    audible = (freqs >= 100) & (freqs <= 20_000)
    for params in eq.denormalise(random.random((6, 13))):
        gains, f, q = params[eq.GAIN_INDEX], params[eq.FREQ_INDEX], params[eq.Q_INDEX]
        f = f.clip(200, 18_000)  # pedalboard filters in float32, which is coarse below
        params[eq.FREQ_INDEX] = f
        board = Pedalboard(
            [
                LowShelfFilter(f[0], gains[0], eq.SHELF_Q),
                *(PeakFilter(f[i + 1], gains[i + 1], q[i]) for i in range(3)),
                HighShelfFilter(f[4], gains[4], eq.SHELF_Q),
            ]
        )
        measured = 20 * np.log10(np.abs(np.fft.rfft(board(impulse, rate)[0].astype(np.float64))))
        np.testing.assert_allclose(measured[audible], eq.magnitude_db(params, freqs[audible], rate), atol=0.02)


def test_a_bell_peaks_at_its_frequency_with_its_gain_and_bandwidth():
    params = eq.Setting(bell_2_gain_db=9.0, bell_2_freq_hz=1000.0, bell_2_q=2.0).to_array()
    freqs = np.linspace(500, 2000, 15_001)
    response = eq.magnitude_db(params, freqs)
    assert freqs[response.argmax()] == pytest.approx(1000, abs=0.2)
    assert response.max() == pytest.approx(9.0, abs=1e-6)
    # The cookbook defines a bell's bandwidth between its half-gain (in dB) points: f0/Q, before warping.
    half = freqs[response >= 4.5]
    assert half[-1] - half[0] == pytest.approx(500, rel=0.02)


def test_shelves_reach_their_gain_at_their_end_and_half_of_it_at_their_frequency():
    low = eq.Setting(low_shelf_gain_db=6.0, low_shelf_freq_hz=500.0).to_array()
    high = eq.Setting(high_shelf_gain_db=-8.0, high_shelf_freq_hz=2000.0).to_array()
    np.testing.assert_allclose(eq.magnitude_db(low, [20.0, 500.0, 20_000.0]), [6.0, 3.0, 0.0], atol=1e-2)
    np.testing.assert_allclose(eq.magnitude_db(high, [20.0, 2000.0, 21_000.0]), [0.0, -4.0, -8.0], atol=1e-2)


def test_responses_of_many_settings_and_frequencies_broadcast(random):
    settings = eq.denormalise(random.random((3, 4, 13)))
    together = eq.magnitude_db(settings, eq.REFERENCE_GRID_HZ)
    assert together.shape == (3, 4, 128)
    np.testing.assert_array_equal(together[2, 1], eq.curve(settings[2, 1]))


def test_curve_error_and_tilt_of_known_curves():
    flat, bass = eq.FLAT, eq.Setting(low_shelf_gain_db=6.0, low_shelf_freq_hz=1000.0).to_array()
    assert eq.curve_error(flat, flat) == 0
    assert eq.curve_error(flat, bass) == pytest.approx(np.sqrt(np.mean(eq.curve(bass) ** 2)))
    assert eq.tilt(eq.curve(bass)) == pytest.approx(-6.0, abs=0.1)
    assert eq.tilt(np.where(eq.REFERENCE_GRID_HZ > 4000, 3.0, 0.0)) == pytest.approx(3.0)
