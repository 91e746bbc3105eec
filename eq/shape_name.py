"""What a curve does, in words."""

from __future__ import annotations

import numpy as np

from .response import REFERENCE_GRID_HZ
from .settings import FloatArray

#: Regions of the spectrum with their upper edges in Hz.
REGIONS = (("lows", 120.0), ("low-mids", 500.0), ("mids", 2000.0), ("presence", 6000.0), ("air", 20_001.0))


def shape_name(shape: FloatArray) -> str:
    """What a curve (128,) does: its strongest region, and the next if it is at least half as strong."""
    means, low = [], 0.0
    for _, high in REGIONS:
        region = (low <= REFERENCE_GRID_HZ) & (high > REFERENCE_GRID_HZ)
        means.append(float(shape[region].mean()))
        low = high
    order = np.argsort(-np.abs(means))
    chosen = [i for i in order[:2] if abs(means[i]) >= 0.5 * abs(means[order[0]])]
    return ", ".join(f"{REGIONS[i][0]} {'up' if means[i] > 0 else 'down'}" for i in sorted(chosen))
