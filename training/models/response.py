"""The magnitude response of `semeq.eq`, differentiable and in float32, for losses and for the curve encoder's graph.

The bilinear transform maps a cookbook section onto its analog prototype at ``x = tan(pi f / fs) / tan(pi f0 / fs)``
(R. Bristow-Johnson, *Cookbook formulae for audio EQ biquad filter coefficients*). Written in x, every term is a sum of
squares, so nothing cancels and float32 is exact to about 1e-5 dB, where the coefficient form would lose 1 dB at 20 Hz:

* bell: ``(y² + A²/Q²) / (y² + 1/(A²Q²))`` with ``y = x - 1/x``;
* shelf of Q = 1/√2: low ``A² (A² + x⁴) / (1 + A² x⁴)``, high ``A² (1 + A² x⁴) / (A² + x⁴)``.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn

from semeq.eq import FREQ_INDEX, GAIN_INDEX, Q_INDEX, REFERENCE_GRID_HZ, REFERENCE_RATE_HZ

GAINS, FREQS, QS = GAIN_INDEX.tolist(), FREQ_INDEX.tolist(), Q_INDEX.tolist()


class Response(nn.Module):
    """Settings (n, 13) in physical units to their curve in dB at some frequencies, (n, F).

    Parameters
    ----------
    freqs_hz : array_like, optional
        Shape (F,), above 0 Hz and below half the rate; the reference grid where none are given.
    """

    def __init__(self, freqs_hz: ArrayLike = REFERENCE_GRID_HZ) -> None:
        """Tabulate the warped frequencies."""
        super().__init__()
        ratio = np.asarray(freqs_hz, dtype=np.float64) / REFERENCE_RATE_HZ
        warped = torch.tan(torch.tensor(ratio, dtype=torch.float64) * math.pi)
        for name, table in (("warped", warped), ("inverse", 1 / warped), ("fourth", warped**4)):
            self.register_buffer(name, table.float(), persistent=False)
        # On the device: a Python list as an index is a blocking copy to it at every use.
        for name, columns in (("gains", GAINS), ("freqs", FREQS), ("qs", QS), ("shelves", (0, 4))):
            self.register_buffer(name, torch.tensor(columns), persistent=False)

    def forward(self, params: Tensor) -> Tensor:
        """Curve in dB, shape (n, F)."""
        warped, inverse, fourth = (self.get_buffer(n) for n in ("warped", "inverse", "fourth"))
        power = torch.exp(params.index_select(1, self.get_buffer("gains")) * (math.log(10) / 20))  # A²
        corner = torch.tan(params.index_select(1, self.get_buffer("freqs")) * (math.pi / REFERENCE_RATE_HZ))
        damping = 1 / params.index_select(1, self.get_buffer("qs")) ** 2

        shelves = self.get_buffer("shelves")
        bell = corner[:, 1:4, None]
        y2 = (warped / bell - inverse * bell) ** 2
        gained = power[:, 1:4]
        bells = (y2 + (gained * damping)[..., None]) / (y2 + (damping / gained)[..., None])

        x4 = fourth / corner.index_select(1, shelves)[..., None] ** 4
        shelf = power.index_select(1, shelves)[..., None]
        step = (shelf + x4) / (1 + shelf * x4)
        # One logarithm for the product: each factor lies within ±24 dB, far inside float32.
        product = bells[:, 0] * bells[:, 1] * bells[:, 2] * (shelf[:, 0] * step[:, 0]) * (shelf[:, 1] / step[:, 1])
        return torch.log(product) * (10 / math.log(10))
