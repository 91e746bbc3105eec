"""How long the audio callback takes, how often it was late, and which xruns are ours."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LONGEST_US = 20_000


def _usage_counter() -> Callable[[], Any] | None:
    try:
        import resource

        resource.getrusage(resource.RUSAGE_THREAD)
    except (ImportError, AttributeError):  # Windows has no such module, macOS no such count
        return None
    return partial(resource.getrusage, resource.RUSAGE_THREAD)


_usage = _usage_counter()


def thread_waits() -> int | None:
    """How often the calling thread has waited for something; None on systems that do not count that by thread."""
    return None if _usage is None else _usage().ru_nvcsw


def stolen_ticks() -> int:
    """Time that a virtual machine's host has taken from it so far, in hundredths of a second; 0 where nobody tells."""
    try:
        with Path("/proc/stat").open(encoding="ascii") as file:
            return int(file.readline().split()[8])  # man 5 proc_stat
    except (OSError, ValueError, IndexError):
        return 0


class _Histogram:
    """Counts of durations to the microsecond, in memory that never grows: a row of an array, and the longest."""

    def __init__(self, counts: NDArray[np.uint64], longest_us: NDArray[np.float64]) -> None:
        self._counts, self._longest_us = counts, longest_us

    def add(self, duration_us: float) -> None:
        self._counts[min(int(duration_us), _LONGEST_US)] += 1
        if duration_us > self._longest_us[0]:
            self._longest_us[0] = duration_us

    @property
    def count(self) -> int:
        return int(self._counts.sum())

    def quantile(self, fraction: float) -> float:
        """The duration in µs that `fraction` of all stay within, to the microsecond above; 0 where there is none."""
        seen = np.cumsum(self._counts)
        if seen[-1] == 0:
            return 0.0
        duration = int(np.searchsorted(seen, fraction * float(seen[-1])))
        return float(self._longest_us[0]) if duration >= _LONGEST_US else float(duration + 1)

    def report(self) -> dict[str, float]:
        quantiles = (("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999))
        longest = {"max": round(float(self._longest_us[0]), 1)}
        return {name: self.quantile(fraction) for name, fraction in quantiles} | longest


class _Count:
    """An attribute that stands in the array of counts."""

    def __init__(self, place: int) -> None:
        self._place = place

    def __get__(self, times: CallbackTimes, _owner: object = None) -> int:
        return int(times.counts[self._place])

    def __set__(self, times: CallbackTimes, value: int) -> None:
        times.counts[self._place] = value


class CallbackTimes:
    """Durations of callbacks and the xruns around them.

    An xrun is counted as ours only if a callback just before it took longer than a block by its own doing: it computed
    that long, or it waited for something (the interpreter's lock; the system counts that as a voluntary switch). One
    that did neither was put aside, by the system for another program or by a virtual machine's host: it is counted as
    slow, and one that was *called* late as late; neither is our doing. Durations are wall time; the processor time is
    kept beside them. A host may also bill the time it takes away as ours: then it looks like computing, but the system
    tells that time was stolen, and the xrun is counted as stolen instead.

    Parameters
    ----------
    block_us : float
        How long a block lasts.
    """

    # The places are those of callback.hpp, which writes here where the callback is not Python's.
    callbacks = _Count(0)
    busy_ns = _Count(1)
    slow = _Count(2)
    put_aside = _Count(3)
    waited = _Count(4)
    computed = _Count(5)
    late = _Count(6)
    _slow_at_ns = _Count(7)
    late_targets = _Count(8)
    lost_messages = _Count(9)

    def __init__(self, block_us: float) -> None:
        self.block_us = block_us
        self.histograms = np.zeros((3, _LONGEST_US + 1), np.uint64)
        self.longest_us = np.zeros(3)
        self.counts = np.zeros(10, np.int64)
        self._slow_at_ns = -(1 << 62)
        self.own, self.cpu, self.entry = (_Histogram(self.histograms[i], self.longest_us[i : i + 1]) for i in range(3))
        self.xruns = 0
        self.xruns_ours = 0
        self.xruns_stolen = 0
        self._stolen_ticks, self._waited_seen = stolen_ticks(), 0

    def called(
        self, began_ns: int, ended_ns: int, cpu_ns: int, entry_us: float | None, waits: int | None = None
    ) -> None:
        """Note one callback.

        `cpu_ns` is the processor time it took; `entry_us` how long after its cycle began it was entered, where that is
        known; `waits` how often it waited (None: nobody knows, so a slow one is taken to have waited).
        """
        own_us = (ended_ns - began_ns) / 1000
        self.own.add(own_us)
        self.cpu.add(cpu_ns / 1000)
        self.busy_ns += ended_ns - began_ns
        self.callbacks += 1
        if own_us > self.block_us:
            self.slow += 1
            computed = cpu_ns > 1000 * self.block_us
            if not computed and waits == 0:
                self.put_aside += 1
            else:
                self.computed += computed
                self.waited += not computed
                self._slow_at_ns = ended_ns
        if entry_us is not None:
            self.entry.add(entry_us)
            if entry_us + own_us > self.block_us:
                self.late += 1

    def look(self) -> None:
        """Note how much time the machine's host has taken away; to be called several times a second."""
        self._stolen_ticks = stolen_ticks()

    def xrun(self) -> None:
        """Note an xrun that the audio system reported."""
        self.xruns += 1
        waited = self.waited != self._waited_seen
        self._waited_seen = self.waited
        if time.perf_counter_ns() - self._slow_at_ns < 4000 * self.block_us:
            if not waited and stolen_ticks() != self._stolen_ticks:
                self.xruns_stolen += 1
            else:
                self.xruns_ours += 1

    def report(self) -> dict[str, Any]:
        """Figures for ``--stats``; times in µs."""
        return {
            "block_us": round(self.block_us, 1),
            "callbacks": self.callbacks,
            "callback_us": self.own.report(),
            "callback_cpu_us": self.cpu.report(),
            "entry_us": self.entry.report() if self.entry.count else None,
            "callback_p99_share_of_block": round(self.own.quantile(0.99) / self.block_us, 4),
            "slow_callbacks": self.slow,
            "slow_put_aside": self.put_aside,
            "slow_by_waiting": self.waited,
            "slow_by_computing": self.computed,
            "late_callbacks": self.late,
            "late_targets": self.late_targets,
            "xruns": self.xruns,
            "xruns_ours": self.xruns_ours,
            "xruns_stolen": self.xruns_stolen,
        }
