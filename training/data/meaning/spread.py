"""How far people, crowds and handbooks lie from what a word means: variances, estimated from the data.

Model, in shapes (curves of unit strength): a word has a meaning ``w ~ (prior, word)``; an engineer's setting is ``w``
plus ``person``; the average of ``n`` of a crowd is ``w`` plus ``crowd_bias + submission / n``; a statement is ``w``
plus its own variance. All are moments (E. L. Lehmann, G. Casella, *Theory of Point Estimation*, ch. 4.6), taken apart
along the principal components of the words' curves: people agree on a tilt far better than on a wiggle.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from semeq.eq import FloatArray

from .witnesses import Crowd, Witnesses, agreement_of_crowds, robust_mean

#: Principal components treated on their own; what is left is one more group. Six were best when people were left out.
COMPONENTS = 6
#: A word with very many people counts as one with so many: two words must not speak for all.
MOST_PEOPLE = 9
#: Fewer words than this say nothing of a variance; `MEASURED` stands in.
ENOUGH_WORDS = 8
#: No variance is under this share of the spread between people.
LEAST = 0.05
#: Variances of whole curves as estimated on SAFE-DB, SocialFX and the mix terms, for data that are too few to tell.
MEASURED = {"person": 0.68, "word": 0.29, "submission": 0.71, "crowd": 0.54, "convention": 0.58, "translation": 0.5}


@dataclass(frozen=True)
class Spread:
    """Variances (mean square a grid point) in each of k + 1 groups: k components of `basis` and what is left.

    Attributes
    ----------
    basis
        Orthonormal rows, (k, 128).
    prior
        The mean word, (128,).
    person, word, submission, crowd
        Between people under one word; between words; of one submission of a crowd; of a crowd of any size. (k + 1,).
    statements
        The same of statements, by kind.
    crowd_prior, crowd_word
        Mean and variance of the crowd's own words: what holds for words that no engineer and no handbook knows.
    """

    basis: FloatArray
    prior: FloatArray
    person: FloatArray
    word: FloatArray
    submission: FloatArray
    crowd: FloatArray
    statements: Mapping[str, FloatArray]
    crowd_prior: FloatArray
    crowd_word: FloatArray

    def parts(self, curves: FloatArray) -> FloatArray:
        """Curves (..., 128) taken apart into the groups, (k + 1, ..., 128); their sum is the curves."""
        alone = [(curves @ row)[..., None] * row for row in self.basis]
        return np.stack([*alone, curves - sum(alone, start=np.zeros_like(curves))])

    def engineers_a_crowd_is_worth(self, count: int) -> float:
        """How many engineers weigh as much as `count` of a crowd, over the whole curve."""
        return float(self.person.sum() / (self.crowd + self.submission / count).sum())

    def engineers_a_statement_is_worth(self, kind: str) -> float:
        """How many engineers weigh as much as a statement, over the whole curve."""
        return float(self.person.sum() / self.statements[kind].sum())


def estimate_spread(words: Sequence[Witnesses], components: int = COMPONENTS) -> Spread:
    """Variances by the method of moments from words with several witnesses, `MEASURED` where they are too few."""
    words = [word for word in words if not word.flat]
    basis = _basis(words, components)
    saved = [word for word in words if len(word.people)]
    prior = np.mean([w.people.mean(axis=0) for w in saved], axis=0) if saved else np.zeros(basis.shape[1])
    none = np.zeros(len(basis) + 1)
    empty = Spread(basis, prior, none, none, none, none, {}, prior, none)
    several = [word for word in saved if len(word.people) > 1]
    shares = _shares(empty, words)
    person = _between_people(empty, several) if len(several) >= ENOUGH_WORDS else MEASURED["person"] * shares
    least = LEAST * person
    agreement = agreement_of_crowds([w.crowd for w in words if w.crowd])
    noise = MEASURED["submission"] if agreement is None else max(1 - agreement, LEAST)
    submission = noise * person / max(float(person.sum()), 1e-9)

    def of_crowd(word: Witnesses) -> tuple[FloatArray, FloatArray] | None:
        return None if word.crowd is None else (word.crowd.shape, submission / word.crowd.count)

    def of_statement(kind: str) -> Callable[[Witnesses], tuple[FloatArray, FloatArray] | None]:
        def look(word: Witnesses) -> tuple[FloatArray, FloatArray] | None:
            found = [s.shape for s in word.statements if s.kind == kind]
            return (found[0], np.zeros_like(person)) if found else None

        return look

    def excess(look: Callable[[Witnesses], tuple[FloatArray, FloatArray] | None], name: str) -> FloatArray:
        """Mean square distance of a witness from the people of its words, less what both scatter by chance."""
        rows, weights = [], []
        for word in saved:
            witness = look(word)
            if witness is not None:
                apart = empty.parts(word.people.mean(axis=0) - witness[0])
                rows.append(np.mean(apart**2, axis=-1) - person / len(word.people) - witness[1])
                weights.append(len(word.people) / (len(word.people) + 2))
        if len(rows) < ENOUGH_WORDS:
            return np.maximum(MEASURED[name] * shares, least)
        return np.maximum(np.average(rows, axis=0, weights=weights), least)

    between = [
        np.mean(empty.parts(w.people.mean(axis=0) - prior) ** 2, axis=-1) - person / len(w.people) for w in saved
    ]
    word = np.mean(between, axis=0) if len(between) >= ENOUGH_WORDS else MEASURED["word"] * shares
    return Spread(
        basis,
        prior,
        person,
        np.maximum(word, least),
        submission,
        excess(of_crowd, "crowd"),
        {
            "convention": excess(of_statement("convention"), "convention"),
            "translation": np.maximum(MEASURED["translation"] * shares, least),
        },
        *_crowd_words(empty, [word.crowd for word in words if word.crowd], submission, shares),
    )


def translation_spread(
    spread: Spread, pairs: Sequence[tuple[Crowd, FloatArray]], enough: int = ENOUGH_WORDS
) -> FloatArray:
    """Variance of translations from pairs of a crowd in one language and the word's shape (128,) in the other."""
    if len(pairs) < enough:
        return spread.statements["translation"]
    rows = [
        np.mean(spread.parts(crowd.shape - shape) ** 2, axis=-1) - spread.submission / crowd.count
        for crowd, shape in pairs
    ]
    return np.maximum(np.mean(rows, axis=0), LEAST * spread.person)


def _basis(words: Sequence[Witnesses], components: int) -> FloatArray:
    """Principal components of all witnesses' curves, (k, 128)."""
    curves = [robust_mean(word.people) for word in words if len(word.people)]
    curves += [word.crowd.shape for word in words if word.crowd]
    curves += [statement.shape for word in words for statement in word.statements]
    table = np.array(curves)
    _, _, rows = np.linalg.svd(table - table.mean(axis=0), full_matrices=False)
    return np.asarray(rows[:components], dtype=np.float64)


def _between_people(empty: Spread, several: Sequence[Witnesses]) -> FloatArray:
    total, freedom = np.zeros(len(empty.basis) + 1), 0
    for word in several:
        counted = min(len(word.people), MOST_PEOPLE) - 1
        apart = empty.parts(word.people - word.people.mean(axis=0))
        total += counted / (len(word.people) - 1) * np.mean(apart**2, axis=-1).sum(axis=-1)
        freedom += counted
    return np.asarray(total / freedom, dtype=np.float64)


def _crowd_words(
    empty: Spread, crowds: Sequence[Crowd], submission: FloatArray, shares: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Mean of the crowd's words, (128,), and their variance around it, (k + 1,)."""
    if len(crowds) < ENOUGH_WORDS:
        return np.zeros_like(empty.prior), np.asarray(MEASURED["word"] * shares, dtype=np.float64)
    shapes = np.array([crowd.shape for crowd in crowds])
    centre = shapes.mean(axis=0)
    noise = np.mean([1 / crowd.count for crowd in crowds]) * submission
    between = np.mean(empty.parts(shapes - centre) ** 2, axis=(1, 2)) - noise
    return centre, np.maximum(between, LEAST * submission)


def _shares(empty: Spread, words: Sequence[Witnesses]) -> FloatArray:
    """How the variance of all witnesses is shared among the groups, (k + 1,), sum 1: where nothing better is known."""
    curves = [word.crowd.shape for word in words if word.crowd] + [
        robust_mean(w.people) for w in words if len(w.people)
    ]
    curves += [statement.shape for word in words for statement in word.statements]
    squares = np.mean(empty.parts(np.array(curves)) ** 2, axis=(1, 2))
    return np.asarray(squares / max(float(squares.sum()), 1e-9), dtype=np.float64)
