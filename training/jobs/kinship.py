"""Words as kin of each other: softer targets and families, both from the training rows alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from semeq.eq import FloatArray, curve

from ..data import Corpus


def kinship(corpus: Corpus, rows: NDArray[np.int64]) -> FloatArray:
    """How alike words are, (words, words): the cosine of their mean curves over `rows`; 1 on the diagonal.

    A word without a row is like no other.
    """
    curves, labels = curve(corpus.canonical[rows]), corpus.labels[rows]
    means = np.zeros((len(corpus.words), curves.shape[1]))
    for word in range(len(means)):
        of_word = curves[labels == word]
        if len(of_word):
            means[word] = of_word.mean(axis=0)
    norms = np.linalg.norm(means, axis=1, keepdims=True)
    shapes = means / np.maximum(norms, 1e-9)
    out = np.asarray(shapes @ shapes.T, dtype=np.float64)
    np.fill_diagonal(out, 1.0)
    return out


def soft_targets(kin: FloatArray, share: float) -> FloatArray:
    """What a row of each word counts as, (words, words), rows of sum 1: `share` of it as the word's kin.

    Kin get it by their likeness; words of opposite curves get nothing. A word without kin counts as itself alone.
    Label smoothing (C. Szegedy et al., 2016) that knows which words are near.
    """
    others = np.clip(kin, 0, None)
    np.fill_diagonal(others, 0.0)
    total = others.sum(axis=1, keepdims=True)
    lone = total[:, 0] <= 0
    out = share * others / np.where(total > 0, total, 1.0)
    np.fill_diagonal(out, np.where(lone, 1.0, 1.0 - share))
    return np.asarray(out, dtype=np.float64)


def families(kin: FloatArray, count: int) -> NDArray[np.int64]:
    """The family of each word, (words,), at most `count` of them: average linkage over ``1 - kin``."""
    if len(kin) < 2:
        return np.zeros(len(kin), dtype=np.int64)
    distance = squareform(np.clip(1.0 - kin, 0, None), checks=False)
    return np.asarray(fcluster(linkage(distance, "average"), count, "maxclust") - 1, dtype=np.int64)
