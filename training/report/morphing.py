"""How evenly a space morphs: straight lines between latents, walked at constant speed in the curve domain."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from semeq.eq import FREQ_INDEX, GAIN_INDEX, FloatArray, even_positions, rms_db, tilt

from ..models import Space, decode, decoded_curves

STEPS = 101
#: Points on which the length of a path is measured.
_FINE = 513
#: Tilt may go back by this much, in dB over a whole morph, and still counts as monotone: nobody hears it.
TILT_TOLERANCE_DB = 0.05
#: Bands quieter than this, in dB, may jump in frequency without being heard.
_HEARD_DB = 1.0


@dataclass(frozen=True)
class MorphMetrics:
    """Averages over the pairs walked.

    Attributes
    ----------
    tilt_monotone
        Part of the pairs whose tilt never turns back by more than `TILT_TOLERANCE_DB` in all.
    step_cv
        Standard deviation of the steps' curve distances over their mean.
    max_over_mean
        Largest step over the mean step.
    freq_jump_octaves
        Largest move of a heard band's frequency in one step, the 95th percentile over pairs; NaN without settings.
    """

    pairs: int
    tilt_monotone: float
    step_cv: float
    max_over_mean: float
    freq_jump_octaves: float

    def to_dict(self) -> dict[str, float]:
        """For JSON."""
        return asdict(self)


def even_path(model: Space, start: FloatArray, end: FloatArray, steps: int = STEPS) -> FloatArray:
    """Latents (steps, d) on the straight line from `start` to `end`, (d,), equally far apart in curve distance."""
    curves = decoded_curves(model, _line(start, end, np.linspace(0, 1, _FINE)))
    at, _ = even_positions(curves, np.linspace(0, 1, steps))
    return _line(start, end, at)


def measure_morphs(model: Space, starts: FloatArray, ends: FloatArray) -> MorphMetrics:
    """Walk from each of `starts` to its one of `ends`, both (n, d)."""
    monotone, spread, largest, jumps = [], [], [], []
    for start, end in zip(starts, ends, strict=True):
        path = even_path(model, start, end)
        curves = decoded_curves(model, path)
        step = rms_db(np.diff(curves, axis=0))
        leaning = np.diff(tilt(curves))
        direction = np.sign(leaning.sum())
        monotone.append(float(-(np.minimum(direction * leaning, 0)).sum()) <= TILT_TOLERANCE_DB)
        mean = max(float(step.mean()), 1e-9)
        spread.append(float(step.std()) / mean)
        largest.append(float(step.max()) / mean)
        if model.has_settings:
            jumps.append(_largest_jump(decode(model, path)))
    return MorphMetrics(
        pairs=len(starts),
        tilt_monotone=float(np.mean(monotone)),
        step_cv=float(np.mean(spread)),
        max_over_mean=float(np.mean(largest)),
        freq_jump_octaves=float(np.percentile(jumps, 95)) if jumps else float("nan"),
    )


def _largest_jump(params: FloatArray) -> float:
    octaves = np.abs(np.diff(np.log2(params[:, FREQ_INDEX]), axis=0))
    loud = np.abs(params[:, GAIN_INDEX]) > _HEARD_DB
    return float((octaves * (loud[1:] & loud[:-1])).max())


def _line(start: FloatArray, end: FloatArray, at: FloatArray) -> FloatArray:
    return np.asarray(start + (end - start) * at[:, None], dtype=np.float64)
