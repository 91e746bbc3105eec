"""Schools: the different things people mean by one word, found in the shapes of their settings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from semeq.eq import REFERENCE_GRID_HZ, FloatArray, curve, rms_db

#: Regions a school is named after, with their upper edges in Hz.
REGIONS = (("lows", 120.0), ("low-mids", 500.0), ("mids", 2000.0), ("presence", 6000.0), ("air", 20_001.0))


@dataclass(frozen=True)
class SchoolSettings:
    """Settings (n, 13) of one school, its name, and how many people belong to it."""

    name: str
    params: FloatArray
    people: int


def split_schools(params: FloatArray, people: NDArray[np.str_], count: int) -> tuple[SchoolSettings, ...]:
    """Group settings (n, 13) by the shape of their curve (k-means on curves of unit strength), the largest first.

    People are counted where most of their settings are. Names say what the mean shape does, as in "lows up, air down".
    """
    curves = curve(params)
    shapes = curves / np.maximum(rms_db(curves), 1e-6)[:, None]
    groups = KMeans(count, n_init=10, random_state=0).fit_predict(shapes)
    home = {person: np.bincount(groups[people == person]).argmax() for person in np.unique(people)}
    schools: list[SchoolSettings] = []
    for group in np.argsort(-np.bincount(groups, minlength=count), kind="stable"):
        members = groups == group
        belonging = sum(1 for where in home.values() if where == group)
        name = shape_name(shapes[members].mean(axis=0))
        taken = sum(school.name.startswith(name) for school in schools)
        schools.append(SchoolSettings(f"{name} ({taken + 1})" if taken else name, params[members], belonging))
    return tuple(schools)


def shape_name(shape: FloatArray) -> str:
    """What a curve (128,) does, in words: its strongest region, and the next if it is at least half as strong."""
    means, low = [], 0.0
    for _, high in REGIONS:
        region = (low <= REFERENCE_GRID_HZ) & (high > REFERENCE_GRID_HZ)
        means.append(float(shape[region].mean()))
        low = high
    order = np.argsort(-np.abs(means))
    chosen = [i for i in order[:2] if abs(means[i]) >= 0.5 * abs(means[order[0]])]
    return ", ".join(f"{REGIONS[i][0]} {'up' if means[i] > 0 else 'down'}" for i in sorted(chosen))
