"""The numbers that pages and docstrings state, each with a value on either side of the edge."""

import numpy as np
import pytest

from semeq.eq import (
    DEFAULT_RAMP_FRAMES,
    FLAT,
    FREQ_INDEX,
    GAIN_INDEX,
    LOWER_BOUNDS,
    MAX_CHANNELS,
    Q_INDEX,
    REFERENCE_GRID_HZ,
    UPPER_BOUNDS,
    Engine,
    Setting,
    SettingError,
    as_planes,
    biquads,
    check_params,
    curve,
    even_positions,
    fit_curves,
    magnitude_db,
    neutralise_silent_bands,
    rms_db,
    scale_gains,
    sort_bells,
    tilt,
)


def one_at(freq_hz):
    """A curve that is 1 dB at the grid's frequency nearest to `freq_hz`, else 0."""
    out = np.zeros(len(REFERENCE_GRID_HZ))
    out[np.abs(np.log(REFERENCE_GRID_HZ / freq_hz)).argmin()] = 1.0
    return out


def test_the_reference_grid():
    assert REFERENCE_GRID_HZ.shape == (128,)
    assert REFERENCE_GRID_HZ[[0, -1]] == pytest.approx([20, 20_000])
    np.testing.assert_allclose(np.diff(np.log(REFERENCE_GRID_HZ)), np.log(1000) / 127)


def test_tilt_is_above_4_khz_against_below_250_hz_and_nothing_between():
    counted = tilt(np.eye(128))
    assert ((counted > 0) == (REFERENCE_GRID_HZ > 4000)).all()
    assert ((counted < 0) == (REFERENCE_GRID_HZ < 250)).all()
    assert counted[REFERENCE_GRID_HZ > 4000].sum() == pytest.approx(1)
    assert counted[REFERENCE_GRID_HZ < 250].sum() == pytest.approx(-1)
    # The grid's own neighbours of the edges, in Hz: the count changes between them.
    for freq_hz, sign in ((241, -1), (254, 0), (3959, 0), (4180, 1)):
        assert np.sign(tilt(one_at(freq_hz))) == sign


def test_strength_is_the_root_of_the_mean_square():
    assert rms_db(np.where(np.arange(128) < 32, 6.0, 0.0)) == pytest.approx(3.0)
    assert rms_db(-4.0 * np.ones(128)) == pytest.approx(4.0)


def test_curves_are_those_at_44_1_khz():
    params = Setting(high_shelf_gain_db=9.0, high_shelf_freq_hz=15_000.0).to_array()
    np.testing.assert_array_equal(curve(params), magnitude_db(params, REFERENCE_GRID_HZ, 44_100))
    assert np.abs(curve(params) - magnitude_db(params, REFERENCE_GRID_HZ, 48_000)).max() > 0.1


@pytest.mark.parametrize("rate", [32_000, 44_100])
def test_a_frequency_is_held_at_049_of_the_rate(rate):
    def shelf(freq_hz):
        return biquads(scale_gains(Setting(high_shelf_gain_db=6.0).to_array(), 1) + _freq(freq_hz), rate)

    def _freq(freq_hz):
        out = np.zeros(13)
        out[12] = freq_hz - 8000.0
        return out

    np.testing.assert_array_equal(shelf(0.495 * rate), shelf(0.49 * rate))
    assert not np.array_equal(shelf(0.4899 * rate), shelf(0.49 * rate))


def test_the_bounds_of_a_setting():
    assert set(LOWER_BOUNDS[GAIN_INDEX]) == {-12.0}
    assert set(UPPER_BOUNDS[GAIN_INDEX]) == {12.0}
    assert set(LOWER_BOUNDS[FREQ_INDEX]) == {20.0}
    assert set(UPPER_BOUNDS[FREQ_INDEX]) == {20_000.0}
    assert set(LOWER_BOUNDS[Q_INDEX]) == {0.1}
    assert set(UPPER_BOUNDS[Q_INDEX]) == {10.0}


@pytest.mark.parametrize(
    ("index", "edge", "slack"),
    [(0, 12.0, 1.2e-3), (0, -12.0, -1.2e-3), (1, 20.0, -0.02), (1, 20_000.0, 0.02), (4, 0.1, -1e-5), (4, 10.0, 1e-5)],
)
def test_rounding_at_a_bound_passes_and_more_does_not(index, edge, slack):
    params = FLAT.copy()
    params[index] = edge + 0.9 * slack
    check_params(params)
    params[index] = edge + 1.5 * slack
    with pytest.raises(SettingError, match="outside"):
        check_params(params)


def test_a_silent_band_is_under_03_db_and_rests_on_its_neutral_place():
    params = np.array([0.29, 50, -0.29, 5000, 9, 0.3, 99, 5, -0.31, 777, 4, 0.0, 19_000])
    quiet = neutralise_silent_bands(params)
    assert quiet[FREQ_INDEX].tolist() == [100, 300, 99, 777, 8000]
    assert quiet[Q_INDEX] == pytest.approx([np.sqrt(0.5), 5, 4])
    np.testing.assert_array_equal(quiet[GAIN_INDEX], params[GAIN_INDEX])
    assert FLAT[FREQ_INDEX].tolist() == [100, 300, 1000, 3000, 8000]


def test_sorted_bells_ascend_and_keep_what_belongs_together():
    params = np.array([1.0, 50, 2, 3000, 0.3, 3, 200, 0.2, 4, 9000, 0.9, 5, 8000])
    ordered = sort_bells(params)
    assert ordered[2:11].tolist() == [3, 200, 0.2, 2, 3000, 0.3, 4, 9000, 0.9]
    assert ordered[[0, 1, 11, 12]].tolist() == [1.0, 50, 5, 8000]


def test_fits_come_back_sorted_and_better_with_more_starts(random):
    targets = curve(np.array([[5.0, 90, -6, 5000, 2, 7, 300, 1.5, -4, 1200, 3, 4, 9000]]))
    one, many = fit_curves(targets, restarts=1, iterations=15), fit_curves(targets, restarts=8, iterations=15)
    assert many.error_db <= one.error_db
    assert (np.diff(many.params[:, [3, 6, 9]], axis=1) >= 0).all()
    assert rms_db(curve(many.params[0]) - targets[0]) == pytest.approx(many.error_db[0], abs=1e-6)
    for wrong in (0, 9):
        with pytest.raises(ValueError, match=f"restarts must be 1 to 8, not {wrong}"):
            fit_curves(targets, restarts=wrong)


def test_a_ridge_costs_a_hundredth_of_a_decibel_for_each_of_gain():
    """Without it, bands that cancel each other grow for nothing; with ten times as much, gains would shrink."""
    target = curve(Setting(bell_2_gain_db=8.0, bell_2_q=2.0).to_array())
    free, default, heavy = (fit_curves(target, ridge=ridge) for ridge in (0.0, 0.01, 0.5))
    np.testing.assert_array_equal(fit_curves(target).params, default.params)
    total = [float(np.abs(fit.params[0, GAIN_INDEX]).sum()) for fit in (free, default, heavy)]
    assert total[2] < total[1] - 0.5
    assert default.error_db[0] < 0.05


def test_even_positions_walk_a_path_at_even_pace_and_say_its_length():
    corner = np.concatenate([np.linspace(0, 1, 11), 1 + 9 * np.linspace(0, 1, 11)[1:]])  # slow, then fast
    curves = corner[:, None] * np.ones((1, 128))
    at, length = even_positions(curves, [0.0, 0.1, 0.55, 1.0])
    assert length == pytest.approx(10.0)
    np.testing.assert_allclose(at, [0.0, 0.5, 0.75, 1.0], atol=1e-6)


def test_a_path_without_length_is_its_own_parameter():
    at, length = even_positions(np.ones((5, 128)), [0.0, 0.3, 1.0])
    assert (at.tolist(), length) == ([0.0, 0.3, 1.0], 0.0)


@pytest.mark.parametrize(("good", "bad"), [(1e3, 999.0), (1e6, 1_000_001.0)])
def test_sample_rates_of_the_engine(good, bad):
    Engine(good, 1)
    with pytest.raises(ValueError, match="outside 1 kHz to 1 MHz"):
        Engine(bad, 1)


def test_channels_and_ramps_of_the_engine():
    assert (MAX_CHANNELS, DEFAULT_RAMP_FRAMES) == (64, 64)
    Engine(48_000, 64, 1_000_000)
    for channels, ramp in ((65, 64), (0, 64), (1, 0), (1, 1_000_001)):
        with pytest.raises(ValueError, match="outside 1 to"):
            Engine(48_000, channels, ramp)


def test_a_change_takes_64_frames_and_no_more():
    engine = Engine(48_000, 1)
    engine.set_target(FLAT, 6.0)
    out = engine.process(np.ones((1, 66)))[0]
    assert (np.diff(out[:64]) > 0).all()
    assert out[63] == pytest.approx(10 ** (6 / 20), rel=1e-9)
    assert out[64] == out[65]
    assert out[62] < 0.999 * out[63]


def test_the_shorter_axis_is_the_channels_unless_their_number_is_known():
    assert as_planes(np.zeros((2, 500))).shape == (2, 500)
    assert as_planes(np.zeros((500, 2))).shape == (2, 500)
    assert as_planes(np.zeros((2, 64)), channels=64).shape == (64, 2)
    assert as_planes(np.zeros(10)).shape == (1, 10)
