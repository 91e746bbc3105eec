"""What a treatment does to hearing, cure by cure: on clips of sources, and settings of people, not met in training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semeq.eq import FloatArray

from ..evaluation import FOLDS, PAIRS_PER_CLIP, TEN, deal, equalise, subset
from ..lean import LabelledCurves, LeanHearer, fit_ear
from ..spectra import Spectra
from .cures import Cure
from .treatments import TreatedSpectra

DRAWS = 2000
AS_IT_IS = "as it is"


@dataclass(frozen=True)
class Robustness:
    """One cure after one treatment.

    Attributes
    ----------
    order
        Share of pairs of a warm and a bright setting that are told apart on the treated clips.
    shift, shift_interval
        How far the semantic position moves (root of the mean square), in units of how far clips lie from their mean as
        they are; the 95 % interval, sources drawn with replacement.
    score_shift
        Mean change of a word's score, in standard deviations over music.
    bias
        Mean change of *bright* minus *warm*, in the same unit.
    closed_loop
        Share of treated clips in which the score of each of the first ten words rises after its own EQ.
    """

    order: float
    shift: float
    shift_interval: tuple[float, float]
    score_shift: float
    bias: float
    closed_loop: float


def measure_robustness(
    spectra: TreatedSpectra,
    music: Spectra,
    settings: LabelledCurves,
    word_params: FloatArray,
    cures: Mapping[str, Cure],
    seed: int = 0,
) -> dict[str, dict[str, Robustness]]:
    """Treatment, then cure, to its figures; `AS_IT_IS` comes first.

    Encoders are fitted to `music` without the sources that they judge, and to settings without a fold of people.
    """
    fold_of = dict(zip(music.sources, deal(np.array(music.sources), seed), strict=True))
    clips = np.array([fold_of[source] for source in spectra.clean.sources])
    people = deal(settings.people, seed)
    ears = []
    for fold in range(FOLDS):
        known = music.take(np.flatnonzero([fold_of[source] != fold for source in music.sources]))
        ears.append(LeanHearer(fit_ear(known, subset(settings, people != fold)), word_params))
    out: dict[str, dict[str, Robustness]] = {}
    plain: dict[str, tuple[FloatArray, FloatArray]] = {}
    for name, power in {AS_IT_IS: spectra.clean.power, **spectra.treated}.items():
        out[name] = {}
        for label, cure in cures.items():
            semantic, scores, right, rises = _heard(cure, ears, clips, people, power, settings, word_params, seed)
            before = plain.setdefault(label, (semantic, scores))
            moved = ((semantic - before[0]) ** 2).sum(axis=1)
            spread = ((before[0] - before[0].mean(axis=0)) ** 2).sum(axis=1).mean()
            change = scores - before[1]
            out[name][label] = Robustness(
                float(np.mean(right)),
                float(np.sqrt(moved.mean() / spread)),
                _interval(moved / spread, np.array(spectra.clean.sources)),
                float(np.abs(change).mean()),
                float((change[:, 1] - change[:, 0]).mean()),
                float(np.mean(rises)),
            )
    return out


def _heard(
    cure: Cure,
    ears: list[LeanHearer],
    clips: NDArray[np.int64],
    people: NDArray[np.int64],
    power: FloatArray,
    settings: LabelledCurves,
    word_params: FloatArray,
    seed: int,
) -> tuple[FloatArray, FloatArray, list[bool], list[bool]]:
    """Semantic numbers (n, 8), scores (n, w), answers about pairs, and whether words rise after their own EQ."""
    semantic, scores = np.zeros((len(clips), 8)), np.zeros((len(clips), len(word_params)))
    right: list[bool] = []
    rises: list[bool] = []
    for fold, hearer in enumerate(ears):
        test, random = np.flatnonzero(clips == fold), np.random.default_rng([seed, fold])
        lean = cure(hearer, power[test])
        semantic[test], scores[test] = lean @ hearer.ear.head.T, lean @ hearer.axes.T
        rows = np.repeat(test, PAIRS_PER_CLIP)
        classes = [np.flatnonzero((people == fold) & (settings.labels == label)) for label in (0, 1)]
        if all(map(len, classes)):
            axis = hearer.axes[1] - hearer.axes[0]
            dark, light = (
                cure(hearer, equalise(power[rows], settings.params[random.choice(rows_of, len(rows))])) @ axis
                for rows_of in classes
            )
            right += (light > dark).tolist()
        for word, params in enumerate(word_params[:TEN]):
            after = cure(hearer, equalise(power[test], params)) @ hearer.axes[word]
            rises += (after > scores[test, word]).tolist()
    return semantic, scores, right, rises


def _interval(squares: FloatArray, sources: NDArray[np.str_]) -> tuple[float, float]:
    """The 95 % interval of the root of a mean over clips (n,), their sources drawn with replacement."""
    names, index = np.unique(sources, return_inverse=True)
    total, count = np.bincount(index, squares), np.bincount(index)
    drawn = np.random.default_rng(0).multinomial(len(names), np.full(len(names), 1 / len(names)), size=DRAWS)
    low, high = np.percentile(np.sqrt(drawn @ total / (drawn @ count)), (2.5, 97.5))
    return float(low), float(high)
