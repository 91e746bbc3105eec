"""Described curves as five-band settings."""

from __future__ import annotations

from dataclasses import dataclass

from semeq.eq import FloatArray, fit_curves

from .readers import DescribedCurves, shapes_db


@dataclass(frozen=True)
class FittedWords:
    """Described curves with their five-band fits, params (n, 13), and the curves aimed at, (n, 128)."""

    described: DescribedCurves
    targets_db: FloatArray
    params: FloatArray
    error_db: FloatArray


def fit_words(described: DescribedCurves) -> FittedWords:
    """Five-band settings for described curves (n, 40 bands)."""
    targets = shapes_db(described.bands)
    fit = fit_curves(targets)
    return FittedWords(described, targets, fit.params, fit.error_db)
