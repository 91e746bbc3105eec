"""Medians of contenders that take turns, so that a busy moment of a shared machine strikes all of them alike."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple


class Cost(NamedTuple):
    """Seconds by the clock, and of processor time, children included."""

    wall: float
    processor: float


def median_costs(runs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Cost]:
    """Median cost of each, over `rounds` rounds after one that does not count."""
    costs: dict[str, list[Cost]] = {name: [] for name in runs}
    for round_ in range(rounds + 1):
        for name, run in runs.items():
            before, start = _processor_s(), time.perf_counter()
            run()
            wall, after = time.perf_counter() - start, _processor_s()
            if round_:
                costs[name].append(Cost(wall, after - before))
    return {name: Cost(*map(statistics.median, zip(*found, strict=True))) for name, found in costs.items()}


def _processor_s() -> float:
    """Processor time of this process and of its children so far; finer than the ticks of `os.times`."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def markdown(rows: list[list[str]]) -> str:
    """A table; the first row is its head."""
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
