"""The rule in torch, with operators that ONNX has: the system is solved by conjugate gradients."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .rule import (
    EMPTY_DB,
    FAINT_DB2,
    FULL_DB,
    NEIGHBOURS,
    NO_VOID_DB,
    QUIETEST,
    VOID_DB,
    VOID_DB2,
)

#: Steps of the conjugate gradients: the exact solution within 1e-4 dB, whatever is missing (24 leave .07 dB).
STEPS = 36


class BandError(nn.Module):
    """`band_error_db` in torch."""

    def forward(self, energy: Tensor) -> Tensor:
        """Errors (n, 64) in dB of bands of some energy (n, 64) relative to the loudest."""
        level = 10 * torch.log10(energy.clamp_min(QUIETEST))
        variance = FAINT_DB2 * _step(level, FULL_DB, EMPTY_DB) + VOID_DB2 * _step(level, NO_VOID_DB, VOID_DB)
        doubt = F.max_pool1d(variance[:, None], 2 * NEIGHBOURS + 1, stride=1, padding=NEIGHBOURS)
        return doubt[:, 0].sqrt()


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
