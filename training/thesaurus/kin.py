"""Words as weighted known words: kriging of curves over WordNet's likeness.

A word's curve is taken as a draw from a Gaussian process over words whose covariance is their likeness
(C. E. Rasmussen, C. K. I. Williams, *Gaussian Processes for Machine Learning*, 2006, eq. 2.25): the prediction is a
weighted sum of the known words' curves, with more trust in words that more people stand behind. Its explained variance,
0 to 1, is its *support*: how much WordNet says of the word at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from semeq.eq import FloatArray
from semeq.words import Word

from .features import SignedFeatures

#: A word with less support is not explained.
LEAST_SUPPORT = 0.02
#: At most so many known words explain another; what weighs less than this share is left out.
MOST_KIN, LEAST_SHARE = 8, 0.04
#: Variance of a known word's curve about what the word means, against 1 between words: for one person, and for many.
_PERSON, _ANYONE = 9.0, 0.6
#: Convention counts as so many people.
_CONVENTION = 3
_ROWS = 1024


@dataclass(frozen=True)
class Kin:
    """A word explained: known words and weights whose absolute values add up to 1, heaviest first; its support."""

    word: str
    weights: dict[str, float]
    support: float


class _Kriging:
    def __init__(self, likeness: FloatArray, known: Sequence[Word]) -> None:
        people = np.array([max(w.evidence, _CONVENTION if "convention" in w.origin else 0, 0.5) for w in known])
        self.names = [word.name for word in known]
        covariance = likeness.copy()
        np.fill_diagonal(covariance, 1.0)
        self._noisy = covariance + np.diag(_PERSON / people + _ANYONE)

    def weights(self, likeness: FloatArray, kept: NDArray[np.bool_] | None = None) -> tuple[FloatArray, FloatArray]:
        """Weights (rows, known) and support (rows,) for likeness (rows, known), by the `kept` known words alone."""
        kept = np.ones(len(self.names), dtype=bool) if kept is None else kept
        weights = np.zeros_like(likeness)
        weights[:, kept] = np.linalg.solve(self._noisy[np.ix_(kept, kept)], likeness[:, kept].T).T
        support = np.einsum("ij,ij->i", weights, likeness)
        if weights.shape[1] > MOST_KIN:
            least = np.partition(np.abs(weights), -MOST_KIN, axis=1)[:, -MOST_KIN, None]
            weights = np.where(np.abs(weights) >= least, weights, 0.0)
        shares = weights / np.maximum(np.abs(weights).sum(axis=1, keepdims=True), 1e-12)
        shares = np.where(np.abs(shares) >= LEAST_SHARE, shares, 0.0)
        return shares / np.maximum(np.abs(shares).sum(axis=1, keepdims=True), 1e-12), support


def explain_all(
    features: SignedFeatures, known: Sequence[Word], words: Iterable[str], *, least: float = LEAST_SUPPORT
) -> Iterator[Kin]:
    """Those of `words` with enough support, in words of `known`, for which `features` was made."""
    covered = [known[i] for i in features.covered]
    kriging = _Kriging(features.likeness_of_known(), covered)
    rest = iter(words)
    while some := list(islice(rest, _ROWS)):
        weights, support = kriging.weights(features.likeness(some))
        for word, row, found in zip(some, weights, support, strict=True):
            if found >= least:
                order = [int(i) for i in np.argsort(-np.abs(row), kind="stable") if row[i]]
                yield Kin(word, {kriging.names[i]: float(row[i]) for i in order}, float(found))


def left_out(features: SignedFeatures, known: Sequence[Word], curves: FloatArray) -> tuple[FloatArray, FloatArray]:
    """How well known words are foretold by the others.

    Parameters
    ----------
    known, curves
        Words and their responses in dB, shape (known, 128).

    Returns
    -------
    likeness, support
        For each covered word, the correlation of its curve with what the other words foretell, and its support.
    """
    covered = [known[i] for i in features.covered]
    shapes = curves[features.covered] - curves[features.covered].mean(axis=1, keepdims=True)
    shapes /= np.maximum(np.linalg.norm(shapes, axis=1, keepdims=True), 1e-9)
    among = features.likeness_of_known()
    kriging = _Kriging(among, covered)
    found, supports = np.zeros(len(covered)), np.zeros(len(covered))
    for i in range(len(covered)):
        kept = np.arange(len(covered)) != i
        weights, support = kriging.weights(np.where(kept, among[i], 0.0)[None], kept)
        foretold = weights[0] @ shapes
        found[i] = foretold @ shapes[i] / max(float(np.linalg.norm(foretold)), 1e-9)
        supports[i] = support[0]
    return found, supports
