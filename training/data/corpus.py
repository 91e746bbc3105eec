"""Saved settings made ready for training: canonical form, labels, people, and a pool of settings without words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semeq.eq import PARAMETER_COUNT, FloatArray, curve, neutralise_silent_bands, rms_db, sort_bells

from ..errors import DataError
from ..recipe import DataSection
from .descriptors import clean_word, junk_words
from .readers import SavedSettings

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
    descriptors
        The cleaned word of each row, labelled or not, empty for junk, shape (n,) of str.
    words
        The labelled words.
    pool
        Settings from other sources that nobody is tested on, shape (m, 13).
    dropped
        Number of labelled rows left out because they are practically flat.
    unlearnt
        Words that were asked for, or are a user's own, and have too few rows for a label: ``(word, rows)``.
    """

    params: FloatArray
    canonical: FloatArray
    labels: NDArray[np.int64]
    people: NDArray[np.str_]
    descriptors: NDArray[np.str_]
    words: tuple[str, ...]
    pool: FloatArray
    dropped: int
    unlearnt: tuple[tuple[str, int], ...] = ()

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.labels)

    def of_word(self, word: str) -> FloatArray:
        """Settings saved under `word`, labelled or not, shape (k, 13)."""
        chosen: FloatArray = self.params[self.descriptors == word]
        return chosen

    def people_of(self, word: str) -> int:
        """Number of people who used `word`."""
        return len(np.unique(self.people[self.descriptors == word]))


def prepare(
    sources: Sequence[SavedSettings],
    section: DataSection,
    pool: FloatArray | None = None,
    words: Sequence[str] | None = None,
) -> Corpus:
    """Label the rows that carry a word of the recipe, drop those of them that are practically flat.

    A setting under half a dB RMS says nothing about its word: someone saved before turning a knob. Rows with any other
    descriptor stay in as unlabelled settings. The words of a user's own settings are labelled beside the recipe's.
    With `words`, those of a run that is looked at again, exactly they are labelled, in their order.

    Raises
    ------
    DataError
        If fewer than two words have a row.
    """
    params = np.concatenate([s.params for s in sources])
    people = np.array([person for s in sources for person in s.people], dtype=np.str_)
    asked = section.words if words is None else words
    named = tuple(dict.fromkeys(clean_word(word, junk=frozenset()) or word for word in asked))
    # What somebody names, or wrote into a file of his own, is meant: "test" too.
    descriptors = np.array([w for s in sources for w in _cleaned(s, frozenset(named))], dtype=np.str_)
    labelled: tuple[str, ...] = named
    unlearnt: tuple[tuple[str, int], ...] = ()
    if words is None:
        labelled, unlearnt = _labelled_words(sources, descriptors, named, section.min_examples)
    index = {word: i for i, word in enumerate(labelled)}
    labels = np.array([index.get(str(word), UNLABELLED) for word in descriptors], dtype=np.int64)
    keep = (labels == UNLABELLED) | (rms_db(curve(params)) >= section.min_strength_db)
    present = [w for w, i in index.items() if (labels[keep] == i).any()]
    if len(present) < 2:
        found = f"only {present[0]!r}" if present else "none of them"
        wanted = ", ".join(named) if named else f"those with {section.min_examples} rows or more"
        few = "".join(f"; {word!r} has {count} of {section.min_examples} rows" for word, count in unlearnt if count)
        raise DataError(
            f"the recipe's words are {wanted}, and the data holds {found}: two are needed{few}"
            + (" (data.min_examples)" if few else "")
        )
    params = params[keep]
    return Corpus(
        params=sort_bells(params),
        canonical=sort_bells(neutralise_silent_bands(params)),
        labels=labels[keep],
        people=people[keep],
        descriptors=descriptors[keep],
        words=labelled,
        pool=np.zeros((0, PARAMETER_COUNT)) if pool is None else sort_bells(neutralise_silent_bands(pool)),
        dropped=int((~keep).sum()),
        unlearnt=unlearnt,
    )


def _cleaned(saved: SavedSettings, named: frozenset[str]) -> list[str]:
    """The word of each row, empty for junk."""
    junk = frozenset() if saved.own else junk_words() - named
    return [clean_word(word, junk=junk) or "" for word in saved.words]


def _labelled_words(
    sources: Sequence[SavedSettings], descriptors: NDArray[np.str_], named: tuple[str, ...], least: int
) -> tuple[tuple[str, ...], tuple[tuple[str, int], ...]]:
    """The words that get a label, and those with too few rows for one.

    The recipe's words come first, in its order, then those of a user's own settings, the most frequent first.
    """
    if not named:
        return _frequent(descriptors, least), ()
    own = np.repeat([s.own for s in sources], [len(s) for s in sources])
    counts = Counter(descriptors.tolist())
    added = [word for word, _ in Counter(descriptors[own].tolist()).most_common() if word and word not in named]
    wanted = [*named, *added]
    few = tuple((word, counts[word]) for word in wanted if counts[word] < least)
    return tuple(word for word in wanted if counts[word] >= least), few


def _frequent(descriptors: NDArray[np.str_], least: int) -> tuple[str, ...]:
    """Words with at least `least` rows, the most frequent first."""
    counts = Counter(str(word) for word in descriptors if word)
    return tuple(word for word, count in counts.most_common() if count >= least)
