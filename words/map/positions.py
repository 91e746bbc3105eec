"""The word map: words on a plane, so that words which sound alike lie together.

The shipped vocabulary's positions are kept in ``positions.json``, which ``make after-model`` writes; those
of another one are computed when they are asked for, in about two seconds. The user's own words are placed among them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from semeq.eq import FloatArray, curve
from semeq.files import write_whole

from ..decoder import Decoder, load_decoder
from ..own import OWN
from ..vocabulary import Vocabulary, Word
from .layout import layout

MAP_FILE = Path(__file__).parent / "positions.json"

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
        return _laid_out(words, curves)
    positions = np.empty((len(words), 2))
    of_model = [word for word in words if OWN not in word.sources]
    positions[~own] = _kept_positions(of_model, curves[~own])
    for row in np.flatnonzero(own):
        positions[row] = placed(curves[row], curves[~own], positions[~own])
    return positions


def is_term(word: Word) -> bool:
    """Whether handbooks and glossaries of the craft know a word, in its own language."""
    return "convention" in word.origin and "translation" not in word.origin


def priority(word: Word) -> float:
    """How soon a word is shown: own words, terms of the craft and words of many people first."""
    known = np.log2(1 + word.evidence) - (4 if word.low_evidence else 0) - (0 if word.language == "en" else 8)
    return float(known + (12 if is_term(word) else 0) + (1000 if OWN in word.sources else 0))


def placed(curve_db: FloatArray, curves_db: FloatArray, positions: FloatArray) -> FloatArray:
    """Where a curve (128,) belongs on the map of words with `curves_db` (n, 128) and `positions` (n, 2)."""
    distance = np.sqrt(np.mean((curves_db - curve_db) ** 2, axis=1))
    near = np.argsort(distance, kind="stable")[:_NEAR]
    weight = 1 / np.maximum(distance[near], 1e-6) ** _SHARPNESS
    return np.asarray(weight @ positions[near] / weight.sum(), dtype=np.float64)


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
    return _laid_out(words, curves_db)


def _laid_out(words: Sequence[Word], curves_db: FloatArray) -> FloatArray:
    return layout(curves_db, [word.name for word in words], np.array([priority(word) for word in words]))


def write_map(path: Path = MAP_FILE) -> Path:
    """Compute the shipped vocabulary's positions anew, and keep them."""
    decoder = load_decoder()
    words = tuple(decoder.bundle.vocabulary)
    positions = _laid_out(words, curve(decoder.decode(np.array([word.latent for word in words]))))
    rows = ",\n".join(f"  [{x:.4f}, {y:.4f}]" for x, y in positions)
    write_whole(path, f'{{\n "vocabulary": "{_digest(words)}",\n "positions": [\n{rows}\n ]\n}}\n')
    return path
