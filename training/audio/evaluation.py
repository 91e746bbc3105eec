"""How well an encoder hears, measured on clips whose source it has not met.

Cross-validated over sources: the sources of music are dealt into five folds, and each clip is judged by an encoder
trained without its source; settings are held out by the person who saved them, fold by fold. Simple measures of
brightness are judged on the very same pairs, and so are the settings by their own curves, without any music: an EQ adds
in dB, so no linear encoder can tell two settings apart better in a piece of music than on paper.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import spearmanr

from semeq.eq import FloatArray, magnitude_db

from .bands import BIN_FREQS_HZ, band_centres_hz, band_levels_db, erb_rate
from .lean import LabelledCurves, word_axis
from .spectra import Spectra

FOLDS = 5
PAIRS_PER_CLIP = 8
TEN = 10  # the words of SAFE-DB stand first
DRAWS = 2000


class Hearer(Protocol):
    """A trained encoder with its words."""

    def scores(self, power: FloatArray) -> FloatArray:
        """Scores (n, w) of power spectra (n, 2049), in standard deviations over music."""

    def brightness(self, power: FloatArray) -> FloatArray:
        """How much brighter than warm: score of *bright* minus score of *warm*, (n,)."""


Fit = Callable[[Spectra, LabelledCurves], Hearer]


@dataclass(frozen=True)
class Ordering:
    """A measure of brightness.

    Attributes
    ----------
    order, order_pink
        Share of pairs in the right order, on music and on pink noise.
    spearman_centroid
        Rank correlation with the spectral centroid.
    order_interval
        The 95 % interval of `order`: people and sources drawn with replacement.
    encoder_leads
        By how much the encoder's order is better on the same pairs: mean, and its interval's ends.
    """

    order: float
    order_pink: float
    spearman_centroid: float
    order_interval: tuple[float, float]
    encoder_leads: tuple[float, float, float]


@dataclass(frozen=True)
class AudioMetrics:
    """All figures of `evaluate_hearing`; `order_of_settings` is what their own curves tell, without any music."""

    clips: int
    pairs: int
    encoder: Ordering
    baselines: dict[str, Ordering]
    order_of_settings: float
    closed_loop_ten: float
    closed_loop_all: float
    top_largest_share: float
    top_distinct_words: int
    ten_largest_share: float

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def baselines() -> dict[str, Callable[[FloatArray], FloatArray]]:
    """Simple measures of brightness of power spectra (n, 2049)."""
    centres = band_centres_hz()
    slope = erb_rate(centres) - erb_rate(centres).mean()
    high, low = centres > 4000, centres < 250

    def centroid(power: FloatArray) -> FloatArray:
        return Spectra(power, ("",) * len(power), ("",) * len(power)).centroid_hz

    return {
        "centroid": centroid,
        "slope over ERB bands": lambda power: band_levels_db(power) @ slope,
        "tilt": lambda power: band_levels_db(power)[:, high].mean(axis=1) - band_levels_db(power)[:, low].mean(axis=1),
    }


def equalise(power: FloatArray, params: FloatArray) -> FloatArray:
    """Power spectra (n, 2049) after settings (n, 13) or (13,): exact, an EQ adds in dB to a long-term spectrum."""
    return np.asarray(power * 10 ** (magnitude_db(params, np.maximum(BIN_FREQS_HZ, 1.0)) / 10), dtype=np.float64)


def evaluate_hearing(
    fit: Fit,
    music: Spectra,
    pink: Spectra,
    settings: LabelledCurves,
    word_params: FloatArray,
    seed: int = 0,
    pair: tuple[int, int] = (0, 1),
) -> AudioMetrics:
    """Cross-validate `fit` over sources and people.

    Parameters
    ----------
    fit
        Trains on clips and settings.
    word_params
        What each word of the vocabulary decodes to, (w, 13); the ten SAFE words first.
    pair
        Labels of *warm* and *bright*.
    """
    clip_fold = deal(np.array(music.sources), seed)
    people_fold = deal(settings.people, seed)
    simple = baselines()
    right: dict[str, list[bool]] = {name: [] for name in ("encoder", *simple)}
    right_pink: dict[str, list[bool]] = {name: [] for name in right}
    owners: list[NDArray[np.str_]] = []
    on_paper: list[bool] = []
    curves = settings.curves_db
    brightness = np.zeros(len(music))
    scores = np.zeros((len(music), len(word_params)))
    rises = np.zeros((len(music), len(word_params)), dtype=bool)
    random = np.random.default_rng(seed)
    for fold in range(FOLDS):
        test = np.flatnonzero(clip_fold == fold)
        held = people_fold == fold
        hearer = fit(music.take(np.flatnonzero(clip_fold != fold)), subset(settings, ~held))
        measures: dict[str, Callable[[FloatArray], FloatArray]] = {"encoder": hearer.brightness, **simple}
        classes = [np.flatnonzero(held & (settings.labels == label)) for label in pair]
        for clips, answers in ((music.power[test], right), (pink.power, right_pink)):
            if not all(map(len, classes)):
                break  # too few people: those of this fold have said only one of the words
            rows = np.repeat(np.arange(len(clips)), PAIRS_PER_CLIP)
            dark, light = (random.choice(rows_of, len(rows)) for rows_of in classes)
            after = [equalise(clips[rows], settings.params[chosen]) for chosen in (dark, light)]
            if answers is right:
                sources = np.array(music.sources)[test][rows]
                owners.append(np.stack([sources, settings.people[dark], settings.people[light]], axis=1))
                axis = word_axis(subset(settings, ~held), pair)
                on_paper += (curves[light] @ axis > curves[dark] @ axis).tolist()
            for name, measure in measures.items():
                answers[name] += (measure(after[1]) > measure(after[0])).tolist()
        power = music.power[test]
        brightness[test] = hearer.brightness(power)
        scores[test] = hearer.scores(power)
        for word, params in enumerate(word_params):
            rises[test, word] = hearer.scores(equalise(power, params))[:, word] > scores[test, word]

    centroid = music.centroid_hz
    over_clips = {"encoder": brightness, **{name: measure(music.power) for name, measure in simple.items()}}
    drawn = _drawn_weights(np.concatenate(owners)) if owners else np.zeros((DRAWS, 0))
    orderings = {
        name: Ordering(
            _share(right[name]),
            _share(right_pink[name]),
            float(spearmanr(values, centroid)[0]),
            _interval(right[name], drawn),
            (
                _share(right["encoder"]) - _share(right[name]),
                *_interval(np.subtract(right["encoder"], right[name], dtype=float), drawn),
            ),
        )
        for name, values in over_clips.items()
    }
    top = np.bincount(scores.argmax(axis=1), minlength=scores.shape[1])
    ten = np.bincount(scores[:, :TEN].argmax(axis=1), minlength=TEN)
    return AudioMetrics(
        clips=len(music),
        pairs=len(right["encoder"]),
        encoder=orderings.pop("encoder"),
        baselines=orderings,
        order_of_settings=_share(on_paper),
        closed_loop_ten=float(rises[:, :TEN].mean()),
        closed_loop_all=float(rises.mean()),
        top_largest_share=float(top.max() / len(music)),
        top_distinct_words=int((top > 0).sum()),
        ten_largest_share=float(ten.max() / len(music)),
    )


def _share(answers: list[bool]) -> float:
    """Part that is right; NaN where nothing was asked."""
    return float(np.mean(answers)) if answers else float("nan")


def _drawn_weights(owners: NDArray[np.str_]) -> FloatArray:
    """How often each pair counts in each draw, (`DRAWS`, pairs): its source times both its people.

    Pairs that share a source or a person are alike; each kind of owner is drawn with replacement by itself (the
    pigeonhole bootstrap: A. Owen, Annals of Applied Statistics 1, 2007). A person is drawn once for both words.
    """
    random = np.random.default_rng(0)
    out = np.ones((DRAWS, len(owners)))
    for columns in ((0,), (1, 2)):
        names, index = np.unique(owners[:, columns], return_inverse=True)
        counts = random.multinomial(len(names), np.full(len(names), 1 / len(names)), size=DRAWS)
        for column in index.reshape(len(owners), -1).T:
            out *= counts[:, column]
    return out


def _interval(values: ArrayLike, weights: FloatArray) -> tuple[float, float]:
    """The 95 % interval of a mean of values (pairs,) under weights (draws, pairs)."""
    counted = weights[weights.sum(axis=1) > 0]
    if not counted.size:
        return float("nan"), float("nan")
    low, high = np.percentile(counted @ np.asarray(values, dtype=float) / counted.sum(axis=1), (2.5, 97.5))
    return float(low), float(high)


def deal(owners: NDArray[np.str_], seed: int) -> NDArray[np.int64]:
    """Fold of each row: owners are dealt, largest first, each to the fold that has fewest rows so far."""
    names, counts = np.unique(owners, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(names))
    order = order[np.argsort(-counts[order], kind="stable")]
    load, fold = np.zeros(FOLDS), {}
    for i in order:
        fold[names[i]] = int(load.argmin())
        load[fold[names[i]]] += counts[i]
    return np.array([fold[name] for name in owners])


def subset(settings: LabelledCurves, rows: NDArray[np.bool_]) -> LabelledCurves:
    """Some of the settings."""
    return LabelledCurves(settings.params[rows], settings.labels[rows], settings.people[rows], settings.semantic[rows])
