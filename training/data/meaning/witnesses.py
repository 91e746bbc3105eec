"""What is known of a word: who saved settings under it, what a crowd averaged, what handbooks state.

Curves are *shapes* here: in units of their own strength, so that everybody's taste counts once, however far he turned
the knobs. Strengths are kept beside them, in dB.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from semeq.eq import REFERENCE_GRID_HZ, FloatArray, rms_db

POINTS = len(REFERENCE_GRID_HZ)
#: A witness has evidence of its own where its people agree: half of the variance of their mean is meaning.
RELIABLE = 0.5
#: A person further from the others than this many median distances counts less (P. Huber, *Robust Statistics*, 1981).
HUBER_LIMIT = 1.5
HUBER_ROUNDS = 10
#: From so many people on, a mean is made robust.
ENOUGH_FOR_ROBUST = 4


def unit(curves_db: FloatArray) -> FloatArray:
    """Curves (..., 128) at a strength of 1 dB RMS; a flat curve stays flat."""
    return np.asarray(curves_db / np.maximum(rms_db(curves_db), 1e-6)[..., None], dtype=np.float64)


@dataclass(frozen=True)
class Crowd:
    """An average of `count` submissions, each scaled to zero mean and unit variance before, shape (128,).

    Noise cancels in such an average and meaning stays: its mean square is ``r + (1 - r) / count``, where ``r`` is the
    mean correlation of two submissions. `mean_square` is that of the 40 bands as published; None where it is not known.
    """

    source: str
    shape: FloatArray
    count: int
    mean_square: float | None

    @property
    def agreement(self) -> float | None:
        """Mean correlation of two submissions, from the mean square of their average."""
        if self.mean_square is None or self.count < 3:
            return None
        return (self.count * self.mean_square - 1) / (self.count - 1)

    @property
    def reliable(self) -> bool:
        """Whether its people agree enough for it to contradict others."""
        r = self.agreement
        return r is not None and _reliability(r, self.count) >= RELIABLE


@dataclass(frozen=True)
class Statement:
    """What is said of a word rather than saved under it: by `convention`, or by its `translation`; shape (128,).

    A statement that is not `firm` is heard, but does not contradict others.
    """

    kind: str
    source: str
    shape: FloatArray
    strength_db: float
    firm: bool = True


def _no_curves() -> FloatArray:
    return np.zeros((0, POINTS))


@dataclass(frozen=True)
class Witnesses:
    """All that is known of one word.

    Attributes
    ----------
    name, language
        The word and its language (ISO 639-1).
    people
        One shape a person who saved settings under it, (n, 128).
    strengths_db
        Strength of each of their settings, (k,): the median of all is how strong the word is meant.
    source
        Where those settings are from.
    crowd, statements
        The other witnesses.
    aliases
        Other forms of the word, found under it.
    """

    name: str
    language: str = "en"
    people: FloatArray = field(default_factory=_no_curves)
    strengths_db: FloatArray = field(default_factory=lambda: np.zeros(0))
    source: str = "safe-db"
    crowd: Crowd | None = None
    statements: tuple[Statement, ...] = ()
    aliases: tuple[str, ...] = ()

    @property
    def people_count(self) -> int:
        """People behind it, of all sources."""
        return len(self.people) + (self.crowd.count if self.crowd else 0)

    @property
    def people_reliable(self) -> bool:
        """Whether the people who saved settings agree enough to contradict others; one person never does."""
        n = len(self.people)
        if n < 2:
            return False
        mean_square = float(np.mean(self.people.mean(axis=0) ** 2))
        return _reliability((n * mean_square - 1) / (n - 1), n) >= RELIABLE

    @property
    def flat(self) -> bool:
        """Whether convention says that the word is no change at all."""
        return any(s.kind == "convention" and not s.shape.any() for s in self.statements)


def _reliability(agreement: float, count: int) -> float:
    """Share of meaning in the variance of a mean of `count` (C. Spearman, W. Brown, 1910)."""
    return count * agreement / max(1 + (count - 1) * agreement, 1e-9)


def robust_mean(curves: FloatArray) -> FloatArray:
    """Mean of curves (n, 128) in which those far from the others count less, shape (128,)."""
    if len(curves) < ENOUGH_FOR_ROBUST:
        return np.asarray(curves.mean(axis=0), dtype=np.float64)
    centre: FloatArray = np.median(curves, axis=0)
    for _ in range(HUBER_ROUNDS):
        distance = np.maximum(rms_db(curves - centre), 1e-9)
        weight = np.minimum(1.0, HUBER_LIMIT * np.median(distance) / distance)
        centre = (weight[:, None] * curves).sum(axis=0) / weight.sum()
    return centre


def person_shape(curves_db: FloatArray) -> FloatArray:
    """What one person means by a word: the shape of the mean shape of his settings' curves (k, 128); shape (128,)."""
    return unit(unit(curves_db).mean(axis=0))


def agreement_of_crowds(crowds: Sequence[Crowd]) -> float | None:
    """Mean correlation of two submissions over words, those with many counting more; None where nothing says."""
    known = [(c.agreement, c.count - 1) for c in crowds if c.agreement is not None]
    if not known:
        return None
    values, weights = zip(*known, strict=True)
    return float(np.average(values, weights=weights))
