"""Schools: the different things people mean by one word, found in the shapes of their settings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from semeq.eq import FloatArray, curve, rms_db, shape_name


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
