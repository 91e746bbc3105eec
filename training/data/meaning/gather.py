"""Collecting what is known of every word: from saved settings, described curves and the mix terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from semeq.eq import FloatArray, curve, rms_db
from semeq.words import MixTerm, MixTerms

from ..readers import DescribedCurves, on_grid
from .spread import MEASURED
from .witnesses import Crowd, Statement, Witnesses, agreement_of_crowds, person_shape, unit

#: A setting weaker than this was saved before a knob was turned, dB RMS.
LEAST_STRENGTH_DB = 0.5
CROWD_SOURCE, CONVENTION_SOURCE = "socialfx", "mix-terms"
#: Slips of the fingers in SAFE-DB; other forms of a word are aliases of the mix terms.
SPELLINGS = {
    "birght": "bright",
    "brght": "bright",
    "fatt": "fat",
    "warn": "warm",
    "warth": "warm",
    "wawrm": "warm",
}


def gather(
    params: FloatArray,
    descriptors: NDArray[np.str_],
    people: NDArray[np.str_],
    source: str,
    described: DescribedCurves | None,
    terms: MixTerms,
    language: str = "en",
) -> tuple[Witnesses, ...]:
    """Witnesses of every word: settings (n, 13) with their cleaned words and people, a crowd's curves, convention.

    Forms of one word (*mud*, *muddy*) are one entry under the name of the mix term. Descriptors of several words are
    left out: they are phrases.
    """
    found: dict[str, Witnesses] = {}
    names = np.array([_term_name(str(word), terms) for word in descriptors], dtype=np.str_)
    curves = curve(params) if len(params) else np.zeros((0, 128))
    sounding = rms_db(curves) >= LEAST_STRENGTH_DB
    for name in dict.fromkeys(str(n) for n in names[sounding] if n):
        rows = sounding & (names == name)
        shapes = np.stack([person_shape(curves[rows & (people == person)]) for person in np.unique(people[rows])])
        found[name] = Witnesses(name, language, shapes, np.asarray(rms_db(curves[rows])), source)
    for name, (spoken, crowd) in _crowds(described, terms).items() if described else ():
        found[name] = replace(found.get(name, Witnesses(name, spoken)), crowd=crowd)
    for term in terms:
        word = found.get(term.name, Witnesses(term.name))
        found[term.name] = replace(word, statements=(_convention(term),), aliases=term.aliases)
    return tuple(found.values())


def _term_name(word: str, terms: MixTerms) -> str:
    """The name a descriptor counts under, empty for a phrase."""
    if not word or any(c in word for c in " ,;/+"):
        return ""
    word = SPELLINGS.get(word, word)
    term = terms.get(word)
    return term.name if term else word


def _convention(term: MixTerm) -> Statement:
    curve_db = term.curve_db()
    shape = unit(curve_db) if term.bands else curve_db
    return Statement("convention", CONVENTION_SOURCE, shape, float(rms_db(curve_db)))


def _crowds(described: DescribedCurves, terms: MixTerms) -> dict[str, tuple[str, Crowd]]:
    """A crowd for each word: language and average, forms of one word together."""
    rows: dict[str, list[int]] = {}
    for i, (word, spoken) in enumerate(zip(described.words, described.languages, strict=True)):
        name = _term_name(word, terms) or word if spoken == "en" else word
        rows.setdefault(name, []).append(i)
    # No average of submissions of unit variance has more than that; curves of another scale are taken down to it.
    bands = described.bands / np.sqrt(np.maximum(np.mean(described.bands**2, axis=1, keepdims=True), 1.0))
    described = replace(described, bands=bands)
    squares = np.mean(bands**2, axis=1)
    counts = np.array(described.submissions)
    single = [_crowd(described, [i], counts, squares) for i in range(len(described))]
    agreement = agreement_of_crowds(single)
    r = 1 - MEASURED["submission"] if agreement is None else agreement
    # Averages of two were scaled to unit variance again before they were published (235 of 235, and no other): undo it.
    again = (counts == 2) & (np.abs(squares - 1) < 1e-3)
    factor = np.where(again, np.sqrt(max(r, 0.0) + (1 - max(r, 0.0)) / 2), 1.0)
    return {
        name: (described.languages[at[0]], _crowd(described, at, counts, squares, factor)) for name, at in rows.items()
    }


def _crowd(
    described: DescribedCurves,
    rows: Sequence[int],
    counts: NDArray[np.int64],
    squares: FloatArray,
    factor: FloatArray | None = None,
) -> Crowd:
    """The average of these rows, as if one; its mean square is known where one row makes nearly all of it."""
    at = list(rows)
    bands = described.bands[at] * (1.0 if factor is None else factor[at][:, None])
    shape = np.average(on_grid(bands), axis=0, weights=counts[at])
    main = max(at, key=lambda i: counts[i])
    return Crowd(CROWD_SOURCE, shape, int(counts[at].sum()), float(squares[main]) if counts[main] >= 3 else None)
