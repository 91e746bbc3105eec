"""The word map: words on a plane, so that words which sound alike lie together.

Positions come from the words' responses by t-SNE (van der Maaten and Hinton 2008), computed exactly and from a fixed
start, so the same words always give the same map. The plane is turned so that tilt grows to the right. The shipped
vocabulary's positions are kept in ``word_map.json``, which ``python -m semeq.desk.word_map`` writes; those of another
one are computed when they are asked for, and words that came later are placed among their neighbours.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from semeq.eq import FloatArray, curve, tilt
from semeq.files import write_whole
from semeq.words import OWN, Decoder, Vocabulary, Word, load_decoder

MAP_FILE = Path(__file__).parent / "word_map.json"

_PERPLEXITY = 25.0
_STEPS, _EARLY_STEPS, _EXAGGERATION = 700, 150, 4.0
#: Among how many neighbours, and how closely, a later word is placed.
_NEAR, _SHARPNESS = 6, 3.0


def word_positions(decoder: Decoder, vocabulary: Vocabulary) -> FloatArray:
    """Positions (words, 2) in −1 to 1 of a vocabulary's words, in its order; y grows upwards.

    The user's own words are placed among the model's.
    """
    words = tuple(vocabulary)
    curves = curve(decoder.decode(np.array([word.latent for word in words]).reshape(len(words), -1)))
    own = np.array([OWN in word.sources for word in words])
    if own.all():
        return layout(curves)
    positions = np.empty((len(words), 2))
    of_model = [word for word in words if OWN not in word.sources]
    positions[~own] = _kept_positions(of_model, curves[~own])
    for row in np.flatnonzero(own):
        positions[row] = placed(curves[row], curves[~own], positions[~own])
    return positions


def placed(curve_db: FloatArray, curves_db: FloatArray, positions: FloatArray) -> FloatArray:
    """Where a curve (128,) belongs on the map of words with `curves_db` (n, 128) and `positions` (n, 2)."""
    distance = np.sqrt(np.mean((curves_db - curve_db) ** 2, axis=1))
    near = np.argsort(distance, kind="stable")[:_NEAR]
    weight = 1 / np.maximum(distance[near], 1e-6) ** _SHARPNESS
    return np.asarray(weight @ positions[near] / weight.sum(), dtype=np.float64)


def layout(curves_db: FloatArray) -> FloatArray:
    """Positions (n, 2) in −1 to 1 from curves (n, 128) in dB: exact t-SNE of their RMS distances, from a PCA start."""
    count = len(curves_db)
    if count < 4:
        return np.stack([np.linspace(-0.5, 0.5, count), np.zeros(count)], axis=1)
    centred = curves_db - curves_db.mean(axis=0)
    square = _squares(centred) / curves_db.shape[1]
    wanted = _joint(square, min(_PERPLEXITY, (count - 1) / 3))
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    at = centred @ directions[:2].T
    at = at / at.std() * 1e-2
    velocity, gain = np.zeros_like(at), np.ones_like(at)
    for step in range(_STEPS):
        early = step < _EARLY_STEPS
        near = 1 / (1 + _squares(at))
        np.fill_diagonal(near, 0.0)
        pull = (wanted * (_EXAGGERATION if early else 1.0) - near / near.sum()) * near
        slope = 4 * (pull.sum(axis=1)[:, None] * at - pull @ at)
        gain = np.maximum(np.where(np.sign(slope) == np.sign(velocity), gain * 0.8, gain + 0.2), 0.01)
        velocity = (0.5 if early else 0.8) * velocity - max(count / 12, 50.0) * gain * slope
        at = at + velocity
    return _oriented(at, curves_db)


def _squares(points: FloatArray) -> FloatArray:
    length = (points**2).sum(axis=1)
    return np.asarray(np.maximum(length[:, None] + length - 2 * points @ points.T, 0.0), dtype=np.float64)


def _joint(square: FloatArray, perplexity: float) -> FloatArray:
    """Joint probabilities (n, n) of squared distances; each row's width is bisected to the perplexity."""
    count = len(square)
    low, high, precision = np.zeros(count), np.full(count, np.inf), np.ones(count)
    others = ~np.eye(count, dtype=bool)
    shifted = square - np.where(others, square, np.inf).min(axis=1)[:, None]
    for _ in range(60):
        weight = np.exp(-shifted * precision[:, None]) * others
        total = weight.sum(axis=1)
        entropy = np.log(total) + precision * (weight * shifted).sum(axis=1) / total
        wide = entropy > np.log(perplexity)
        low, high = np.where(wide, precision, low), np.where(wide, high, precision)
        precision = np.where(np.isinf(high), precision * 2, (low + high) / 2)
    share = weight / total[:, None]
    return np.asarray((share + share.T) / (2 * count), dtype=np.float64)


def _oriented(at: FloatArray, curves_db: FloatArray) -> FloatArray:
    """Turned so that tilt grows to the right and strong low mids lie below, and scaled to −1 … 1."""
    at = at - at.mean(axis=0)
    direction, *_ = np.linalg.lstsq(at, tilt(curves_db), rcond=None)
    along = direction / np.linalg.norm(direction)
    across = np.array([-along[1], along[0]])
    turned = np.stack([at @ along, at @ across], axis=1)
    middle = curves_db[:, 40:88].mean(axis=1) - curves_db.mean(axis=1)
    if np.corrcoef(turned[:, 1], middle)[0, 1] > 0:
        turned[:, 1] *= -1
    low, high = turned.min(axis=0), turned.max(axis=0)
    return np.asarray(2 * (turned - low) / (high - low) - 1, dtype=np.float64)


# -------------------------------------------------------------------------------------------------- kept positions


def _digest(words: Sequence[Word]) -> str:
    """What tells vocabularies apart as far as the map goes."""
    text = json.dumps([[word.name, [round(v, 5) for v in word.latent]] for word in words])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@lru_cache(maxsize=1)
def _kept() -> dict[str, Any]:
    try:
        table = json.loads(MAP_FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return table if isinstance(table, dict) else {}


def _kept_positions(words: Sequence[Word], curves_db: FloatArray) -> FloatArray:
    kept = _kept()
    if kept.get("vocabulary") == _digest(words):
        return np.array(kept["positions"], dtype=np.float64)
    return layout(curves_db)


def write_map(path: Path = MAP_FILE) -> Path:
    """Compute the shipped vocabulary's positions anew, and keep them."""
    decoder = load_decoder()
    words = tuple(decoder.bundle.vocabulary)
    positions = layout(curve(decoder.decode(np.array([word.latent for word in words]))))
    rows = ",\n".join(f"  [{x:.4f}, {y:.4f}]" for x, y in positions)
    write_whole(path, f'{{\n "vocabulary": "{_digest(words)}",\n "positions": [\n{rows}\n ]\n}}\n')
    return path


if __name__ == "__main__":
    print(write_map())
