"""How well points of a space tell words apart, beside what the raw settings and their curves allow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import pdist
from scipy.stats import spearmanr
from sklearn.metrics import balanced_accuracy_score, confusion_matrix, davies_bouldin_score, silhouette_score
from sklearn.neighbors import KNeighborsClassifier

from semeq.eq import FloatArray

#: Neighbours asked by the word classifier.
NEIGHBOURS = 15

Labels = NDArray[np.int64]


def silhouette(points: FloatArray, labels: Labels) -> float:
    """Mean silhouette (P. Rousseeuw, 1987); NaN with fewer than two words. A lone point counts 0."""
    return float(silhouette_score(points, labels)) if _enough(labels) else float("nan")


def davies_bouldin(points: FloatArray, labels: Labels) -> float:
    """Davies-Bouldin index (1979), lower is better; NaN with fewer than two words."""
    return float(davies_bouldin_score(points, labels)) if _enough(labels) else float("nan")


def knn_predictions(train: FloatArray, train_labels: Labels, test: FloatArray) -> Labels:
    """The word most of the nearest training points have, for each test point."""
    neighbours = min(NEIGHBOURS, len(train))
    fitted = KNeighborsClassifier(neighbours).fit(train, train_labels)
    return np.asarray(fitted.predict(test), dtype=np.int64)


def knn_accuracy(train: FloatArray, train_labels: Labels, test: FloatArray, labels: Labels) -> float:
    """Part of the test points whose nearest training points have their word."""
    if not len(train) or not len(test):
        return float("nan")
    return float((knn_predictions(train, train_labels, test) == labels).mean())


def centroid_balanced_accuracy(train: FloatArray, train_labels: Labels, test: FloatArray, labels: Labels) -> float:
    """Mean recall over words when each test point takes the word of the nearest mean; counts rare words fully."""
    words = np.unique(train_labels)
    means = np.stack([train[train_labels == word].mean(axis=0) for word in words])
    nearest = words[np.argmin(((test[:, None] - means[None]) ** 2).sum(axis=2), axis=1)]
    return float(balanced_accuracy_score(labels, nearest))


def confusion(train: FloatArray, train_labels: Labels, test: FloatArray, labels: Labels, words: int) -> list[list[int]]:
    """Rows: the word saved under; columns: the word of the nearest training points."""
    table = confusion_matrix(labels, knn_predictions(train, train_labels, test), labels=list(range(words)))
    out: list[list[int]] = table.tolist()
    return out


def distance_rank(points: FloatArray, curves_db: FloatArray) -> float:
    """Spearman's rank correlation between distances of points (n, d) and RMS differences of their curves (n, f).

    Over all pairs of rows: 1 where what sounds further apart always lies further apart; NaN below three rows.
    """
    if len(points) < 3:
        return float("nan")
    return float(spearmanr(pdist(points), pdist(curves_db)).statistic)


def _enough(labels: Labels) -> bool:
    words = len(np.unique(labels))
    return 2 <= words < len(labels)
