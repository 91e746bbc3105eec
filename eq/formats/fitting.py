"""Five bands for any list of filters, with what that costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..fit import fit_curves, refit
from ..response import curve
from ..settings import FLAT, LOWER_BOUNDS, SHELF_Q, UPPER_BOUNDS, FloatArray, sort_bells
from .filters import Filter, filters_curve

#: A setting that holds the filters one by one and errs less than this is taken as it is.
_EXACT_DB = 0.02


@dataclass(frozen=True)
class FilterFit:
    """A setting (13,), its curve error and its largest error over the reference grid, in dB."""

    params: FloatArray
    error_db: float
    worst_db: float


def fit_filters(filters: Sequence[Filter]) -> FilterFit:
    """Five bands whose response comes nearest to that of `filters` in series, at 44.1 kHz.

    Filters that already are a setting (up to one shelf of Q 1/√2 at each end, up to three bells, inside the bounds)
    are taken over; anything else is fitted to the response on the reference grid.
    """
    target = filters_curve(filters)
    direct = _direct(filters)
    if direct is not None:
        found = _measured(direct, target)
        if found.worst_db <= _EXACT_DB:
            return found
    candidates = [_measured(fit_curves(target).params[0], target)]
    if direct is not None:
        candidates.append(_measured(refit(target, direct, iterations=60).params[0], target))
    return min(candidates, key=lambda candidate: candidate.error_db)


def _direct(filters: Sequence[Filter]) -> FloatArray | None:
    """The setting with these very filters, clipped to the bounds; None where there are too many of a kind."""
    params = FLAT.copy()
    places = {"low_shelf": [0], "bell": [2, 5, 8], "high_shelf": [11]}
    for section in filters:
        if not places[section.kind] or (section.kind != "bell" and abs(section.q - SHELF_Q) > 0.2):
            return None
        at = places[section.kind].pop(0)
        params[at], params[at + 1] = section.gain_db, section.freq_hz
        if section.kind == "bell":
            params[at + 2] = section.q
    return sort_bells(np.clip(params, LOWER_BOUNDS, UPPER_BOUNDS))


def _measured(params: FloatArray, target_db: FloatArray) -> FilterFit:
    difference = curve(params) - target_db
    return FilterFit(params, float(np.sqrt(np.mean(difference**2))), float(np.abs(difference).max()))
