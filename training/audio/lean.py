"""The recipe `lean`: an encoder in closed form, from how engineers' settings vary and how music does.

Three things are estimated. The *mean music spectrum*, so that what is left, the *lean*, is what sets a recording apart.
The *head*, a ridge regression from the response of a setting (in ERB bands, mean removed) to its semantic numbers in
V3: applied to a lean it hears the EQ in the recording. And the *word metric*: settings saved under one word differ from
each other by a covariance S; a direction in which they differ much says little about the word. Scoring with
(S + ridge)^-1, as in Fisher's linear discriminant, weighs the bands accordingly. An EQ adds in dB, so that all of this
acts on every recording alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semeq.eq import FloatArray, magnitude_db

from .bands import BANDS, band_centres_hz, band_energy, band_levels_db, levels_of
from .confidence import band_error_db, filled_lean, precision
from .spectra import Spectra

#: Ridges tried for the word metric, dB²; the one with the best order over held-out people is taken.
RIDGES = (1.0, 3.0, 10.0, 30.0, 100.0)
HEAD_RIDGE = 10.0
FOLDS = 5


@dataclass(frozen=True)
class Ear:
    """What the recipe learns.

    Attributes
    ----------
    mean_music_db
        Mean level of each band over music, (64,).
    head
        Lean to semantic, (8, 64).
    word_metric
        Weighs a word's curve into its axis, (64, 64), symmetric, positive definite.
    music_covariance
        Covariance of the lean over music, (64, 64), dB²: calibrates any word's score.
    ridge
        The ridge that was chosen for `word_metric`.
    """

    mean_music_db: FloatArray
    head: FloatArray
    word_metric: FloatArray
    music_covariance: FloatArray
    ridge: float


@dataclass(frozen=True)
class LabelledCurves:
    """Settings as the encoder meets them.

    Attributes
    ----------
    params
        (m, 13).
    labels
        Index of the word, or negative, (m,).
    people
        Who saved it, (m,).
    semantic
        Semantic numbers of each setting in V3 relative to those of the flat setting, (m, 8).
    """

    params: FloatArray
    labels: NDArray[np.int64]
    people: NDArray[np.str_]
    semantic: FloatArray

    @property
    def curves_db(self) -> FloatArray:
        """Responses in the bands, mean removed, (m, 64)."""
        return band_curves(self.params)


def band_curves(params: FloatArray) -> FloatArray:
    """Responses of settings (..., 13) at the band centres in dB, mean removed, (..., 64)."""
    curves = magnitude_db(params, band_centres_hz())
    return np.asarray(curves - curves.mean(axis=-1, keepdims=True), dtype=np.float64)


def fit_ear(music: Spectra, settings: LabelledCurves, pair: tuple[int, int] = (0, 1)) -> Ear:
    """Learn from training clips and training settings; `pair` are the labels whose order chooses the ridge."""
    levels = band_levels_db(music.power)
    mean = levels.mean(axis=0)
    curves = settings.curves_db
    gram = curves.T @ curves / len(curves)
    head = np.linalg.solve(gram + HEAD_RIDGE * np.eye(BANDS), curves.T @ settings.semantic / len(curves)).T
    ridge = _choose_ridge(curves, settings, pair)
    return Ear(mean, head, _metric(curves, settings.labels, ridge), np.cov((levels - mean).T), ridge)


def _metric(curves: FloatArray, labels: NDArray[np.int64], ridge: float) -> FloatArray:
    """Inverse of the covariance within words (those with ten rows and more, pooled), plus `ridge`."""
    names, counts = np.unique(labels[labels >= 0], return_counts=True)
    centred = [curves[labels == name] - curves[labels == name].mean(axis=0) for name in names[counts >= 10]]
    rows = np.concatenate(centred) if centred else curves
    within = rows.T @ rows / max(len(rows) - 1, 1)
    return np.asarray(np.linalg.inv(within + ridge * np.eye(BANDS)), dtype=np.float64)


def word_axis(settings: LabelledCurves, pair: tuple[int, int]) -> FloatArray:
    """The axis (64,) on which settings of the two words stand furthest apart (R. Fisher, 1936)."""
    curves = settings.curves_db
    dark, light = (curves[settings.labels == label].mean(axis=0) for label in pair)
    metric = _metric(curves, settings.labels, _choose_ridge(curves, settings, pair))
    return _axis(metric, dark, light)


def _axis(metric: FloatArray, dark: FloatArray, light: FloatArray) -> FloatArray:
    return np.asarray(metric @ (light - dark), dtype=np.float64)


def _choose_ridge(curves: FloatArray, settings: LabelledCurves, pair: tuple[int, int]) -> float:
    """Leave out a fifth of the people at a time; a larger ridge wins unless a smaller one is clearly better."""
    people = np.unique(settings.people)
    fold_of = dict(zip(people, np.random.default_rng(0).permutation(len(people)) % FOLDS, strict=True))
    folds = np.array([fold_of[p] for p in settings.people])
    best, chosen = -1.0, RIDGES[-1]
    for ridge in sorted(RIDGES, reverse=True):
        orders = []
        for fold in range(FOLDS):
            train, test = folds != fold, folds == fold
            classes = [curves[train & (settings.labels == label)] for label in pair]
            held = [curves[test & (settings.labels == label)] for label in pair]
            if min(map(len, classes)) < 2 or min(map(len, held)) < 1:
                continue
            metric = _metric(curves[train], settings.labels[train], ridge)
            axis = _axis(metric, classes[0].mean(axis=0), classes[1].mean(axis=0))
            orders.append(np.mean((held[1] @ axis)[:, None] > (held[0] @ axis)[None, :]))
        score = float(np.mean(orders)) if orders else 0.0
        if score > best + 0.002:
            best, chosen = score, ridge
    return chosen


def word_axes(ear_metric: FloatArray, music_covariance: FloatArray, word_params: FloatArray) -> FloatArray:
    """Axes (w, 64) such that ``lean @ axes.T`` are the words' scores in standard deviations over music.

    Parameters
    ----------
    ear_metric, music_covariance
        (64, 64), see `Ear`.
    word_params
        What each word decodes to, (w, 13).
    """
    axes = band_curves(word_params) @ ear_metric
    spread = np.sqrt(np.einsum("wi,ij,wj->w", axes, music_covariance, axes))
    return np.asarray(axes / np.maximum(spread, 1e-12)[:, None], dtype=np.float64)


class LeanHearer:
    """An `Ear` with words: what is evaluated, and what runs from a bundle."""

    def __init__(self, ear: Ear, word_params: FloatArray, pair: tuple[int, int] = (0, 1)) -> None:
        """`word_params` (w, 13); `pair` are the rows of *warm* and *bright* among them."""
        self.ear, self.pair = ear, pair
        self._precision = precision(ear.music_covariance)
        self.axes = word_axes(ear.word_metric, ear.music_covariance, word_params)

    def lean(self, power: FloatArray) -> FloatArray:
        """Lean (n, 64) in dB of power spectra (n, 2049), empty bands filled."""
        energy = band_energy(power)
        return filled_lean(levels_of(energy) - self.ear.mean_music_db, band_error_db(energy), self._precision)

    def scores(self, power: FloatArray) -> FloatArray:
        """Scores (n, w) of power spectra (n, 2049)."""
        return np.asarray(self.lean(power) @ self.axes.T, dtype=np.float64)

    def brightness(self, power: FloatArray) -> FloatArray:
        """Score of *bright* minus score of *warm*, (n,)."""
        return np.asarray(self.lean(power) @ (self.axes[self.pair[1]] - self.axes[self.pair[0]]), dtype=np.float64)
