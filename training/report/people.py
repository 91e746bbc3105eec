"""Figures over all labelled rows, each tested once by a model that has not met its person, with intervals by person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semeq.eq import FloatArray, curve, rms_db

from ..data import UNLABELLED, Corpus, Split
from ..models import Space, decoded_curves, encode
from .evaluation import pair_of
from .telling_apart import knn_predictions

#: A test row this near, in dB RMS, to a training row is a near-duplicate.
NEAR_DB = 0.5
DRAWS = 2000


@dataclass(frozen=True)
class RowResults:
    """Of each test row: its person, curve error in dB, whether its word was told right (NaN: not of the two words),
    and whether a training row is near it. All of shape (n,).
    """

    people: NDArray[np.str_]
    error_db: FloatArray
    right: FloatArray
    near: NDArray[np.bool_]


@dataclass(frozen=True)
class PersonInterval:
    """A mean over rows with the 95 % interval of a bootstrap by person, and how many rows and people it is of."""

    mean: float
    low: float
    high: float
    rows: int
    people: int


def row_results(model: Space, corpus: Corpus, split: Split) -> RowResults:
    """Results of a model on the test rows of its split, row by row."""
    test = corpus.params[split.test]
    labels = corpus.labels[split.test]
    learnt = split.train[corpus.labels[split.train] != UNLABELLED]
    train_labels = corpus.labels[learnt]
    wanted = curve(test)
    error = rms_db(decoded_curves(model, encode(model, test, labels)) - wanted)
    pair, size = pair_of(corpus, labels, train_labels), model.section.semantic
    here, there = np.isin(labels, pair), np.isin(train_labels, pair)
    right = np.full(len(test), np.nan)
    if here.any() and there.any():
        points, known = encode(model, test)[:, :size], encode(model, corpus.params[learnt])[:, :size]
        right[here] = knn_predictions(known[there], train_labels[there], points[here]) == labels[here]
    return RowResults(corpus.people[split.test], np.asarray(error), right, near_duplicates(corpus, split))


def near_duplicates(corpus: Corpus, split: Split) -> NDArray[np.bool_]:
    """Whether each test row has a training row, labelled or not, within `NEAR_DB`, (n,)."""
    known = curve(corpus.params[split.train])
    return np.array([bool((rms_db(known - one) < NEAR_DB).any()) for one in curve(corpus.params[split.test])])


def joined(results: Sequence[RowResults]) -> RowResults:
    """The rows of all folds."""
    return RowResults(*(np.concatenate([getattr(r, name) for r in results]) for name in RowResults.__annotations__))


def pooled(results: Sequence[RowResults], seed: int = 0) -> dict[str, PersonInterval]:
    """Curve error and share of right words over the rows of all folds: all rows, and those without a near-duplicate."""
    rows = joined(results)
    figures = {"curve_error_db": rows.error_db, "right": rows.right}
    out = {}
    for name, values in figures.items():
        counted = ~np.isnan(values)
        out[name] = by_person(values[counted], rows.people[counted], seed)
        far = counted & ~rows.near
        out[f"{name}_far"] = by_person(values[far], rows.people[far], seed)
    return out


def paired(ours: Sequence[RowResults], theirs: Sequence[RowResults], seed: int = 0) -> dict[str, PersonInterval]:
    """What another system's curve error has over ours, and our share of right words over its, row by row.

    Positive is in our favour. Both must have been tested on the same rows in the same order; an interval that does not
    hold 0 says that the difference is not chance among people.
    """
    our, their = joined(ours), joined(theirs)
    if our.people.tolist() != their.people.tolist():
        raise ValueError("the two systems were not tested on the same rows")
    differences = {"curve_error_db": their.error_db - our.error_db, "right": our.right - their.right}
    out = {}
    for name, values in differences.items():
        counted = ~np.isnan(values)
        out[name] = by_person(values[counted], our.people[counted], seed)
    return out


def by_person(values: FloatArray, people: NDArray[np.str_], seed: int = 0) -> PersonInterval:
    """Mean of values (n,), and its interval when people, with all their rows, are drawn with replacement.

    Rows of one person are alike: drawn one by one they would make the interval too narrow. (Cluster bootstrap: A.
    Davison and D. Hinkley, *Bootstrap methods and their application*, 1997, section 3.8.)
    """
    names, owner = np.unique(people, return_inverse=True)
    if not len(names):
        return PersonInterval(float("nan"), float("nan"), float("nan"), 0, 0)
    sums, counts = np.bincount(owner, weights=values), np.bincount(owner)
    drawn = np.random.default_rng(seed).integers(len(names), size=(DRAWS, len(names)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return PersonInterval(float(values.mean()), float(low), float(high), len(values), len(names))
