"""Fitting five bands: the derivatives, recovery of known settings, and faults."""

import numpy as np
import pytest

from semeq.eq import (
    LOWER_BOUNDS,
    REFERENCE_GRID_HZ,
    check_params,
    clip_params,
    curve,
    denormalise,
    fit_curves,
    magnitude_db,
    refit,
    rms_db,
    scale_gains,
    sort_bells,
)
from semeq.eq.fit import MAX_RESTARTS, _Model, _theta


def settings(count: int, seed: int = 0) -> np.ndarray:
    unit = np.random.default_rng(seed).uniform(0.15, 0.85, (count, 13))
    return sort_bells(denormalise(unit))


@pytest.mark.parametrize("rate", [44_100.0, 96_000.0])
def test_its_response_is_that_of_the_eq(rate):
    params = settings(50)
    freqs = np.geomspace(20, 20_000, 64)
    ours, _ = _Model(freqs, rate).response(_theta(params))
    np.testing.assert_allclose(ours, magnitude_db(params, freqs, rate), atol=1e-6)


@pytest.mark.parametrize("i", range(13))
def test_the_derivative_is_the_slope(i):
    model, theta, step = _Model(REFERENCE_GRID_HZ, 44_100.0), _theta(settings(30)), np.zeros(13)
    step[i] = 1e-5
    slope = (model.response(theta + step)[0] - model.response(theta - step)[0]) / 2e-5
    derivative = model.response(theta, jacobian=True)[1][:, i]
    np.testing.assert_allclose(derivative, slope, atol=1e-5 * np.abs(slope).max())


def test_curves_of_five_bands_are_found_again():
    params = settings(40)
    fit = fit_curves(curve(params), ridge=0.0, iterations=150)
    assert np.median(fit.error_db) < 0.25
    np.testing.assert_allclose(rms_db(curve(fit.params) - curve(params)), fit.error_db, atol=1e-9)


def test_results_are_settings_with_bells_in_order_also_for_wild_targets():
    wild = np.random.default_rng(0).normal(0, 30, (12, 128))
    fit = fit_curves(wild, restarts=2, iterations=20)
    check_params(fit.params)
    assert (np.diff(fit.params[:, [3, 6, 9]]) >= 0).all()


def test_flat_is_fitted_by_flat():
    fit = fit_curves(np.zeros((1, 128)))
    assert np.abs(curve(fit.params)).max() < 1e-3


def test_more_restarts_never_fit_worse():
    targets = np.cumsum(np.random.default_rng(1).normal(0, 0.8, (30, 128)), axis=1)
    one, all_of_them = (fit_curves(targets, restarts=n).error_db for n in (1, MAX_RESTARTS))
    assert (all_of_them <= one + 1e-12).all()
    assert all_of_them.mean() < one.mean()


def test_the_neighbours_of_a_curve_do_not_change_its_fit():
    targets = curve(settings(300))
    np.testing.assert_allclose(
        fit_curves(targets, restarts=1).error_db[-1], fit_curves(targets[-1], restarts=1).error_db[0], rtol=1e-6
    )


def test_a_refit_follows_a_target_that_moves_and_is_never_worse_than_its_start():
    params = settings(20)
    for setting in params:
        target = curve(scale_gains(setting[None], np.array([0.8])))[0]
        found = refit(target, setting)
        before = rms_db(curve(setting) - target)
        assert found.error_db[0] <= before
        assert found.error_db[0] < 0.05 or found.error_db[0] < 0.1 * before
        check_params(found.params)


def test_a_refit_works_on_other_frequencies():
    freqs = np.geomspace(40, 16_000, 64)
    setting = settings(1)[0]
    target = magnitude_db(setting, freqs)
    moved = clip_params(setting * np.where(np.arange(13) == 0, 1.0, 1.05))
    assert refit(target, moved, freqs_hz=freqs).error_db[0] < 0.05


@pytest.mark.parametrize(
    ("targets", "options", "message"),
    [
        (np.zeros((2, 64)), {}, r"shape \(2, 64\) do not fit \(128,\)"),
        (np.full((1, 128), np.nan), {}, "not finite"),
        (np.zeros((1, 128)), {"restarts": 0}, "restarts must be 1 to"),
        (np.zeros((1, 128)), {"restarts": 99}, "restarts must be 1 to"),
    ],
)
def test_faults_are_named(targets, options, message):
    with pytest.raises(ValueError, match=message):
        fit_curves(targets, **options)


def test_a_refit_needs_a_setting_to_start_from():
    with pytest.raises(ValueError, match="13 numbers"):
        refit(np.zeros(128), LOWER_BOUNDS[:5])
