"""What to know about settings before training on them."""

from __future__ import annotations

import warnings
from collections import Counter
from dataclasses import dataclass

import numpy as np

from semeq.eq import FREQ_INDEX, GAIN_INDEX, GAIN_LIMIT_DB, PARAMETER_NAMES, FloatArray, curve, rms_db

from ..errors import DataError
from .descriptors import clean_word
from .readers import SavedSettings

#: A setting weaker than this, in dB RMS, is practically flat.
FLAT_DB = 0.5
#: A band quieter than this, in dB, is not heard.
HEARD_DB = 0.3
#: What `word_percentiles` gives.
PERCENTILES = (0, 5, 25, 50, 75, 95, 100)
#: A setting this strong, or one whose every gain is on a bound, was hardly meant.
WILD_DB = 14.0


@dataclass(frozen=True)
class Inspection:
    """Counts and ranges of a file of settings.

    Attributes
    ----------
    words
        Rows per cleaned word, the most frequent first; junk under the empty word.
    duplicates, duplicates_of_word
        Rows whose 13 numbers an earlier row has, and of them those with the same word.
    flat, clipped_gains, silent_bands
        Rows under half a dB RMS; parts of all gains on a bound and under 0.3 dB.
    unsorted
        Rows whose bells are not in order of frequency.
    imbalance
        Rows of the most frequent word per row of the tenth (or last).
    largest_annotator
        Rows of the most diligent person.
    ranges
        Smallest, median and largest value of each parameter, shape (13, 3).
    suspicious
        Line numbers and reasons of rows worth a look.
    """

    rows: int
    words: tuple[tuple[str, int], ...]
    people: int
    largest_annotator: int
    duplicates: int
    duplicates_of_word: int
    flat: int
    clipped_gains: float
    silent_bands: float
    unsorted: int
    imbalance: float
    ranges: FloatArray
    suspicious: tuple[tuple[int, str], ...]


def inspect(saved: SavedSettings) -> Inspection:
    """Count what there is."""
    params = saved.params
    words = [clean_word(word) or "" for word in saved.words]
    counts = Counter(words)
    named = [(word, count) for word, count in counts.most_common() if word]
    seen: set[bytes] = set()
    seen_words: set[tuple[bytes, str]] = set()
    duplicates = same_word = 0
    for row, word in zip(params, words, strict=True):
        key = row.tobytes()
        duplicates += key in seen
        same_word += (key, word) in seen_words
        seen.add(key)
        seen_words.add((key, word))
    gains = np.abs(params[:, GAIN_INDEX])
    return Inspection(
        rows=len(saved),
        words=tuple(counts.most_common()),
        people=len(set(saved.people)),
        largest_annotator=max(Counter(saved.people).values()),
        duplicates=duplicates,
        duplicates_of_word=same_word,
        flat=int((rms_db(curve(params)) < FLAT_DB).sum()),
        clipped_gains=float((gains >= GAIN_LIMIT_DB - 1e-3).mean()),
        silent_bands=float((gains < HEARD_DB).mean()),
        unsorted=int((np.diff(params[:, FREQ_INDEX[1:4]], axis=1) < 0).any(axis=1).sum()),
        imbalance=named[0][1] / named[min(9, len(named) - 1)][1] if named else float("nan"),
        ranges=np.stack([params.min(axis=0), np.median(params, axis=0), params.max(axis=0)], axis=1),
        suspicious=_suspicious(saved),
    )


def word_percentiles(saved: SavedSettings, word: str) -> FloatArray:
    """Percentiles (13, 7), `PERCENTILES`, of the parameters saved under a word.

    Frequency and Q count only of bands that are heard: those of a silent one mean nothing. Where nobody raised
    the band they are NaN.

    Raises
    ------
    DataError
        If no row carries the word.
    """
    chosen = np.array([clean_word(name) == word for name in saved.words])
    if not chosen.any():
        raise DataError(f"no row is saved under {word!r}")
    params = saved.params[chosen].copy()
    for band_gain, columns in ((0, [1]), (2, [3, 4]), (5, [6, 7]), (8, [9, 10]), (11, [12])):
        params[np.ix_(np.abs(params[:, band_gain]) < HEARD_DB, columns)] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a column of NaN
        return np.asarray(np.nanpercentile(params, PERCENTILES, axis=0).T, dtype=np.float64)


def _suspicious(saved: SavedSettings) -> tuple[tuple[int, str], ...]:
    strength = rms_db(curve(saved.params))
    gains = saved.params[:, GAIN_INDEX]
    out = []
    for i, line in enumerate(saved.lines):
        if (np.abs(gains[i]) >= GAIN_LIMIT_DB - 1e-3).all():
            out.append((line, "every gain is on a bound"))
        elif strength[i] > WILD_DB:
            out.append((line, f"{strength[i]:.1f} dB RMS"))
    return tuple(out)


def range_rows(inspection: Inspection) -> list[tuple[str, float, float, float]]:
    """Name, smallest, median and largest value of each parameter."""
    return [(name, *map(float, row)) for name, row in zip(PARAMETER_NAMES, inspection.ranges, strict=True)]  # type: ignore[misc]
