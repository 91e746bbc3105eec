"""How good a trained space is, on rows it has not seen."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from sklearn.metrics import silhouette_score
from sklearn.neighbors import KNeighborsClassifier

from semeq.eq import FLAT, curve, rms_db

from .corpus import Corpus
from .network import EqSpace
from .split import Split
from .trainer import decode, encode

#: Neighbours asked by the word classifier.
NEIGHBOURS = 15


@dataclass(frozen=True)
class Metrics:
    """Figures on the test rows of one split; errors in dB (curve error of `semeq.eq`)."""

    split: str
    train_rows: int
    test_rows: int
    curve_error_mean_db: float
    curve_error_median_db: float
    curve_error_p95_db: float
    flat_error_mean_db: float
    silhouette_warm_bright: float
    silhouette_warm_bright_train: float
    knn_warm_bright: float
    flat_setting_db: float
    decoded_freq_min_hz: float
    decoded_freq_max_hz: float

    def to_dict(self) -> dict[str, float | int | str]:
        """For JSON."""
        return asdict(self)


def evaluate(model: EqSpace, corpus: Corpus, split: Split, pair: tuple[str, str] = ("warm", "bright")) -> Metrics:
    """Measure `model` on the test rows as they were saved; `pair` is the two words told apart."""
    test, train = corpus.params[split.test], corpus.params[split.train]
    latent, latent_train = encode(model, test), encode(model, train)
    rebuilt = decode(model, latent)
    wanted = curve(test)
    error = rms_db(curve(rebuilt) - wanted)

    semantic = model.section.semantic
    pair_labels = [corpus.words.index(word) for word in pair if word in corpus.words]
    here, there = (np.isin(corpus.labels[rows], pair_labels) for rows in (split.test, split.train))
    points, points_train = latent[here, :semantic], latent_train[there, :semantic]
    labels, labels_train = corpus.labels[split.test][here], corpus.labels[split.train][there]
    neighbours = min(NEIGHBOURS, len(labels_train))
    knn = KNeighborsClassifier(neighbours).fit(points_train, labels_train)
    heard = np.abs(rebuilt[:, [0, 2, 5, 8, 11]]) > 1.0
    freqs = rebuilt[:, [1, 3, 6, 9, 12]][heard]
    flat = decode(model, encode(model, FLAT[None]))
    return Metrics(
        split=split.kind,
        train_rows=len(split.train),
        test_rows=len(split.test),
        curve_error_mean_db=float(error.mean()),
        curve_error_median_db=float(np.median(error)),
        curve_error_p95_db=float(np.percentile(error, 95)),
        flat_error_mean_db=float(rms_db(wanted).mean()),
        silhouette_warm_bright=_silhouette(points, labels),
        silhouette_warm_bright_train=_silhouette(points_train, labels_train),
        knn_warm_bright=float(knn.score(points, labels)),
        flat_setting_db=float(np.abs(curve(flat)).max()),
        decoded_freq_min_hz=float(freqs.min()) if freqs.size else float("nan"),
        decoded_freq_max_hz=float(freqs.max()) if freqs.size else float("nan"),
    )


def _silhouette(points: np.ndarray, labels: np.ndarray) -> float:
    counts = np.unique(labels, return_counts=True)[1]
    if len(counts) < 2 or counts.min() < 2:
        return float("nan")
    return float(silhouette_score(points, labels))
