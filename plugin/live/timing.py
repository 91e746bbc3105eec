"""How long the audio callback takes, and how often something was late or lost."""

from __future__ import annotations

from typing import Any

import numpy as np

from .audio import copy, load

_LONGEST_US = 20_000


class _Count:
    """An attribute that stands in the array of counts."""

    def __init__(self, place: int) -> None:
        self._place = place

    def __get__(self, times: CallbackTimes, _owner: object = None) -> int:
        return load(times.counts, self._place)


class CallbackTimes:
    """Durations of callbacks, in memory that never grows; the callback (callback.hpp) writes it, everyone may read.

    Parameters
    ----------
    block_us : float
        How long a block lasts.
    """

    callbacks = _Count(0)
    busy_ns = _Count(1)
    longest_ns = _Count(2)
    slow = _Count(3)  # longer than their block
    late_targets = _Count(4)
    lost_messages = _Count(5)
    xruns = _Count(6)

    def __init__(self, block_us: float) -> None:
        self.block_us = block_us
        self.histogram = np.zeros(_LONGEST_US + 1, np.uint64)  # by the microsecond
        self.counts = np.zeros(7, np.int64)

    def quantile_us(self, fraction: float) -> float:
        """The duration that `fraction` of all stay within, to the microsecond above; 0 where there is none."""
        histogram = np.empty_like(self.histogram)
        copy(self.histogram, histogram)
        seen = np.cumsum(histogram)
        if seen[-1] == 0:
            return 0.0
        duration = int(np.searchsorted(seen, fraction * float(seen[-1])))
        return self.longest_ns / 1000 if duration >= _LONGEST_US else float(duration + 1)

    def report(self) -> dict[str, Any]:
        """Figures for ``--stats``; times in µs."""
        quantiles = {name: self.quantile_us(q) for name, q in (("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999))}
        return {
            "block_us": round(self.block_us, 1),
            "callbacks": self.callbacks,
            "callback_us": {**quantiles, "max": round(self.longest_ns / 1000, 1)},
            "callback_p99_share_of_block": round(quantiles["p99"] / self.block_us, 4),
            "slow_callbacks": self.slow,
            "late_targets": self.late_targets,
            "lost_messages": self.lost_messages,
            "xruns": self.xruns,
        }
