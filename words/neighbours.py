"""Which words sound alike and which opposite, by their response curves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from semeq.eq import FloatArray, rms_db

from .vocabulary import Word

#: A curve weaker than this, in dB RMS about its mean, has no direction to compare.
FLAT_DB = 0.1


@dataclass(frozen=True)
class Neighbour:
    """A word and how alike it is: the correlation of the responses, 1 (the same shape) to −1 (the opposite)."""

    word: Word
    likeness: float


def alike(target_db: ArrayLike, words: Sequence[Word], curves_db: FloatArray) -> tuple[Neighbour, ...]:
    """All `words`, those whose responses correlate most with a curve first; the last ones are its opposites.

    Parameters
    ----------
    target_db
        A curve in dB, shape (F,).
    curves_db
        The responses of the words, shape (words, F).

    Returns
    -------
    tuple of Neighbour
        Empty where the curve is flat.
    """
    if len(curves_db) != len(words):
        raise ValueError(f"{len(curves_db)} responses for {len(words)} words")
    target = np.asarray(target_db, dtype=np.float64)
    target = target - target.mean()
    if float(rms_db(target)) < FLAT_DB or not words:
        return ()
    shapes = curves_db - curves_db.mean(axis=1, keepdims=True)
    strength = np.linalg.norm(shapes, axis=1) * np.linalg.norm(target)
    likeness = shapes @ target / np.maximum(strength, 1e-9)
    return tuple(Neighbour(words[i], float(likeness[i])) for i in np.argsort(-likeness, kind="stable"))


def select(words: Iterable[Word], *, language: str | None = None, min_evidence: int = 0) -> tuple[Word, ...]:
    """Words of a language that at least `min_evidence` people used, in their order."""
    return tuple(w for w in words if (language is None or w.language == language) and w.evidence >= min_evidence)
