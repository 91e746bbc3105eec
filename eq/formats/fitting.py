"""Five bands for any list of filters, with what that costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ..fit import fit_curve
from ..response import curve
from ..settings import FLAT, LOWER_BOUNDS, UPPER_BOUNDS, FloatArray, sort_bells
from .filters import EqText, Filter, Kind, filters_curve

#: A setting that holds the filters one by one and errs nowhere more than this (a shelf of Q 0.70) is taken as it is.
_EXACT_DB = 0.05
#: Starts are made of three of so many bells. On 20 random ten-filter EQs this takes the mean error of blind starts from
#: .47 to .35 dB, on an AutoEq text of eight filters from .66 to .29.
_BELLS_TRIED = 6


@dataclass(frozen=True)
class FilterFit:
    """A setting (13,), its curve error and its largest error over the reference grid, in dB."""

    params: FloatArray
    error_db: float
    worst_db: float


def fit_filters(filters: Sequence[Filter]) -> FilterFit:
    """Five bands whose response comes nearest to that of `filters` in series, at 44.1 kHz.

    Filters that already are a setting (up to one shelf of Q 1/√2 at each end, up to three bells, inside the bounds)
    are taken over; anything else is fitted to the response on the reference grid, from blind starts and from the
    filters' own strongest bands.
    """
    return _fit(filters, filters_curve(filters))


def fit_text(text: EqText) -> FilterFit:
    """The same for all that a text says, points of a graphic EQ included."""
    return _fit(text.filters, text.curve())


def _fit(filters: Sequence[Filter], target: FloatArray) -> FilterFit:
    starts = [_from_filters(chosen) for chosen in _selections(filters)]
    whole = _measured(starts[0], target)
    if whole.worst_db <= _EXACT_DB:
        return whole
    return _measured(fit_curve(target, starts).params[0], target)


def _selections(filters: Sequence[Filter]) -> list[list[Filter]]:
    """The strongest shelf of each end with three of the strongest bells, in every way; the strongest of all first."""

    def strongest(kind: Kind) -> list[Filter]:
        return sorted((f for f in filters if f.kind == kind), key=lambda f: -abs(f.gain_db) / np.sqrt(f.q))

    shelves = strongest("low_shelf")[:1] + strongest("high_shelf")[:1]
    bells = strongest("bell")[:_BELLS_TRIED]
    return [[*shelves, *chosen] for chosen in combinations(bells, min(3, len(bells)))]


def _from_filters(filters: Sequence[Filter]) -> FloatArray:
    """The setting with these filters, clipped to the bounds; shelves lose their Q."""
    params = FLAT.copy()
    places = {"low_shelf": [0], "bell": [2, 5, 8], "high_shelf": [11]}
    for section in filters:
        at = places[section.kind].pop(0)
        params[at], params[at + 1] = section.gain_db, section.freq_hz
        if section.kind == "bell":
            params[at + 2] = section.q
    return sort_bells(np.clip(params, LOWER_BOUNDS, UPPER_BOUNDS))


def _measured(params: FloatArray, target_db: FloatArray) -> FilterFit:
    difference = curve(params) - target_db
    return FilterFit(params, float(np.sqrt(np.mean(difference**2))), float(np.abs(difference).max()))
