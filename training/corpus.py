"""Saved settings made ready for training: canonical form, labels, people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semeq.eq import curve, neutralise_silent_bands, rms_db, sort_bells
from semeq.eq.settings import FloatArray

from .descriptors import clean_word
from .errors import DataError
from .records import SavedSettings

#: Label of a setting without a word.
UNLABELLED = -1


@dataclass(frozen=True)
class Corpus:
    """Settings to learn from.

    Attributes
    ----------
    params
        Settings as saved, bells sorted, shape (n, 13). What a model is tested on.
    canonical
        The same with silent bands on their neutral frequency and Q, shape (n, 13). What a model learns from.
    labels
        Index into `words`, or `UNLABELLED`, shape (n,).
    people
        Key of the person behind each row, shape (n,) of str.
    words
        The labelled words.
    dropped
        Number of labelled rows left out because they are practically flat.
    """

    params: FloatArray
    canonical: FloatArray
    labels: NDArray[np.int64]
    people: NDArray[np.str_]
    words: tuple[str, ...]
    dropped: int

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.labels)

    def of_word(self, word: str) -> FloatArray:
        """Settings saved under `word`, shape (k, 13)."""
        chosen: FloatArray = self.params[self.labels == self.words.index(word)]
        return chosen


def prepare(saved: SavedSettings, words: tuple[str, ...], min_strength_db: float) -> Corpus:
    """Label the rows that carry one of `words`, drop those of them that are weaker than `min_strength_db`.

    A setting under half a dB RMS says nothing about its word: someone saved before turning a knob. Rows with any other
    descriptor stay in as unlabelled settings.

    Raises
    ------
    DataError
        If fewer than two words have a row.
    """
    index = {word: i for i, word in enumerate(words)}
    labels = np.array([index.get(clean_word(w) or "", UNLABELLED) for w in saved.words], dtype=np.int64)
    strength = rms_db(curve(saved.params))
    keep = (labels == UNLABELLED) | (strength >= min_strength_db)
    present = [w for w, i in index.items() if (labels[keep] == i).any()]
    if len(present) < 2:
        found = f"only {present[0]!r}" if present else "none of them"
        raise DataError(f"the recipe's words are {', '.join(words)}, and the data holds {found}: two are needed")
    params = saved.params[keep]
    return Corpus(
        params=sort_bells(params),
        canonical=sort_bells(neutralise_silent_bands(params)),
        labels=labels[keep],
        people=np.array(saved.people)[keep],
        words=words,
        dropped=int((~keep).sum()),
    )
