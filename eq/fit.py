"""Fitting five bands to target curves: many at once from several starts, or one quickly from where it was.

Levenberg-Marquardt (K. Levenberg 1944, D. Marquardt 1963) on gains in dB and the logarithms of frequency and Q, bounds
kept by projection, derivatives in closed form. With ``x = tan(pi f / fs) / tan(pi f0 / fs)`` and ``P = 10^(g/20)`` the
cookbook sections are, as powers, ``(y² + P/Q²) / (y² + 1/(P Q²))`` with ``y = x - 1/x`` for a bell, and
``P (P + x⁴) / (1 + P x⁴)`` for a low shelf of Q 1/√2; a high shelf has the fraction upside down.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .response import MAX_FREQ_RATIO, REFERENCE_GRID_HZ, REFERENCE_RATE_HZ
from .settings import (
    FLAT,
    FREQ_INDEX,
    GAIN_INDEX,
    LOWER_BOUNDS,
    PARAMETER_COUNT,
    Q_INDEX,
    UPPER_BOUNDS,
    FloatArray,
    check_params,
    sort_bells,
)

_DB = 10 / np.log(10)
_LOG_INDEX = np.concatenate([FREQ_INDEX, Q_INDEX])

#: Steps that all starts of one curve take, how many starts go on, and for how many steps at most.
_FIRST_STEPS, _KEPT, _LAST_STEPS = 8, 8, 60
#: Curves fitted together; more would not fit the processor's cache.
_BLOCK = 256
#: Where the bands of the starts stand, Hz. Chosen one by one from 66 layouts, each time the one that helps the SocialFX
#: curves most; a layout more lowers their mean error from .56 dB (one) to .46, .41, .39, .38, .37, .36, .36 (eight).
_START_FREQS_HZ = np.array(
    [
        [270, 420, 1600, 4100, 6300],
        [160, 530, 1900, 8200, 13000],
        [92, 180, 910, 5400, 6500],
        [430, 690, 1100, 2700, 6100],
        [91, 770, 4100, 7700, 12000],
        [59, 200, 1100, 2200, 7400],
        [370, 470, 2300, 4200, 11000],
        [40, 80, 600, 8000, 14000],
    ],
    dtype=np.float64,
)
MAX_RESTARTS = len(_START_FREQS_HZ)


@dataclass(frozen=True)
class Fit:
    """Settings, shape (n, 13), and their curve errors against the targets in dB, shape (n,)."""

    params: FloatArray
    error_db: FloatArray


def fit_curves(
    targets_db: ArrayLike,
    *,
    freqs_hz: ArrayLike = REFERENCE_GRID_HZ,
    sample_rate_hz: float = REFERENCE_RATE_HZ,
    restarts: int = MAX_RESTARTS,
    iterations: int = 60,
    ridge: float = 0.01,
) -> Fit:
    """Fit five bands to each of several curves.

    Parameters
    ----------
    targets_db
        Curves in dB at `freqs_hz`, shape (n, F) or (F,).
    restarts
        Number of starts tried for each curve, 1 to `MAX_RESTARTS`; the best result is kept.
    iterations
        Levenberg-Marquardt steps per start.
    ridge
        dB of error that 1 dB of gain costs. Without it, bands that cancel each other grow for nothing.

    Returns
    -------
    Fit
        Bells in order of frequency, all within the bounds.

    Raises
    ------
    ValueError
        If a target is not finite or the shapes do not fit.
    """
    targets = _check_targets(targets_db, freqs_hz)
    if not 1 <= restarts <= MAX_RESTARTS:
        raise ValueError(f"restarts must be 1 to {MAX_RESTARTS}, not {restarts}")
    model = _Model(freqs_hz, sample_rate_hz)
    params = np.tile(FLAT, (len(targets), 1))
    error = np.full(len(targets), np.inf)
    for low in range(0, len(targets), _BLOCK):
        block = slice(low, low + _BLOCK)
        for start_freqs in _START_FREQS_HZ[:restarts]:
            start = _start(targets[block], start_freqs, np.asarray(freqs_hz, dtype=np.float64))
            theta = _minimise(model, targets[block], start, iterations, ridge)
            found = model.error(theta, targets[block])
            better = found < error[block]
            error[block] = np.where(better, found, error[block])
            params[block] = np.where(better[:, None], _physical(theta), params[block])
    return Fit(sort_bells(params), error)


def refit(
    target_db: ArrayLike,
    start: ArrayLike,
    *,
    freqs_hz: ArrayLike = REFERENCE_GRID_HZ,
    sample_rate_hz: float = REFERENCE_RATE_HZ,
    iterations: int = 8,
    ridge: float = 0.01,
) -> Fit:
    """Fit one curve, shape (F,), from a setting near it, shape (13,): a few steps, a few milliseconds.

    For a target that moves little by little, such as an adaptive one: start from the last result. Returns a `Fit` of
    one row; it is never worse than `start`. The bells keep the order of `start`, so that bands do not jump.
    """
    targets = _check_targets(target_db, freqs_hz)
    model = _Model(freqs_hz, sample_rate_hz)
    theta = _theta(check_params(start, ndim=1)[None])
    theta = _minimise(model, targets, theta, iterations, ridge)
    return Fit(_physical(theta), model.error(theta, targets))


def fit_curve(target_db: ArrayLike, starts: ArrayLike, *, ridge: float = 0.01) -> Fit:
    """Fit one curve, shape (128,) on the reference grid, from settings (n, 13) that may be near, and from blind starts.

    All starts take a few steps together, and the best few of them go on: in a tenth of the time nearly as near as if
    each went all the way. Returns a `Fit` of one row.
    """
    target = _check_targets(target_db, REFERENCE_GRID_HZ)
    model = _Model(REFERENCE_GRID_HZ, REFERENCE_RATE_HZ)
    near = _theta(check_params(np.atleast_2d(np.asarray(starts, dtype=np.float64)), ndim=2))
    theta = np.vstack([near, *(_start(target, freqs, REFERENCE_GRID_HZ) for freqs in _START_FREQS_HZ)])
    theta = _minimise(model, np.repeat(target, len(theta), axis=0), theta, _FIRST_STEPS, ridge)
    best = np.argsort(model.error(theta, np.repeat(target, len(theta), axis=0)))[:_KEPT]
    theta = _minimise(model, np.repeat(target, len(best), axis=0), theta[best], _LAST_STEPS, ridge)
    error = model.error(theta, np.repeat(target, len(theta), axis=0))
    one = int(np.argmin(error))
    return Fit(sort_bells(_physical(theta[one : one + 1])), error[one : one + 1])


class _Model:
    """Response and its derivatives over theta: gains in dB, natural logarithms of frequencies and Qs, (n, 13)."""

    def __init__(self, freqs_hz: ArrayLike, sample_rate_hz: float) -> None:
        freqs = np.asarray(freqs_hz, dtype=np.float64)
        self.rate = sample_rate_hz
        warped = np.tan(np.pi * np.minimum(freqs, MAX_FREQ_RATIO * sample_rate_hz) / sample_rate_hz)
        self.second, self.fourth = warped**2, warped**4

    def _corner(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """tan(pi f0 / fs), and d ln tan / d ln f0, both (n, 5, 1)."""
        freq = np.minimum(np.exp(theta[:, FREQ_INDEX]), MAX_FREQ_RATIO * self.rate)
        angle = (np.pi / self.rate) * freq[..., None]
        corner = np.tan(angle)
        return corner, angle * (1 + corner**2) / corner

    def response(self, theta: FloatArray, jacobian: bool = False) -> tuple[FloatArray, FloatArray | None]:
        """Curves (n, F) in dB, and if asked for their derivatives (n, 13, F)."""
        power = np.exp(theta[:, GAIN_INDEX, None] * (np.log(10) / 20))
        damping = np.exp(-2 * theta[:, Q_INDEX, None])
        corner, slope = self._corner(theta)

        square = self.second / corner[:, 1:4] ** 2  # x²
        inverse = 1 / square
        y2 = square + inverse - 2
        bell = power[:, 1:4]
        over, under = bell * damping, damping / bell
        top, bottom = y2 + over, y2 + under

        x4 = self.fourth / corner[:, [0, 4]] ** 4
        shelf = power[:, [0, 4]]
        plus, times = shelf + x4, 1 + shelf * x4
        ratio = plus / times
        product = (top / bottom).prod(axis=1) * (shelf[:, 0] * ratio[:, 0]) * (shelf[:, 1] / ratio[:, 1])
        curves = _DB * np.log(product)
        if not jacobian:
            return curves, None

        out = np.empty((len(theta), PARAMETER_COUNT, curves.shape[-1]))
        inv_top, inv_bottom = 1 / top, 1 / bottom
        share_top, share_bottom = over * inv_top, under * inv_bottom
        out[:, [2, 5, 8]] = 0.5 * (share_top + share_bottom)
        out[:, [3, 6, 9]] = (2 * _DB * slope[:, 1:4]) * (inv_top - inv_bottom) * (inverse - square)
        out[:, [4, 7, 10]] = (-2 * _DB) * (share_top - share_bottom)
        sign = np.array([1.0, -1.0])[:, None]
        out[:, [0, 11]] = 0.5 * (1 + sign * (shelf / plus - shelf * x4 / times))
        out[:, [1, 12]] = (-4 * _DB * sign * slope[:, [0, 4]]) * x4 * (1 / plus - shelf / times)
        return curves, out

    def error(self, theta: FloatArray, targets: FloatArray) -> FloatArray:
        """Curve error of each row, (n,)."""
        difference = self.response(theta)[0] - targets
        return np.asarray(np.sqrt(np.mean(difference**2, axis=1)), dtype=np.float64)


def _minimise(model: _Model, targets: FloatArray, start: FloatArray, iterations: int, ridge: float) -> FloatArray:
    """Levenberg-Marquardt from `start` (n, 13) on all rows at once, each with its own damping; returns theta."""
    lower, upper = _theta(LOWER_BOUNDS[None])[0], _theta(UPPER_BOUNDS[None])[0]
    theta: FloatArray = start.copy()
    weight = np.zeros(PARAMETER_COUNT)
    weight[GAIN_INDEX] = ridge**2 * targets.shape[1]
    damping = np.full(len(theta), 1e-2)
    active = np.arange(len(theta))
    curves, jacobian = model.response(theta, jacobian=True)
    assert jacobian is not None
    residual = curves - targets
    cost = np.einsum("nf,nf->n", residual, residual) + theta**2 @ weight
    diagonal = np.arange(PARAMETER_COUNT)
    for _ in range(iterations):
        here = theta[active]
        gradient = np.matmul(jacobian, residual[:, :, None])[:, :, 0] + weight * here
        # A parameter on its bound that wants out takes no part in this step.
        stuck = ((here <= lower) & (gradient > 0)) | ((here >= upper) & (gradient < 0))
        normal = np.matmul(jacobian, jacobian.transpose(0, 2, 1))
        normal[:, diagonal, diagonal] += weight
        scale = normal[:, diagonal, diagonal] + 1e-3
        normal[:, diagonal, diagonal] += damping[active, None] * scale
        free = ~stuck
        normal *= free[:, :, None] & free[:, None, :]
        normal[:, diagonal, diagonal] += stuck
        step = np.linalg.solve(normal, (gradient * free)[:, :, None])[:, :, 0]
        trial = np.clip(here - step, lower, upper)
        tried, _ = model.response(trial)
        tried_residual = tried - targets[active]
        tried_cost = np.einsum("nf,nf->n", tried_residual, tried_residual) + trial**2 @ weight
        better = tried_cost < cost[active]
        gain = np.where(better, (cost[active] - tried_cost) / np.maximum(cost[active], 1e-12), 1.0)
        theta[active] = np.where(better[:, None], trial, here)
        cost[active] = np.where(better, tried_cost, cost[active])
        damping[active] = np.where(better, damping[active] * 0.3, damping[active] * 4)
        # Done: a step that gains a ten-thousandth, or damping that leaves no step.
        going = (gain > 1e-4) & (damping[active] < 1e6)
        active = active[going]
        if not len(active):
            break
        curves, jacobian = model.response(theta[active], jacobian=True)
        assert jacobian is not None
        residual = curves - targets[active]
    return theta


def _start(targets: FloatArray, band_freqs_hz: FloatArray, freqs_hz: FloatArray) -> FloatArray:
    """Theta with bands at `band_freqs_hz`, their gains read off the targets: shelves first, bells what is left."""
    params = np.tile(FLAT, (len(targets), 1))
    params[:, FREQ_INDEX] = band_freqs_hz
    params[:, Q_INDEX] = 1.0
    low = targets[:, freqs_hz <= max(float(band_freqs_hz[0]), freqs_hz[0])].mean(axis=1)
    high = targets[:, freqs_hz >= min(float(band_freqs_hz[4]), freqs_hz[-1])].mean(axis=1)
    at = [int(np.argmin(np.abs(np.log(freqs_hz / f)))) for f in band_freqs_hz[1:4]]
    params[:, GAIN_INDEX[0]], params[:, GAIN_INDEX[4]] = low, high
    params[:, GAIN_INDEX[1:4]] = targets[:, at]
    params[:, GAIN_INDEX] = np.clip(0.8 * params[:, GAIN_INDEX], -11, 11)
    return _theta(params)


def _theta(params: FloatArray) -> FloatArray:
    theta: FloatArray = np.array(params, dtype=np.float64)
    theta[:, _LOG_INDEX] = np.log(theta[:, _LOG_INDEX])
    return theta


def _physical(theta: FloatArray) -> FloatArray:
    params: FloatArray = theta.copy()
    params[:, _LOG_INDEX] = np.exp(params[:, _LOG_INDEX])
    return np.clip(params, LOWER_BOUNDS, UPPER_BOUNDS)


def _check_targets(targets_db: ArrayLike, freqs_hz: ArrayLike) -> FloatArray:
    targets = np.atleast_2d(np.asarray(targets_db, dtype=np.float64))
    count = np.asarray(freqs_hz).shape
    if targets.ndim != 2 or targets.shape[1:] != count:
        raise ValueError(f"targets of shape {targets.shape} do not fit {count} frequencies")
    if not np.isfinite(targets).all():
        raise ValueError("a target curve is not finite")
    return targets
