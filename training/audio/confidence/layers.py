"""The rule in torch, with operators that ONNX has: running extremes by pooling, the system by conjugate gradients."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..bands import BANDS
from .rule import (
    CLIFF_DB,
    EMPTY_DB,
    FAINT_DB,
    FAINT_DB2,
    FULL_DB,
    LOUD_DB,
    NEIGHBOURS,
    NO_VOID_DB,
    QUIETEST,
    SLOPE_DB,
    VOID_DB,
    VOID_DB2,
    octave_inwards,
)

#: Steps of the conjugate gradients: the exact solution within 1e-4 dB, whatever is missing (24 leave .07 dB).
STEPS = 36
_FAR = 1e6


class BandError(nn.Module):
    """`band_error_db` in torch."""

    def __init__(self) -> None:
        """Tabulate octaves."""
        super().__init__()
        for name, index in zip(("above", "below"), octave_inwards(), strict=True):
            self.register_buffer(name, torch.tensor(index), persistent=False)

    def forward(self, energy: Tensor) -> Tensor:
        """Errors (n, 64) in dB of bands of some energy (n, 64) relative to the loudest."""
        level = 10 * torch.log10(energy.clamp_min(QUIETEST))
        bottom, top = _running_max(level, towards_top=True), _running_max(level, towards_top=False)
        down = _step(bottom.index_select(1, self.get_buffer("above")) - bottom, SLOPE_DB, CLIFF_DB)
        up = _step(top.index_select(1, self.get_buffer("below")) - top, SLOPE_DB, CLIFF_DB)
        beyond = torch.maximum(_running_max(down, towards_top=False), _running_max(up, towards_top=True))
        beyond = torch.minimum(beyond, _step(torch.minimum(bottom, top), LOUD_DB, FAINT_DB))
        present = (1 - beyond) * (1 - _step(level, FULL_DB, EMPTY_DB))
        variance = FAINT_DB2 * (1 - present) + VOID_DB2 * _step(level, NO_VOID_DB, VOID_DB)
        return _pooled(variance, NEIGHBOURS, NEIGHBOURS).sqrt()


class FilledLean(nn.Module):
    """`filled_lean` in torch."""

    def __init__(self, precision: np.ndarray) -> None:
        """`precision` (64, 64), see `rule.precision`."""
        super().__init__()
        self.register_buffer("precision", torch.tensor(precision, dtype=torch.float64))

    def forward(self, lean: Tensor, error: Tensor) -> Tensor:
        """The conditional mean (n, 64) of leans (n, 64) known with errors (n, 64).

        What is filled in is a constant for gradients: those of unrolled conjugate gradients are of no use once the
        residual is rounding error.
        """
        # In float64: an error of 65 dB makes the system stiff, and runtimes round differently.
        filled = lean + self._correction(lean.detach().double(), error.detach().double()).to(lean.dtype)
        return filled - filled.mean(dim=1, keepdim=True)

    def _correction(self, lean: Tensor, error: Tensor) -> Tensor:
        """Solve by conjugate gradients (M. Hestenes and E. Stiefel, 1952), scaled by the system's diagonal."""
        precision = self.get_buffer("precision")
        scale = 1 / (1 + error * error * precision.diagonal())
        left = -error * (lean @ precision)
        found, towards = torch.zeros_like(left), scale * left
        weight = (left * towards).sum(dim=1, keepdim=True)
        for _ in range(STEPS):
            product = towards + error * ((error * towards) @ precision)
            # Where nothing is left to solve, weight and product are 0, and so must the step be. Adding a little instead
            # would be folded away by the export.
            step = weight / (towards * product).sum(dim=1, keepdim=True).clamp_min(QUIETEST)
            found, left = found + step * towards, left - step * product
            scaled = scale * left
            before, weight = weight, (left * scaled).sum(dim=1, keepdim=True)
            towards = scaled + weight / before.clamp_min(QUIETEST) * towards
        return error * found


def _step(value: Tensor, none: float, full: float) -> Tensor:
    """From 0 at `none` to 1 at `full`, smooth at both."""
    x = ((value - none) / (full - none)).clamp(0.0, 1.0)
    return x * x * (3 - 2 * x)


def _running_max(values: Tensor, towards_top: bool) -> Tensor:
    """The largest of each band and all before it, on the way to the top of the spectrum or to its bottom, (n, 64)."""
    return _pooled(values, BANDS - 1, 0) if towards_top else _pooled(values, 0, BANDS - 1)


def _pooled(values: Tensor, before: int, after: int) -> Tensor:
    """The largest of each band and so many neighbours, (n, 64)."""
    padded = F.pad(values[:, None], (before, after), value=-_FAR)
    return F.max_pool1d(padded, before + after + 1, stride=1)[:, 0]
