"""Which rows are learnt from and which are only tested on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from .corpus import UNLABELLED, Corpus

SplitKind = Literal["random", "annotator"]
SPLIT_KINDS: tuple[SplitKind, ...] = ("random", "annotator")

#: Someone who gave more than this part of the labelled rows stays in training: held out, they would be the whole test.
LARGE_ANNOTATOR = 0.1


@dataclass(frozen=True)
class Split:
    """Row indices into a `Corpus`; test rows are labelled ones, training rows are of both kinds."""

    kind: SplitKind
    train: NDArray[np.int64]
    test: NDArray[np.int64]


def split_rows(corpus: Corpus, kind: SplitKind, test_share: float, seed: int) -> Split:
    """Hold out about `test_share` of the labelled rows: at random within each word, or by whole people.

    Unlabelled rows are learnt from, except those of held-out people and those whose 13 numbers equal a test row's.
    """
    rng = np.random.default_rng(seed)
    labelled = np.flatnonzero(corpus.labels != UNLABELLED)
    if kind == "random":
        test = _within_words(corpus, labelled, test_share, rng)
    else:
        test = _whole_people(corpus, labelled, test_share, rng)
    in_test = np.zeros(len(corpus), dtype=bool)
    in_test[test] = True
    blocked = in_test.copy()
    if kind == "annotator":
        blocked |= np.isin(corpus.people, corpus.people[test])
    else:
        seen = {row.tobytes() for row in corpus.params[test]}
        unlabelled = corpus.labels == UNLABELLED
        blocked |= unlabelled & np.array([row.tobytes() in seen for row in corpus.params])
    train = np.flatnonzero(~blocked)
    test = np.flatnonzero(in_test)
    if len(np.unique(corpus.labels[test])) < 2 or not (corpus.labels[train] != UNLABELLED).any():
        raise DataError(
            f"too few labelled rows ({len(labelled)}) for a {kind} split with a test share of {test_share:g}"
        )
    return Split(kind, train, test)


def annotator_folds(corpus: Corpus, folds: int, seed: int) -> list[Split]:
    """Splits by whole people in which every labelled row is a test row exactly once, also those of large annotators.

    People are dealt, those of most rows first, each to the fold that has fewest labelled rows so far. What a held-out
    person saved under other words is not learnt from.

    Raises
    ------
    DataError
        If there are fewer people with labelled rows than folds.
    """
    labelled = np.flatnonzero(corpus.labels != UNLABELLED)
    people, counts = np.unique(corpus.people[labelled], return_counts=True)
    if len(people) < folds:
        raise DataError(f"{len(people)} people saved labelled rows: too few for {folds} folds")
    order = np.random.default_rng(seed).permutation(len(people))
    order = order[np.argsort(-counts[order], kind="stable")]
    load, fold_of = np.zeros(folds), np.zeros(len(people), dtype=np.int64)
    for i in order:
        fold_of[i] = load.argmin()
        load[fold_of[i]] += counts[i]
    out = []
    for fold in range(folds):
        held = np.isin(corpus.people, people[fold_of == fold])
        test = labelled[held[labelled]]
        train = np.flatnonzero(~held)
        if len(np.unique(corpus.labels[train][corpus.labels[train] != UNLABELLED])) < 2:
            raise DataError(f"without the people of fold {fold + 1} fewer than two words are left to learn")
        out.append(Split("annotator", train, test))
    return out


def _within_words(
    corpus: Corpus, labelled: NDArray[np.int64], share: float, rng: np.random.Generator
) -> NDArray[np.int64]:
    chosen = []
    for label in np.unique(corpus.labels[labelled]):
        rows = rng.permutation(labelled[corpus.labels[labelled] == label])
        chosen.append(rows[: round(share * len(rows))])
    return np.concatenate(chosen)


def _whole_people(
    corpus: Corpus, labelled: NDArray[np.int64], share: float, rng: np.random.Generator
) -> NDArray[np.int64]:
    people, counts = np.unique(corpus.people[labelled], return_counts=True)
    wanted, held, taken = share * len(labelled), [], 0
    for i in rng.permutation(len(people)):
        if counts[i] > max(LARGE_ANNOTATOR * len(labelled), 1) or taken + counts[i] > 1.2 * wanted:
            continue
        held.append(people[i])
        taken += counts[i]
        if taken >= wanted:
            break
    return labelled[np.isin(corpus.people[labelled], np.array(held, dtype=corpus.people.dtype))]
