"""Which words lie near each other, which opposite, and a flat map of them all, from their points alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .vocabulary import Vocabulary, Word

#: The first numbers of a latent say what a setting does; the rest says how it is dialled.
SEMANTIC_SIZE = 8

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Neighbour:
    """A word and how alike it is, 1 (same direction from flat) to -1 (opposite)."""

    word: Word
    likeness: float


def nearest(
    vocabulary: Vocabulary,
    name: str,
    count: int = 5,
    *,
    language: str | None = None,
    min_evidence: int = 0,
    responses: FloatArray | None = None,
) -> tuple[Neighbour, ...]:
    """The words most like `name` (a word, or ``word/school``), the nearest first.

    Parameters
    ----------
    language, min_evidence
        Only words of this language, that at least so many people used.
    responses
        What each word of the vocabulary decodes to, in dB, shape (words, F). With it likeness is the correlation of
        responses, which is what is heard; without, the angle between points seen from flat, which needs no decoder and
        follows it roughly (the nearest word's response then correlates about .76 with the word's own, the most opposed
        one's -.45; with responses .94 and -.94).

    Raises
    ------
    UnknownWordError
        If the vocabulary does not hold `name`.
    """
    return _ranked(vocabulary, name, count, language, min_evidence, responses, sign=1)


def antonyms(
    vocabulary: Vocabulary,
    name: str,
    count: int = 5,
    *,
    language: str | None = None,
    min_evidence: int = 0,
    responses: FloatArray | None = None,
) -> tuple[Neighbour, ...]:
    """The words most opposed to `name`, the furthest first: what they raise, it lowers. Parameters as in `nearest`."""
    return _ranked(vocabulary, name, count, language, min_evidence, responses, sign=-1)


def select(words: Iterable[Word], *, language: str | None = None, min_evidence: int = 0) -> tuple[Word, ...]:
    """Words of a language that at least `min_evidence` people used, in their order."""
    return tuple(w for w in words if (language is None or w.language == language) and w.evidence >= min_evidence)


def word_positions(words: Iterable[Word]) -> FloatArray:
    """Positions (n, 2) of words on a map: the two main directions of their semantic points (PCA), centred."""
    points = np.array([word.latent[:SEMANTIC_SIZE] for word in words], dtype=np.float64).reshape(-1, SEMANTIC_SIZE)
    centred = points - points.mean(axis=0) if len(points) else points
    if len(centred) < 2:
        return np.zeros((len(centred), 2))
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    # The sign of a direction is arbitrary; the same words must always give the same map.
    flip = np.sign(directions[np.arange(len(directions)), np.abs(directions).argmax(axis=1)])
    positions = centred @ (directions * flip[:, None]).T
    return np.asarray(np.pad(positions, ((0, 0), (0, max(0, 2 - positions.shape[1]))))[:, :2], dtype=np.float64)


def _ranked(
    vocabulary: Vocabulary,
    name: str,
    count: int,
    language: str | None,
    min_evidence: int,
    responses: FloatArray | None,
    sign: int,
) -> tuple[Neighbour, ...]:
    word = vocabulary.get(name)
    words = list(vocabulary)
    if responses is None:
        # Over the whole latent: the semantic dimensions alone were made to tell warm from bright, and follow less.
        own, all_of_them = (
            np.array(word.latent) - vocabulary.flat,
            np.array([w.latent for w in words]) - vocabulary.flat,
        )
    else:
        if len(responses) != len(words):
            raise ValueError(f"{len(responses)} responses for {len(words)} words")
        all_of_them = responses - responses.mean(axis=1, keepdims=True)
        # A school is looked up by the response of its word: responses come one for each word.
        own = all_of_them[vocabulary.names.index(word.name)]
    likeness = _directions(all_of_them) @ _directions(own[None])[0]
    kept = set(select(words, language=language, min_evidence=min_evidence))
    order = [i for i in np.argsort(-sign * likeness, kind="stable") if words[i] in kept and words[i].name != word.name]
    return tuple(Neighbour(words[i], float(likeness[i])) for i in order[:count])


def _directions(away: FloatArray) -> FloatArray:
    """Unit vectors (n, d)."""
    return np.asarray(away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-9), dtype=np.float64)
