"""The magnitude response of `semeq.eq`, differentiable and in float32, for losses and for the curve encoder's graph.

The bilinear transform maps a cookbook section onto its analog prototype at ``x = tan(pi f / fs) / tan(pi f0 / fs)``
(R. Bristow-Johnson, *Cookbook formulae for audio EQ biquad filter coefficients*). Written in x, every term is a sum of
squares, so nothing cancels and float32 is exact to about 1e-5 dB, where the coefficient form would lose 1 dB at 20 Hz:

* bell: ``(y² + A²/Q²) / (y² + 1/(A²Q²))`` with ``y = x - 1/x``;
* shelf of Q = 1/√2: low ``A² (A² + x⁴) / (1 + A² x⁴)``, high ``A² (1 + A² x⁴) / (A² + x⁴)``.

Every section is a ratio N/D, and its slopes are sums over 1/N and 1/D with all that does not depend on the frequency
outside the sum. The backward pass is written so: five products of matrices, where automatic differentiation would keep
thirty arrays and walk back through all of them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from semeq.eq import FREQ_INDEX, GAIN_INDEX, Q_INDEX, REFERENCE_GRID_HZ, REFERENCE_RATE_HZ

GAINS, FREQS, QS = GAIN_INDEX.tolist(), FREQ_INDEX.tolist(), Q_INDEX.tolist()
#: dB of a factor of e in power.
DB_PER_NEPER = 10 / math.log(10)


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
        gain, freq, q = (params.index_select(1, self.get_buffer(name)) for name in ("gains", "freqs", "qs"))
        power = torch.exp(gain / (2 * DB_PER_NEPER))  # A²
        corner = torch.tan(freq * (math.pi / REFERENCE_RATE_HZ))
        shelves = self.get_buffer("shelves")
        bell = (power[:, 1:4], corner[:, 1:4], 1 / q**2)
        shelf = (power.index_select(1, shelves), corner.index_select(1, shelves))
        warped, inverse, fourth = (self.get_buffer(name) for name in ("warped", "inverse", "fourth"))
        if torch.is_grad_enabled() and params.requires_grad:
            out: Tensor = _Curve.apply(*bell, *shelf, warped, inverse, fourth)  # type: ignore[no-untyped-call]
            return out
        above, below, _, _ = _bells(*bell, warped, inverse)
        over, under, _ = _shelves(*shelf, fourth)
        return _decibels(above / below, over / under, shelf[0])


def _bells(power: Tensor, corner: Tensor, damping: Tensor, warped: Tensor, inverse: Tensor) -> tuple[Tensor, ...]:
    """N and D of the bells, y², and y dy/d(log x), (n, 3, F) each."""
    x, back = warped * (1 / corner)[..., None], inverse * corner[..., None]
    y = x - back
    y2 = y * y
    return y2 + (power * damping)[..., None], y2 + (damping / power)[..., None], y2, y * (x + back)


def _shelves(power: Tensor, corner: Tensor, fourth: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """``A² + x⁴`` and ``1 + A² x⁴`` of the shelves, and x⁴, (n, 2, F) each."""
    x4 = fourth * (corner**-4)[..., None]
    power = power[..., None]
    return power + x4, 1 + power * x4, x4


def _decibels(bells: Tensor, shelves: Tensor, power: Tensor) -> Tensor:
    """The curve, (n, F), of the ratios of the bells, (n, 3, F), and of the shelves without their A², (n, 2, F)."""
    # One logarithm for the product: each factor lies within ±24 dB, far inside float32.
    product = bells[:, 0] * bells[:, 1] * bells[:, 2] * (power[:, 0] * power[:, 1])[:, None]
    return torch.log(product * (shelves[:, 0] / shelves[:, 1])) * DB_PER_NEPER


class _Curve(torch.autograd.Function):
    """The curve of five sections, keeping what its slopes are made of."""

    @staticmethod
    def forward(
        ctx: Any,
        power: Tensor,
        corner: Tensor,
        damping: Tensor,
        shelf_power: Tensor,
        shelf_corner: Tensor,
        warped: Tensor,
        inverse: Tensor,
        fourth: Tensor,
    ) -> Tensor:
        """Shapes (n, 3) three times, (n, 2) twice and (F,) three times to (n, F)."""
        above, below, y2, swing = _bells(power, corner, damping, warped, inverse)
        each = below.mul_(above).reciprocal_()  # 1 / (N D)
        ratio = above.square_().mul_(each)
        over, under, x4 = _shelves(shelf_power, shelf_corner, fourth)
        shelf = under.mul_(over).reciprocal_()
        shelves = over.square_().mul_(shelf)
        turned = x4 * shelf
        gained = torch.addcmul(shelf, x4, turned, value=-1)
        ctx.save_for_backward(
            power, corner, damping, shelf_power, shelf_corner, each, y2.mul_(each), swing.mul_(each), gained, turned
        )
        return _decibels(ratio, shelves, shelf_power)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, ...]:
        """Slopes by the knobs, of a slope by the curve, (n, F)."""
        power, corner, damping, shelf_power, shelf_corner, *parts = ctx.saved_tensors
        slope = slope * DB_PER_NEPER
        each, level, swing, gained, turned = (torch.bmm(part, slope[..., None])[..., 0] for part in parts)
        # The constants of N and D; the sums of slope/N and slope/D; N - D is the same at every frequency.
        high, low = power * damping, damping / power
        by_above, by_below = level + low * each, level + high * each
        return (
            damping * by_above + low / power * by_below,
            2 * (high - low) * swing / corner,
            power * by_above - by_below / power,
            _signed(gained) + slope.sum(dim=1, keepdim=True) / shelf_power,
            -4 * _signed((1 - shelf_power**2) * turned) / shelf_corner,
            None,
            None,
            None,
        )


def _signed(shelves: Tensor) -> Tensor:
    """Of the two shelves (n, 2), the low one is over/under, the high one under/over."""
    low, high = shelves.unbind(dim=1)
    return torch.stack([low, -high], dim=1)
