"""From a recipe's model section to a model, and the two ways it is used outside of training."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from semeq.eq import FloatArray

from ..recipe import ModelSection
from .autoencoder import Autoencoder
from .graphic import GraphicSpace
from .network import EqSpace, Space
from .scale import fitted_scale


def build_model(section: ModelSection, rows: FloatArray, words: int) -> Space:
    """An untrained model. `rows` are the training settings (n, 13), which some scales are fitted to."""
    if section.kind == "two-encoder":
        return EqSpace(section)
    if section.kind == "graphic":
        return GraphicSpace(section)
    return Autoencoder(section, fitted_scale(section.normalisation, rows), words)


def encode(model: Space, params: FloatArray, labels: NDArray[np.int64] | None = None) -> FloatArray:
    """Latents (n, d) of settings (n, 13), computed on the model's device.

    With `labels` (n,) a conditional model is told the words, and its points carry them.
    """
    with torch.no_grad():
        rows = _tensor(model, params)
        return _array(
            model.encode(rows) if labels is None else model.encode_told(rows, torch.tensor(labels, device=rows.device))
        )


def decode(model: Space, latents: FloatArray) -> FloatArray:
    """Settings (n, 13) of latents (n, d)."""
    with torch.no_grad():
        return _array(model.decode(_tensor(model, latents)))


def decoded_curves(model: Space, latents: FloatArray) -> FloatArray:
    """Responses in dB on the reference grid, (n, 128), of latents (n, d); also of models without settings."""
    with torch.no_grad():
        return _array(model.curves(_tensor(model, latents)))


def _tensor(model: Space, values: FloatArray) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float32, device=model.get_buffer("flat").device)


def _array(values: torch.Tensor) -> FloatArray:
    return np.asarray(values.double().cpu().numpy(), dtype=np.float64)
