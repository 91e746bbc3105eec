"""How a knob's travel is spread over a control's range: linear, exponential (fine at the low end) or s-shaped."""

from __future__ import annotations

import math
from typing import Literal, get_args

CurveName = Literal["linear", "exponential", "s"]
CURVES: tuple[CurveName, ...] = get_args(CurveName)

# An exponential knob reaches 1/9 of the range at half way: the slope at the top is 64 times that at the bottom.
_GROWTH = math.log(64.0)


def bend(curve: CurveName, position: float) -> float:
    """The fraction of the range, 0–1, at a knob position 0–1. Every curve rises, and keeps 0 and 1."""
    if curve == "exponential":
        return math.expm1(_GROWTH * position) / math.expm1(_GROWTH)
    if curve == "s":
        return position * position * (3.0 - 2.0 * position)
    return position


def unbend(curve: CurveName, fraction: float) -> float:
    """The knob position, 0–1, of a fraction of the range: the inverse of `bend`."""
    if curve == "exponential":
        return math.log1p(fraction * math.expm1(_GROWTH)) / _GROWTH
    if curve == "s":
        return 0.5 - math.sin(math.asin(min(max(1.0 - 2.0 * fraction, -1.0), 1.0)) / 3.0)
    return fraction
