"""From answers to a table: screening of listeners, means, and bootstrap intervals that resample listeners."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from semeq.eq import FloatArray

from ..errors import DataError
from .stimuli import REFERENCE

DRAWS = 10_000
LISTENER = ("listener", "session_uuid")
#: Post-screening of ITU-R BS.1534-3: who rates the hidden reference below 90 in more than 15 % of trials is left out.
REFERENCE_RATING, TOLERATED = 90.0, 0.15


@dataclass(frozen=True)
class Answer:
    """One rating (0 to 100), or in ABX 1 for right and 0 for wrong, of a condition in a trial."""

    listener: str
    trial: str
    condition: str
    value: float


@dataclass(frozen=True)
class Screened:
    """The answers that count, and who was left out."""

    answers: tuple[Answer, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Estimate:
    """A mean over listeners with its 95 % interval, from so many of them; `p` where there is a test."""

    name: str
    mean: float
    low: float
    high: float
    listeners: int
    p: float | None = None


def read_answers(paths: Sequence[Path], key: Mapping[str, Any]) -> tuple[Answer, ...]:
    """Answers of CSV files: the page's, or webMUSHRA's `mushra.csv`.

    Raises
    ------
    DataError
        At a file that cannot be read or a row that does not belong to the test, or where a listener answers twice.
    """
    column = ("rating_stimulus", "rating_score") if key["kind"] == "mushra" else ("stimulus", "correct")
    found: dict[tuple[str, str, str], Answer] = {}
    for path in paths:
        try:
            with path.open(newline="", encoding="utf-8-sig") as file:
                rows = list(csv.DictReader(file))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise DataError(f"cannot read {path}: {error}") from error
        for line, row in enumerate(rows, start=2):
            answer = _answer(row, column, key, f"{path}, line {line}")
            place = (answer.listener, answer.trial, answer.condition)
            if place in found:
                raise DataError(f"{path}, line {line}: {answer.listener!r} answers {answer.trial} twice")
            found[place] = answer
    if not found:
        raise DataError("there is no answer in the files")
    return tuple(found.values())


def _answer(row: Mapping[str, str], column: tuple[str, str], key: Mapping[str, Any], where: str) -> Answer:
    try:
        listener = next(row[name] for name in LISTENER if row.get(name))
        trial, code, value = row["trial_id"], row[column[0]], float(row[column[1]])
        conditions = key["trials"][trial]["conditions"]
        # webMUSHRA names the hidden reference itself.
        condition = REFERENCE if code == REFERENCE else conditions[code]
    except (KeyError, StopIteration, TypeError, ValueError) as error:
        raise DataError(f"{where}: does not belong to the test {key['test']} ({error!r})") from error
    if not 0 <= value <= (100 if key["kind"] == "mushra" else 1):
        raise DataError(f"{where}: {value:g} is not an answer")
    return Answer(listener, trial, condition, value)


def screen(answers: Sequence[Answer]) -> Screened:
    """Leave out listeners who do not hear the hidden reference (ITU-R BS.1534-3)."""
    out = []
    for listener in sorted({a.listener for a in answers}):
        hidden = [a.value for a in answers if a.listener == listener and a.condition == REFERENCE]
        if hidden and np.mean(np.array(hidden) < REFERENCE_RATING) > TOLERATED:
            out.append(listener)
    return Screened(tuple(a for a in answers if a.listener not in out), tuple(out))


def mushra_table(answers: Sequence[Answer], seed: int = 0) -> tuple[list[Estimate], list[Estimate]]:
    """Mean rating of each condition, the best first, and the difference of each to the next, paired by listener.

    A listener counts once, by his mean over trials, and intervals resample listeners: ratings of one person are not
    independent.
    """
    names = sorted({a.condition for a in answers})
    listeners = sorted({a.listener for a in answers})
    means = np.array([[_mean(answers, listener, name) for name in names] for listener in listeners])
    draws = _resampled(len(listeners), seed)
    table = [_estimate(name, means[:, i], draws) for i, name in enumerate(names)]
    order = sorted(range(len(names)), key=lambda i: -table[i].mean)
    apart = []
    for better, worse in pairwise(order):
        difference = means[:, better] - means[:, worse]
        apart.append(_estimate(f"{names[better]} − {names[worse]}", difference, draws))
    return [table[i] for i in order], apart


def abx_table(answers: Sequence[Answer], seed: int = 0) -> list[Estimate]:
    """Share of right answers of each condition against the reference, with the exact binomial test against guessing."""
    listeners = sorted({a.listener for a in answers})
    draws = _resampled(len(listeners), seed)
    out = []
    for name in sorted({a.condition for a in answers}):
        here = [a for a in answers if a.condition == name]
        shares = np.array([_mean(here, listener, name) for listener in listeners])
        right = round(sum(a.value for a in here))
        p = float(stats.binomtest(right, len(here), 0.5, alternative="greater").pvalue)
        estimate = _estimate(name, shares, draws)
        out.append(Estimate(name, estimate.mean, estimate.low, estimate.high, estimate.listeners, p))
    return out


def _mean(answers: Sequence[Answer], listener: str, condition: str) -> float:
    values = [a.value for a in answers if a.listener == listener and a.condition == condition]
    return float(np.mean(values)) if values else float("nan")


def _resampled(count: int, seed: int) -> NDArray[np.int64]:
    return np.random.default_rng(seed).integers(count, size=(DRAWS, count))


def _estimate(name: str, values: FloatArray, draws: NDArray[np.int64]) -> Estimate:
    """Percentile bootstrap (B. Efron, 1979) over listeners; those without an answer do not count."""
    heard = values[~np.isnan(values)]
    if not len(heard):
        return Estimate(name, float("nan"), float("nan"), float("nan"), 0)
    if len(heard) < len(values):
        draws = _resampled(len(heard), 0)
    low, high = np.percentile(heard[draws].mean(axis=1), (2.5, 97.5))
    return Estimate(name, float(heard.mean()), float(low), float(high), len(heard))
