"""The ablation: forms of `cnn` and `lean`, trained on the same clips and judged on the same clips and pairs.

A seed holds out one fifth of the sources of music and one fifth of the people who saved settings; five seeds make the
whole cross-validation. Nothing judged was met in training, by either recipe.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from semeq.eq import FloatArray

from ..cnn import CnnListener, CnnOptions, train_cnn
from ..evaluation import FOLDS, PAIRS_PER_CLIP, TEN, baselines, deal, subset
from ..lean import LabelledCurves, LeanHearer, fit_ear
from ..mel import MelClips, amplify, equalise_clips

#: Rows of the table: sampling and sounds each for itself and together, then one change at a time.
FORMS: Mapping[str, CnnOptions] = {
    "cnn, uniform, pink": CnnOptions("uniform", 0.0),
    "cnn, uniform, mixed": CnnOptions("uniform", 0.5),
    "cnn, balanced, pink": CnnOptions("balanced", 0.0),
    "cnn, balanced, mixed": CnnOptions("balanced", 0.5),
    "cnn, balanced, 30 % music": CnnOptions("balanced", 0.3),
    "cnn, balanced, 70 % music": CnnOptions("balanced", 0.7),
    "cnn, balanced, music": CnnOptions("balanced", 1.0),
    "balanced, mixed; hidden layer": CnnOptions("balanced", 0.5, head="hidden"),
    "balanced, mixed; residual net": CnnOptions("balanced", 0.5, net="residual"),
    "balanced, mixed; constant rate": CnnOptions("balanced", 0.5, schedule="constant"),
    "balanced, mixed; level removed, frequency kept": CnnOptions(
        "balanced", 0.5, pool_frequency=False, level_removed=True
    ),
    "the same, closed loop": CnnOptions("balanced", 0.5, pool_frequency=False, level_removed=True, closed_loop=0.3),
}
#: The two whose top words are shown beside `lean`'s.
SHOWN = "cnn, uniform, pink", "cnn, balanced, mixed"
LEAN = "lean"
QUIETER_DB = -20.0
EXAMPLES, TOP = 12, 3


class Listener(Protocol):
    """An encoder with words, *warm* and *bright* first."""

    def scores(self, clips: MelClips) -> FloatArray:
        """Scores (n, w)."""


class LeanListener:
    """`LeanHearer` on clips."""

    def __init__(self, hearer: LeanHearer) -> None:
        """Wrap it."""
        self.hearer = hearer

    def scores(self, clips: MelClips) -> FloatArray:
        """Scores (n, w)."""
        return self.hearer.scores(clips.spectra.power)


@dataclass(frozen=True)
class Figures:
    """What is measured of an encoder on one fold; a simple measure has the first three only.

    Attributes
    ----------
    order, order_pink
        Share of pairs in which a *bright* setting is heard as brighter than a *warm* one on the same clip.
    spearman
        Rank correlation of bright − warm with the centroid over clips without EQ.
    closed_loop
        Share of clips and words (ten) in which the word's own setting raises its score.
    top_share, top_share_ten
        Largest share of clips with one and the same top word, of all words and of the ten.
    level, level_ten
        Share of clips whose top word changes at −20 dB, of all words and of the ten.
    seconds
        Training time.
    """

    order: float
    order_pink: float
    spearman: float
    closed_loop: float = float("nan")
    top_share: float = float("nan")
    top_share_ten: float = float("nan")
    level: float = float("nan")
    level_ten: float = float("nan")
    seconds: float = float("nan")


@dataclass(frozen=True)
class Example:
    """A clip with its first three of ten words and their scores, and its top word of all, for each encoder."""

    name: str
    centroid_hz: float
    top_ten: Mapping[str, tuple[tuple[int, float], ...]]
    top: Mapping[str, int]


@dataclass(frozen=True)
class Fold:
    """One seed's outcome: the figures of each row of the table."""

    clips: int
    pairs: int
    encoders: Mapping[str, Figures]
    simple: Mapping[str, Figures]
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Material:
    """What is trained and judged on; `word_params` (w, 13) and `word_semantic` (w, 8), *warm* and *bright* first."""

    music: MelClips
    pink: MelClips
    held_pink: MelClips
    settings: LabelledCurves
    word_params: FloatArray
    word_semantic: FloatArray


@dataclass(frozen=True)
class Pairs:
    """The same clips twice: after a *warm* setting, and after a *bright* one."""

    dark: MelClips
    light: MelClips


def run_fold(
    material: Material,
    seed: int,
    steps: int,
    device: str = "cpu",
    forms: Mapping[str, CnnOptions] = FORMS,
    progress: Callable[[str], None] = lambda doing: None,
) -> Fold:
    """Train every form and `lean` on four fifths, and judge them on the fifth that `seed` holds out."""
    fold = seed % FOLDS
    clip_fold = deal(np.array(material.music.spectra.sources), 0)
    held = deal(material.settings.people, 0) == fold
    train = material.music.take(np.flatnonzero(clip_fold != fold))
    test = material.music.take(np.flatnonzero(clip_fold == fold))
    known, unknown = subset(material.settings, ~held), subset(material.settings, held)
    listeners: dict[str, Listener] = {}
    seconds = {}
    for name, form in forms.items():
        progress(name)
        started = time.perf_counter()
        net, _ = train_cnn(replace(form, steps=steps, seed=seed), train, material.pink, known, device)
        listeners[name], seconds[name] = CnnListener(net, material.word_semantic), time.perf_counter() - started
    progress(LEAN)
    started = time.perf_counter()
    listeners[LEAN] = LeanListener(LeanHearer(fit_ear(train.spectra, known), material.word_params))
    seconds[LEAN] = time.perf_counter() - started

    progress("judging")
    random = np.random.default_rng(seed)
    pairs = make_pairs(test, unknown, random)
    pink = make_pairs(material.held_pink, unknown, random)
    after = [equalise_clips(test, params) for params in material.word_params[:TEN]]
    return Fold(
        len(test),
        len(pairs.dark),
        {name: judge(listener, test, pairs, pink, after, seconds[name]) for name, listener in listeners.items()},
        {name: _judge_simple(measure, test, pairs, pink) for name, measure in baselines().items()},
        _examples(listeners, test),
    )


def make_pairs(clips: MelClips, settings: LabelledCurves, random: np.random.Generator) -> Pairs:
    """Each clip eight times after settings of *warm* and of *bright*."""
    clips = clips.take(np.repeat(np.arange(len(clips)), PAIRS_PER_CLIP))
    drawn = [random.choice(np.flatnonzero(settings.labels == label), len(clips)) for label in (0, 1)]
    dark, light = (equalise_clips(clips, settings.params[rows]) for rows in drawn)
    return Pairs(dark, light)


def judge(
    listener: Listener, clips: MelClips, pairs: Pairs, pink: Pairs, after: list[MelClips], seconds: float
) -> Figures:
    """All figures of one encoder; `after` are the clips after each of the ten words' settings."""

    def brightness(heard: MelClips) -> FloatArray:
        scores = listener.scores(heard)
        return np.asarray(scores[:, 1] - scores[:, 0], dtype=np.float64)

    dry, quiet = listener.scores(clips), listener.scores(amplify(clips, QUIETER_DB))
    rises = [listener.scores(wet)[:, word] > dry[:, word] for word, wet in enumerate(after)]
    return Figures(
        float(np.mean(brightness(pairs.light) > brightness(pairs.dark))),
        float(np.mean(brightness(pink.light) > brightness(pink.dark))),
        float(spearmanr(dry[:, 1] - dry[:, 0], clips.spectra.centroid_hz)[0]),
        float(np.mean(rises)),
        _largest_share(dry),
        _largest_share(dry[:, :TEN]),
        _changed(dry, quiet),
        _changed(dry[:, :TEN], quiet[:, :TEN]),
        seconds,
    )


def _judge_simple(measure: Callable[[FloatArray], FloatArray], clips: MelClips, pairs: Pairs, pink: Pairs) -> Figures:
    def right(p: Pairs) -> float:
        return float(np.mean(measure(p.light.spectra.power) > measure(p.dark.spectra.power)))

    spearman = float(spearmanr(measure(clips.spectra.power), clips.spectra.centroid_hz)[0])
    return Figures(right(pairs), right(pink), spearman)


def _largest_share(scores: FloatArray) -> float:
    return float(np.bincount(scores.argmax(axis=1)).max() / len(scores))


def _changed(before: FloatArray, after: FloatArray) -> float:
    return float(np.mean(before.argmax(axis=1) != after.argmax(axis=1)))


def _examples(listeners: Mapping[str, Listener], clips: MelClips) -> tuple[Example, ...]:
    """Clips from the darkest to the brightest at even steps of rank, with their top words."""
    centroid = clips.spectra.centroid_hz
    ranks = np.linspace(0, len(clips) - 1, min(EXAMPLES, len(clips))).round().astype(np.intp)
    rows: NDArray[np.intp] = np.argsort(centroid, kind="stable")[ranks]
    chosen = clips.take(rows)
    scores = {name: listener.scores(chosen) for name, listener in listeners.items()}
    return tuple(
        Example(
            chosen.spectra.names[i],
            float(centroid[row]),
            {name: _first(s[i, :TEN]) for name, s in scores.items()},
            {name: int(s[i].argmax()) for name, s in scores.items()},
        )
        for i, row in enumerate(rows)
    )


def _first(scores: FloatArray) -> tuple[tuple[int, float], ...]:
    """The highest scores with their places, highest first."""
    return tuple((int(i), float(scores[i])) for i in np.argsort(-scores, kind="stable")[:TOP])
