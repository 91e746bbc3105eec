"""What takes no network: the knobs themselves, linear maps of curves, the mean curve of a word. Judged like the models.

A system that these beat has earned nothing by being trained. Each is fitted on the training rows of a split.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from torch import Tensor

from semeq.eq import PARAMETER_COUNT, FloatArray, curve

from ..data import UNLABELLED, Corpus, Split, SplitKind, split_rows
from ..errors import DataError
from ..models import Space, fixed_scale
from ..recipe import ModelSection
from .comparison import COLUMNS, RunFigures
from .evaluation import evaluate, pair_of

#: Part of a unit covariance in that of an LDA: neighbouring points of a curve are nearly equal, so the plain one cannot
#: be inverted.
SHRINKAGE = 0.01
PCA_SIZES = (2, 3, 4, 6, 8, 12, 16, 32)


class Knobs(Space):
    """The 13 parameters in the unit cube: nothing is lost, and nothing is learnt."""

    def __init__(self) -> None:
        """There is nothing to fit."""
        super().__init__(ModelSection(semantic=PARAMETER_COUNT, detail=0))
        self.scale = fixed_scale()

    def encode(self, params: Tensor) -> Tensor:
        """Settings (n, 13) to the unit cube."""
        return self.scale.to_unit(params)

    def decode(self, latent: Tensor) -> Tensor:
        """Points of the unit cube (n, 13) to settings."""
        return self.scale.to_physical(latent)


class LinearCurves(Space):
    """A linear map of curves to points, squashed or not, and one back to curves; there are no settings."""

    has_settings = False
    bounded = False

    def __init__(
        self, into: FloatArray, bias: FloatArray, back: FloatArray, offset: FloatArray, squashed: bool = False
    ) -> None:
        """`into` (128, d) and `bias` (d,) make points, `back` (d, 128) and `offset` (128,) curves of them."""
        super().__init__(ModelSection(semantic=into.shape[1], detail=0))
        self.squashed = squashed
        for name, table in (("into", into), ("bias", bias), ("back", back), ("offset", offset)):
            self.register_buffer(name, torch.tensor(table, dtype=torch.float32), persistent=False)

    @classmethod
    def read_back(cls, curves: FloatArray, into: FloatArray, bias: FloatArray, squashed: bool = False) -> LinearCurves:
        """With the way back by least squares on `curves` (n, 128)."""
        points = np.asarray(curves @ into + bias, dtype=np.float64)
        points = np.asarray(1 / (1 + np.exp(-points)), dtype=np.float64) if squashed else points
        known = np.hstack([points, np.ones((len(points), 1))])
        solution = np.linalg.lstsq(known, curves, rcond=None)[0]
        return cls(into, bias, np.asarray(solution[:-1]), np.asarray(solution[-1]), squashed)

    def encode(self, params: Tensor) -> Tensor:
        """Settings (n, 13), by their curves, to points (n, d)."""
        out: Tensor = self.response(params) @ self.get_buffer("into") + self.get_buffer("bias")
        return torch.sigmoid(out) if self.squashed else out

    def curves(self, latent: Tensor) -> Tensor:
        """Points (n, d) to curves (n, 128)."""
        out: Tensor = latent @ self.get_buffer("back") + self.get_buffer("offset")
        return out


class WordMeans(Space):
    """The mean curve of a word's training rows, whatever the setting: all that a label tells."""

    has_settings = False
    bounded = False

    def __init__(self, means: FloatArray) -> None:
        """`means` (words + 1, 128); the last is of all rows, for a setting without a word."""
        super().__init__(ModelSection(semantic=1, detail=0))
        self.register_buffer("means", torch.tensor(means, dtype=torch.float32), persistent=False)

    def encode(self, params: Tensor) -> Tensor:
        """A setting alone says nothing here: zeros (n, 1)."""
        return params.new_zeros((len(params), 1))

    def encode_told(self, params: Tensor, labels: Tensor) -> Tensor:
        """The word, one-hot, behind the zero: (n, 1 + words)."""
        words = torch.arange(len(self.get_buffer("means")) - 1, device=labels.device)
        return torch.cat([self.encode(params), (labels[:, None] == words).to(params.dtype)], dim=1)

    def curves(self, latent: Tensor) -> Tensor:
        """The mean curves (n, 128) of the words; mixed where words are."""
        told, means = latent[:, 1:], self.get_buffer("means")
        if not told.shape[1]:
            return means[-1:].expand(len(latent), -1)
        return told @ means[:-1] + (1 - told.sum(dim=1, keepdim=True)) * means[-1]


Fit = Callable[[Corpus, Split], Space]


@dataclass(frozen=True)
class Baseline:
    """A row of the table: how it is fitted, and which figures it has (all where none are named)."""

    label: str
    fit: Fit
    figures: tuple[str, ...] = ()


def fit_pca(corpus: Corpus, split: Split, size: int) -> Space:
    """Principal components of the training rows' curves, as many as there are rows at most; words are not looked at."""
    found = PCA(min(size, len(split.train))).fit(curve(corpus.params[split.train]))
    return LinearCurves(found.components_.T, -found.components_ @ found.mean_, found.components_, found.mean_)


def fit_pair_lda(corpus: Corpus, split: Split, squashed: bool) -> Space:
    """Linear discriminant (R. Fisher, 1936) of the words of `pair_of`; `squashed`, the probability of the second."""
    chosen = np.isin(corpus.labels[split.train], pair_of(corpus, corpus.labels[split.test], corpus.labels[split.train]))
    rows = split.train[chosen & (corpus.labels[split.train] != UNLABELLED)]
    curves, labels = curve(corpus.params[rows]), corpus.labels[rows]
    if len(np.unique(labels)) < 2:
        raise DataError("the discriminant of two words needs training rows of both")
    found = LinearDiscriminantAnalysis(solver="eigen", shrinkage=SHRINKAGE).fit(curves, labels)
    return LinearCurves.read_back(curves, found.coef_.T, found.intercept_, squashed)


def fit_word_means(corpus: Corpus, split: Split) -> Space:
    """Mean training curve of each word; of all rows for a word without one."""
    curves, labels = curve(corpus.params[split.train]), corpus.labels[split.train]
    overall = curves.mean(axis=0)
    means = [
        curves[labels == word].mean(axis=0) if (labels == word).any() else overall for word in range(len(corpus.words))
    ]
    return WordMeans(np.stack([*means, overall]))


def _pca(size: int) -> Fit:
    return lambda corpus, split: fit_pca(corpus, split, size)


BASELINE_SYSTEMS = (
    Baseline("13 knobs", lambda corpus, split: Knobs()),
    *(Baseline(f"PCA of curves, {size}-D", _pca(size)) for size in PCA_SIZES),
    Baseline("LDA of curves, two words", lambda corpus, split: fit_pair_lda(corpus, split, squashed=False)),
    Baseline("LDA, as a probability", lambda corpus, split: fit_pair_lda(corpus, split, squashed=True)),
    Baseline(
        "mean curve of the word",
        fit_word_means,
        (
            "curve_error_mean_db",
            "curve_error_median_db",
            "curve_error_p95_db",
            "word_to_mean_db",
            "word_to_medoid_db",
            "cpu_seconds",
        ),
    ),
)


def measure_baselines(
    corpus: Corpus, test_share: float, kinds: Sequence[SplitKind], seeds: int, systems: Sequence[Baseline] | None = None
) -> list[RunFigures]:
    """Figures of every baseline on the splits that the recipes are judged on, one entry a seed."""
    out = []
    for baseline in BASELINE_SYSTEMS if systems is None else systems:
        for seed in range(seeds):
            metrics: dict[str, Any] = {}
            for kind in kinds:
                split = split_rows(corpus, kind, test_share, seed)
                started = time.process_time()
                model = baseline.fit(corpus, split).eval()
                seconds = time.process_time() - started
                table = {**evaluate(model, corpus, split).to_dict(), "cpu_seconds": seconds}
                metrics[kind] = _without_others(table, baseline.figures)
            out.append(RunFigures(Path(baseline.label), baseline.label, seed, metrics))
    return out


def _without_others(table: dict[str, Any], figures: tuple[str, ...]) -> dict[str, Any]:
    """Figures that mean nothing of this system (its silhouette, say, where a setting has no point) become None."""
    if not figures:
        return table
    for column in COLUMNS:
        if column.key in figures:
            continue
        where, _, name = column.key.rpartition(".")
        (table[where] if where else table)[name] = None
    return table
