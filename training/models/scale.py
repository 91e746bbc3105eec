"""What a network sees of a setting: numbers of about one size. The choice is one of the things recipes differ in."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from semeq.eq import GAIN_INDEX, LOWER_BOUNDS, PARAMETER_COUNT, UPPER_BOUNDS, FloatArray

from ..recipe import Normalisation


class Scale(nn.Module):
    """Affine map of settings (n, 13) to scaled ones, after a logarithm where `logarithmic`."""

    def __init__(self, logarithmic: NDArray[np.bool_], low: FloatArray, span: FloatArray) -> None:
        """Arrays of shape (13,). Constants are buffers: made in `forward` they would be copied at every step."""
        super().__init__()
        self.register_buffer("logarithmic", torch.tensor(logarithmic, dtype=torch.bool), persistent=False)
        self.register_buffer("low", torch.tensor(low, dtype=torch.float32))
        self.register_buffer("span", torch.tensor(span, dtype=torch.float32))
        self.register_buffer("minimum", torch.tensor(LOWER_BOUNDS, dtype=torch.float32), persistent=False)
        self.register_buffer("maximum", torch.tensor(UPPER_BOUNDS, dtype=torch.float32), persistent=False)

    def to_unit(self, params: Tensor) -> Tensor:
        """Physical settings to scaled ones."""
        logarithmic, low, span = self._tables()
        # A gain may be negative: its logarithm is not used, and clamped so that it is not NaN.
        value = torch.where(logarithmic, torch.log(params.clamp_min(1e-3)), params)
        return (value - low) / span

    def to_physical(self, unit: Tensor) -> Tensor:
        """Scaled settings to physical ones, kept within the bounds of a setting."""
        logarithmic, low, span = self._tables()
        value = low + unit * span
        # What is not logarithmic is kept out of exp, where it would overflow and spoil the gradient.
        physical = torch.where(logarithmic, torch.exp(torch.where(logarithmic, value, 0.0)), value)
        return physical.clamp(self.get_buffer("minimum"), self.get_buffer("maximum"))

    def _tables(self) -> tuple[Tensor, Tensor, Tensor]:
        return self.get_buffer("logarithmic"), self.get_buffer("low"), self.get_buffer("span")


def fixed_scale() -> Scale:
    """The unit cube of `semeq.eq.normalise`: gains linear, frequencies and Qs logarithmic, bounds fixed."""
    logarithmic = _logarithmic()
    low, high = _logged(LOWER_BOUNDS, logarithmic), _logged(UPPER_BOUNDS, logarithmic)
    return Scale(logarithmic, low, high - low)


def fitted_scale(kind: Normalisation, params: FloatArray) -> Scale:
    """The scale of this kind for training rows (n, 13)."""
    if kind == "fixed":
        return fixed_scale()
    if kind == "zscore":
        return Scale(np.zeros(PARAMETER_COUNT, dtype=bool), params.mean(axis=0), np.maximum(params.std(axis=0), 1e-6))
    logarithmic = _logarithmic()
    low, high = _logged(LOWER_BOUNDS, logarithmic), _logged(UPPER_BOUNDS, logarithmic)
    for index in ([1, 3, 6, 9, 12], [4, 7, 10]):
        low[index], high[index] = np.log(params[:, index].min()), np.log(params[:, index].max())
    return Scale(logarithmic, low, np.maximum(high - low, 1e-6))


def _logarithmic() -> NDArray[np.bool_]:
    out = np.ones(PARAMETER_COUNT, dtype=bool)
    out[GAIN_INDEX] = False
    return out


def _logged(values: FloatArray, logarithmic: NDArray[np.bool_]) -> FloatArray:

    out = np.array(values, dtype=np.float64)
    out[logarithmic] = np.log(out[logarithmic])
    return out
