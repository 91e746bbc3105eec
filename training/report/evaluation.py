"""How good a trained space is, on rows it has not seen."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semeq.eq import FLAT, FREQ_INDEX, GAIN_INDEX, Q_INDEX, FloatArray, curve, normalise, rms_db

from ..data import UNLABELLED, Corpus, Split
from ..data.meaning import robust_mean
from ..models import Space, decode, decoded_curves, encode, locate
from .morphing import MorphMetrics, measure_morphs
from .telling_apart import (
    centroid_balanced_accuracy,
    confusion,
    davies_bouldin,
    distance_rank,
    knn_accuracy,
    silhouette,
)

#: The two words of the published data with enough rows to be told apart.
PAIR = ("warm", "bright")
MORPH_PAIRS = 60
#: A band has to be this loud, in dB, for its frequency or Q to mean something.
HEARD_DB = 1.0


@dataclass(frozen=True)
class Metrics:
    """Figures on the test rows of one split. Errors are in dB unless a name says otherwise.

    `*_raw` and `*_curve` are baselines: the same classifier on normalised parameters and on rendered curves. Figures
    with `train` in their name are no quality; they stand beside the test figures to show over-fitting. The figures of
    two words (`*_warm_bright`, `word_to_*`, `morph`) are of `pair`: warm and bright, or where the data lacks one, the
    two words with most rows. A model conditioned on the word is told it, except where words are told apart.

    `distance_rank` says whether settings that sound further apart lie further apart in the semantic dimensions, `_all`
    in the whole latent, `_raw` in normalised parameters.
    """

    split: str
    train_rows: int
    test_rows: int
    test_rows_sha256: str
    curve_error_mean_db: float
    curve_error_median_db: float
    curve_error_p95_db: float
    flat_error_mean_db: float
    gain_mae_db: float
    freq_mae_octaves: float
    q_mae_log2: float
    silhouette_warm_bright: float
    silhouette_warm_bright_train: float
    silhouette_all: float
    davies_bouldin_warm_bright: float
    davies_bouldin_warm_bright_train: float
    knn_warm_bright: float
    knn_warm_bright_raw: float
    knn_warm_bright_curve: float
    balanced_accuracy: float
    balanced_accuracy_raw: float
    balanced_accuracy_curve: float
    distance_rank: float
    distance_rank_raw: float
    distance_rank_all: float
    word_to_mean_db: float
    word_to_medoid_db: float
    flat_setting_db: float
    decoded_freq_min_hz: float
    decoded_freq_max_hz: float
    morph: MorphMetrics
    pair: tuple[str, ...] = PAIR
    confusion: list[list[int]] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def evaluate(model: Space, corpus: Corpus, split: Split) -> Metrics:
    """Measure `model` on the test rows as they were saved."""
    labelled = split.train[corpus.labels[split.train] != UNLABELLED]
    test, train = corpus.params[split.test], corpus.params[labelled]
    labels, train_labels = corpus.labels[split.test], corpus.labels[labelled]
    latent, train_latent = encode(model, test, labels), encode(model, train, train_labels)
    wanted, rebuilt = curve(test), decoded_curves(model, latent)
    error = rms_db(rebuilt - wanted)
    size = model.section.semantic
    points, train_points = encode(model, test)[:, :size], encode(model, train)[:, :size]
    pair = pair_of(corpus, labels, train_labels)
    here, there = np.isin(labels, pair), np.isin(train_labels, pair)

    def pair_knn(train_on: FloatArray, test_on: FloatArray) -> float:
        return knn_accuracy(train_on[there], train_labels[there], test_on[here], labels[here])

    def balanced(train_on: FloatArray, test_on: FloatArray) -> float:
        return centroid_balanced_accuracy(train_on, train_labels, test_on, labels)

    gain, octaves, log_q = _knob_errors(model, latent, test)
    low, high = _reach(model, latent)
    to_mean, to_medoid = _word_errors(model, train, train_latent, train_labels, wanted, labels, pair)
    return Metrics(
        split=split.kind,
        train_rows=len(split.train),
        test_rows=len(split.test),
        test_rows_sha256=sha256(test.tobytes()).hexdigest(),
        curve_error_mean_db=float(error.mean()),
        curve_error_median_db=float(np.median(error)),
        curve_error_p95_db=float(np.percentile(error, 95)),
        flat_error_mean_db=float(rms_db(wanted).mean()),
        gain_mae_db=gain,
        freq_mae_octaves=octaves,
        q_mae_log2=log_q,
        silhouette_warm_bright=silhouette(points[here], labels[here]),
        silhouette_warm_bright_train=silhouette(train_points[there], train_labels[there]),
        silhouette_all=silhouette(points, labels),
        davies_bouldin_warm_bright=davies_bouldin(points[here], labels[here]),
        davies_bouldin_warm_bright_train=davies_bouldin(train_points[there], train_labels[there]),
        knn_warm_bright=pair_knn(train_points, points),
        knn_warm_bright_raw=pair_knn(normalise(train), normalise(test)),
        knn_warm_bright_curve=pair_knn(curve(train), wanted),
        balanced_accuracy=balanced(train_points, points),
        balanced_accuracy_raw=balanced(normalise(train), normalise(test)),
        balanced_accuracy_curve=balanced(curve(train), wanted),
        distance_rank=distance_rank(points, wanted),
        distance_rank_raw=distance_rank(normalise(test), wanted),
        distance_rank_all=distance_rank(latent[:, : model.latent_size], wanted),
        word_to_mean_db=to_mean,
        word_to_medoid_db=to_medoid,
        flat_setting_db=float(np.abs(decoded_curves(model, encode(model, FLAT[None]))).max()),
        decoded_freq_min_hz=low,
        decoded_freq_max_hz=high,
        morph=_morphs(model, latent, labels, pair),
        pair=tuple(corpus.words[label] for label in pair),
        confusion=confusion(train_points, train_labels, points, labels, len(corpus.words)),
    )


def pair_of(corpus: Corpus, labels: NDArray[np.int64], train_labels: NDArray[np.int64]) -> list[int]:
    """Labels of the two words that are told apart, of those with test and training rows; empty if there are none."""
    both = np.intersect1d(labels, train_labels).tolist()
    chosen = [corpus.words.index(word) for word in PAIR if word in corpus.words]
    if len(chosen) < 2 or not set(chosen) <= set(both):
        counts = np.bincount(np.concatenate([labels, train_labels]))
        chosen = sorted(sorted(both, key=lambda label: -counts[label])[:2])
    return chosen if len(chosen) == 2 else []


def _knob_errors(model: Space, latent: FloatArray, wanted: FloatArray) -> tuple[float, float, float]:
    """Mean absolute errors: gain in dB, and of bands that are heard, frequency in octaves and Q in log2."""
    if not model.has_settings:
        return float("nan"), float("nan"), float("nan")
    rebuilt = decode(model, latent)
    gain = np.abs(rebuilt[:, GAIN_INDEX] - wanted[:, GAIN_INDEX])
    heard = np.abs(wanted[:, GAIN_INDEX]) > HEARD_DB
    octaves = np.abs(np.log2(rebuilt[:, FREQ_INDEX] / wanted[:, FREQ_INDEX]))[heard]
    log_q = np.abs(np.log2(rebuilt[:, Q_INDEX] / wanted[:, Q_INDEX]))[heard[:, 1:4]]
    return float(gain.mean()), float(octaves.mean()), float(log_q.mean())


def _reach(model: Space, latent: FloatArray) -> tuple[float, float]:
    """Lowest and highest frequency, Hz, of a heard band among decoded test rows."""
    if not model.has_settings:
        return float("nan"), float("nan")
    rebuilt = decode(model, latent)
    freqs = rebuilt[:, FREQ_INDEX][np.abs(rebuilt[:, GAIN_INDEX]) > HEARD_DB]
    return (float(freqs.min()), float(freqs.max())) if freqs.size else (float("nan"), float("nan"))


def _word_errors(
    model: Space,
    train: FloatArray,
    train_latent: FloatArray,
    train_labels: np.ndarray,
    curves: FloatArray,
    labels: np.ndarray,
    words: list[int],
) -> tuple[float, float]:
    """Curve error of a word's point against its test rows' mean and medoid curve.

    The point is the mean of the word's training latents, and in a model that was trained, the one near it that sounds
    like the robust mean of their curves: so are words placed that ship.
    """
    if not words:
        return float("nan"), float("nan")
    to_mean, to_medoid = [], []
    centres = np.stack([train_latent[train_labels == word].mean(axis=0) for word in words])
    if any(True for _ in model.parameters()):
        sound = np.stack([robust_mean(curve(train[train_labels == word])) for word in words])
        centres = locate(model, sound, centres)
    for word, decoded in zip(words, decoded_curves(model, centres), strict=True):
        real = curves[labels == word]
        apart = rms_db(real[:, None] - real[None]).sum(axis=1)
        to_mean.append(float(rms_db(decoded - real.mean(axis=0))))
        to_medoid.append(float(rms_db(decoded - real[int(np.argmin(apart))])))
    return float(np.mean(to_mean)), float(np.mean(to_medoid))


def _morphs(model: Space, latent: FloatArray, labels: np.ndarray, words: list[int]) -> MorphMetrics:
    """Morphs between random test rows of the two words, the same rows for every model; NaN without words."""
    if not words:
        return MorphMetrics(0, *[float("nan")] * 4)
    rng = np.random.default_rng(0)
    ends = [latent[rng.choice(np.flatnonzero(labels == word), MORPH_PAIRS)] for word in words]
    return measure_morphs(model, *ends)
