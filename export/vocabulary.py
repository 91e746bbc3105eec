"""A new vocabulary for a bundle that is there: same model, other points."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch

from semeq.training import EqSpace, Recipe, TrainingError, WordPoint
from semeq.words import Bundle, Vocabulary, write_bundle

from .errors import NotExportableError
from .model_bundle import word_entry

#: A model read back from its graphs repeats the bundle's golden values within this, in dB, Hz or Q relative to size.
TOLERANCE = 1e-3


def recipe_of(bundle: Bundle) -> Recipe:
    """The recipe a bundle was trained by; raise `NotExportableError` where it names none."""
    try:
        return Recipe.from_dict(dict(bundle.metadata["recipe"]))
    except (KeyError, TypeError, TrainingError) as error:
        raise NotExportableError(f"{bundle.path} names no recipe: {error}") from error


def model_of(bundle: Bundle) -> EqSpace:
    """The PyTorch model behind a bundle's graphs, from their weights.

    Raises
    ------
    NotExportableError
        If the graphs are not those of a V3 model, or the model does not repeat the bundle's golden values.
    """
    model = EqSpace(recipe_of(bundle).model)
    try:
        weights = {
            **_weights(bundle.decoder_path, {"mlp.": "decoder."}),
            **_weights(bundle.encoder_path, {"model.": ""}),
        }
        # Only parameters: the tables beside them are the same for every model of this kind.
        model.load_state_dict({name: weights[name] for name, _ in model.named_parameters()}, strict=False)
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        raise NotExportableError(f"{bundle.path} does not hold the weights of a V3 model: {error}") from error
    model.eval()
    golden = bundle.golden["decoder"]
    with torch.no_grad():
        decoded = model.decode(torch.tensor(golden["latent"], dtype=torch.float32)).numpy()
    if not np.allclose(decoded, golden["params"], rtol=TOLERANCE, atol=TOLERANCE):
        raise NotExportableError(f"the weights of {bundle.path} do not repeat its golden values")
    return model


def rewrite_vocabulary(
    bundle: Bundle, words: tuple[WordPoint, ...], out: Path | None = None, data: Mapping[str, Any] | None = None
) -> Bundle:
    """The bundle with these words in place of its own, at `out` or in its own place; graphs and figures stay.

    `data` are the digests of what the words were placed from.
    """
    vocabulary = Vocabulary((word_entry(point) for point in words), flat=bundle.vocabulary.flat)
    graphs = {path.name: path.read_bytes() for path in (bundle.decoder_path, bundle.encoder_path)}
    if bundle.audio_encoder_path:
        graphs[bundle.audio_encoder_path.name] = bundle.audio_encoder_path.read_bytes()
    kept = {key: value for key, value in bundle.metadata.items() if key not in ("format", "files")}
    metadata = {**kept, "vocabulary": {"words": len(vocabulary), "data": dict(data or {})}}
    return write_bundle(out or bundle.path, metadata, vocabulary, graphs)


def _weights(path: Path, prefixes: Mapping[str, str]) -> dict[str, torch.Tensor]:
    """Initialisers of a graph whose names begin with a prefix, under the name with that prefix replaced."""
    found = {}
    for tensor in onnx.load(path).graph.initializer:
        for prefix, instead in prefixes.items():
            if tensor.name.startswith(prefix):
                found[instead + tensor.name.removeprefix(prefix)] = torch.tensor(onnx.numpy_helper.to_array(tensor))
    return found
