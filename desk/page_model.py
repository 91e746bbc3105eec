"""A model as the page reads it: ``model.json`` (words, shapes) and ``model.bin`` (float32, little endian).

``model.bin`` holds the decoder's arrays in the order of ``layers``, then the points of the flat setting, of the words
and of their schools, 32 numbers each.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from semeq.eq import PARAMETER_COUNT, PARAMETER_NAMES, denormalise
from semeq.words import (
    LATENT_SIZE,
    OWN,
    BundleError,
    Decoder,
    Vocabulary,
    Word,
    grammar,
    is_term,
    priority,
    word_positions,
)

from .onnx_weights import Weights, read_weights

#: Version of the two files; the page reads this one only, for it is served together with them.
PAGE_MODEL_FORMAT = 1


@dataclass(frozen=True)
class PageModel:
    """The two files."""

    table: dict[str, Any]
    numbers: bytes

    @property
    def json(self) -> bytes:
        """The text of ``model.json``."""
        return json.dumps(self.table, ensure_ascii=False, separators=(",", ":")).encode()


def page_model(decoder: Decoder, vocabulary: Vocabulary) -> PageModel:
    """Pack a decoder and words. Raises `BundleError` where the decoder is not an MLP that the page can run."""
    arrays, hidden = decoder_arrays(decoder)
    positions = word_positions(decoder, vocabulary)
    words = list(vocabulary)
    points = [vocabulary.flat, *(w.latent for w in words), *(s.latent for w in words for s in w.schools)]
    numbers = [*(array.ravel() for array in arrays), np.array(points, dtype="<f4").ravel()]
    table = {
        "format": PAGE_MODEL_FORMAT,
        "name": decoder.bundle.name,
        "parameters": PARAMETER_NAMES,
        "layers": hidden,
        "latent": LATENT_SIZE,
        "words": [_entry(word, (float(x), float(y))) for word, (x, y) in zip(words, positions.tolist(), strict=True)],
        "grammar": grammar(),
    }
    return PageModel(table, np.concatenate(numbers).astype("<f4").tobytes())


def decoder_arrays(decoder: Decoder) -> tuple[list[Weights], list[int]]:
    """The decoder's arrays in the page's order, and the widths of its hidden layers.

    For each hidden layer: weight (outputs, inputs), bias, norm scale, norm shift; then the last weight and bias, the
    skip weight, and the offset of the logits.
    """
    path = decoder.bundle.decoder_path
    found = read_weights(path)

    def take(name: str) -> Weights:
        if name not in found:
            raise BundleError(f"{path.name} is not an MLP that the page can run: it lacks {name}")
        return found[name]

    places = sorted({int(match[1]) for name in found if (match := re.fullmatch(r"mlp\.body\.(\d+)\.weight", name))})
    if not places or len(places) % 2 == 0:
        raise BundleError(f"{path.name} is not an MLP that the page can run: it has no layers mlp.body.N")
    arrays: list[Weights] = []
    hidden: list[int] = []
    size = LATENT_SIZE
    for linear, norm in zip(places[:-1:2], places[1::2], strict=True):
        weight = take(f"mlp.body.{linear}.weight")
        arrays += [weight, take(f"mlp.body.{linear}.bias"), take(f"mlp.body.{norm}.weight")]
        arrays.append(take(f"mlp.body.{norm}.bias"))
        if weight.ndim != 2 or weight.shape[1] != size or any(a.shape != weight.shape[:1] for a in arrays[-3:]):
            raise BundleError(f"{path.name} is not an MLP that the page can run: layer {linear} has other shapes")
        size = weight.shape[0]
        hidden.append(size)
    last = take(f"mlp.body.{places[-1]}.weight")
    arrays += [last, take(f"mlp.body.{places[-1]}.bias"), take("mlp.skip.weight"), take("offset").reshape(-1)]
    shapes = [(PARAMETER_COUNT, size), (PARAMETER_COUNT,), (PARAMETER_COUNT, LATENT_SIZE), (PARAMETER_COUNT,)]
    if [array.shape for array in arrays[-4:]] != shapes:
        raise BundleError(f"{path.name} is not an MLP that the page can run: its outputs have other shapes")
    _check_units(take("scale.low").ravel(), take("scale.span").ravel(), path.name)
    return arrays, hidden


def _check_units(low: Weights, span: Weights, name: str) -> None:
    """The graph's last step must be the fixed bounds: the page has them written in."""
    is_gain = np.isin(np.arange(PARAMETER_COUNT), [0, 2, 5, 8, 11])
    for unit in (0.0, 0.3, 1.0):
        value = low + unit * span
        params = np.where(is_gain, value, np.exp(np.where(is_gain, 0.0, value)))
        if not np.allclose(params, denormalise(np.full(PARAMETER_COUNT, unit)), rtol=1e-4, atol=1e-4):
            raise BundleError(f"{name}: its units are not the fixed bounds that the page has")


def _entry(word: Word, position: tuple[float, float]) -> dict[str, Any]:
    """A word as the page lists it; what most words have in common is left out."""
    entry: dict[str, Any] = {
        "w": word.name,
        "n": word.evidence,
        "x": round(position[0], 4),
        "y": round(position[1], 4),
        "p": round(priority(word), 1),
    }
    optional = {
        "lang": word.language if word.language != "en" else None,
        "low": word.low_evidence,
        "own": OWN in word.sources,
        "term": is_term(word),
        "contested": word.contested,
        "aliases": list(word.aliases),
        "schools": [school.name for school in word.schools],
    }
    return entry | {name: value for name, value in optional.items() if value}
