"""What is wrong with a mix: which of an engineer's complaints stand out in a recording, and the phrase that mends it.

The lean of a recording is taken as that of some piece of music (normal, with the mean and covariance of the training
clips) plus the EQ of a complaint such as *muddy*. The evidence for a complaint is the logarithm of the Bayes factor of
that against music alone: for a curve c, lean x and covariance S, ``c' S⁻¹ x − c' S⁻¹ c / 2``, as in linear discriminant
analysis (T. Hastie, R. Tibshirani, J. Friedman, *The Elements of Statistical Learning*, 2009, ch. 4.3). A complaint has
two curves, each as likely: what people mean by the word, and what handbooks say of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from semeq.eq import FloatArray

from ..mix_terms import mix_terms
from .encoder import Hearing

#: An engineer's complaints, each unlike the others.
COMPLAINTS = (
    "boomy", "muddy", "boxy", "honky", "nasal", "harsh", "shrill", "sibilant", "thin", "tinny", "dull", "muffled",
)  # fmt: skip
#: What a mix may lack, for a remedy.
WISHES = ("airy", "present", "bright", "clear", "warm", "full", "deep")
#: Share of a multiple of the identity in the covariance: there are few clips for 64 bands.
SHRINKAGE = 0.1
#: A complaint stands out if the recording is more so than about five of six pieces of music.
STANDS_OUT = 1.0
#: Amounts of a word that a remedy takes, and how they are said.
_AMOUNTS = ((0.5, "a bit "), (1.0, ""), (1.5, "much "))
#: Two curves of a remedy are no more alike than this (cosine by the inverse covariance).
_ALIKE = 0.6


@dataclass(frozen=True)
class Complaint:
    """How far a complaint applies to a recording.

    Attributes
    ----------
    word
        The complaint.
    evidence
        Logarithm of the Bayes factor for it against music as it is; above 0 speaks for it.
    score
        How much more so than average music, in standard deviations over music.
    from_hz, to_hz, band_db
        The range that the word is mostly about, and the lean there in dB, weighed by nothing.
    """

    word: str
    evidence: float
    score: float
    from_hz: float
    to_hz: float
    band_db: float


class Diagnosis:
    """Complaints and remedies for leans heard by a `Hearing`."""

    def __init__(self, hearing: Hearing) -> None:
        """Use those complaints and wishes that the vocabulary of the hearing's model knows."""
        self._hearing = hearing
        covariance = hearing.music_covariance
        size = len(covariance)
        shrunk = (1 - SHRINKAGE) * covariance + SHRINKAGE * np.trace(covariance) / size * np.eye(size)
        self._inverse = np.linalg.inv(shrunk)
        vocabulary = hearing.space.vocabulary
        #: The complaints that are looked for.
        self.complaints = tuple(word for word in COMPLAINTS if word in vocabulary)
        self._wishes = tuple(word for word in WISHES if word in vocabulary)
        meant = self._curves(self.complaints)
        terms = [mix_terms().get(word) for word in self.complaints]
        stated = [meant[i] if term is None else hearing.band_curves(term.params()) for i, term in enumerate(terms)]
        #: What people mean by each complaint, and what handbooks say, (2, complaints, 64); and as axes of unit spread.
        self._both = np.stack([meant, np.reshape(stated, meant.shape)])
        axes = self._both @ self._inverse
        spread = np.sqrt(np.einsum("twi,ij,twj->tw", axes, covariance, axes))
        self._axes = axes / np.maximum(spread, 1e-12)[..., None]

    def __call__(self, lean_db: FloatArray) -> tuple[Complaint, ...]:
        """All complaints about a lean (64,), those with most evidence first."""
        each = np.stack([self._evidence(curves, lean_db) for curves in self._both])
        evidence = np.logaddexp(*each) - np.log(2)
        scores = np.take_along_axis(self._axes @ lean_db, each.argmax(axis=0)[None], axis=0)[0]
        where = [self._where(curve, lean_db) for curve in self._both[1]]
        return tuple(
            Complaint(self.complaints[i], float(evidence[i]), float(scores[i]), *where[i])
            for i in np.argsort(-evidence, kind="stable")
        )

    def standing_out(self, lean_db: FloatArray) -> list[str]:
        """Complaints that a lean (64,) gives reason for, those with most evidence first."""
        return [found.word for found in self(lean_db) if found.evidence > 0 and found.score > STANDS_OUT]

    def remedy(self, lean_db: FloatArray) -> str:
        """The phrase that mends a lean (64,), such as ``less muddy, a bit airy``; empty where nothing stands out."""
        standing = self.standing_out(lean_db)
        if not standing:
            return ""
        words = [*standing, *self._wishes]
        # A remedy takes away what a complaint has, and what is opposite to a wish.
        complained = self._both[0][[self.complaints.index(word) for word in standing]]
        curves = np.concatenate([complained, -self._curves(self._wishes)])
        left, said, taken = lean_db.copy(), [], np.zeros((0, len(lean_db)))
        for first in (True, False):
            gain = np.where(self._likeness(curves, taken) > _ALIKE, -np.inf, self._evidence(curves, left))
            best = 0 if first else int(np.argmax(gain))  # what stands out most comes first
            if not first and gain[best] <= 0:
                break
            curve = curves[best]
            weighted = curve @ self._inverse
            amount, how = min(_AMOUNTS, key=lambda known: abs(known[0] - weighted @ left / (weighted @ curve)))
            said.append(f"{how}{'less ' if best < len(standing) else ''}{words[best]}")
            left, taken = left - amount * curve, np.vstack([taken, curve])
        return ", ".join(said)

    def _curves(self, words: Sequence[str]) -> FloatArray:
        """What words do in the hearing's bands, (words, 64)."""
        space = self._hearing.space
        curves = [self._hearing.band_curves(space.decoder.decode(space.latent(word))) for word in words]
        return np.reshape(curves, (len(words), len(self._inverse)))

    def _evidence(self, curves: FloatArray, lean_db: FloatArray) -> FloatArray:
        weighted = curves @ self._inverse
        return np.asarray(weighted @ lean_db - 0.5 * np.einsum("wi,wi->w", weighted, curves), dtype=np.float64)

    def _likeness(self, curves: FloatArray, taken: FloatArray) -> FloatArray:
        """The largest cosine of each curve with those taken; 0 without any."""
        if not len(taken):
            return np.zeros(len(curves))
        inner = curves @ self._inverse @ taken.T
        lengths = [np.sqrt(np.einsum("wi,ij,wj->w", c, self._inverse, c)) for c in (curves, taken)]
        return np.asarray(np.abs(inner / np.maximum(np.outer(*lengths), 1e-12)).max(axis=1), dtype=np.float64)

    def _where(self, curve_db: FloatArray, lean_db: FloatArray) -> tuple[float, float, float]:
        """The range about the highest point of a curve where it has half of that, and the mean lean there."""
        bands_hz, peak = self._hearing.bands_hz, int(np.argmax(curve_db))
        low = high = peak
        while low > 0 and curve_db[low - 1] >= curve_db[peak] / 2:
            low -= 1
        while high < len(curve_db) - 1 and curve_db[high + 1] >= curve_db[peak] / 2:
            high += 1
        return float(bands_hz[low]), float(bands_hz[high]), float(lean_db[low : high + 1].mean())
