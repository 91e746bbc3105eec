"""A batch from its inputs to its outcomes: lay out, sweep up, render, report in the order of the inputs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike

from semeq.eq import FloatArray, scale_gains
from semeq.files import Conversion, sweep
from semeq.words import WordSpace

from ..controls import Controls
from ..moves import MovePlan
from .jobs import Watch, run_here, run_threads
from .planning import Plan, lay_out
from .render import render_group
from .request import Existing, Outcome, Request


def run(
    plan: Plan,
    request: Request,
    jobs: int = 1,
    dask: str | None = None,
    watch: Watch = lambda number, done, total: None,
) -> Iterator[tuple[int, list[Outcome]]]:
    """Render the groups of a plan; yield each with its number, as it is done.

    Parameters
    ----------
    jobs : int
        Groups that are rendered at once, in threads; 0: one for each core.
    dask : str, optional
        The address of a Dask scheduler, whose workers see the same files.

    Raises
    ------
    BatchError
        There is no such cluster, or nothing to reach it with.
    """
    sweep(plan.folders)
    if not plan.groups:
        return
    count = jobs or os.cpu_count() or 1
    if dask is not None:
        from .dask import run_dask  # asyncio and its kin, which most batches need not

        runs = run_dask(plan.groups, request, dask)
    elif min(count, len(plan.groups)) > 1:
        runs = run_threads(plan.groups, request, count, watch)
    else:
        runs = run_here(plan.groups, request, watch)
    try:
        with closing(runs):  # whoever stops listening ends the threads too
            yield from runs
    finally:
        sweep(plan.folders)  # what another batch, killed on the way, left


def in_order(plan: Plan, rendered: Iterable[list[Outcome]]) -> list[Outcome]:
    """All outcomes of a plan, in the order of its inputs."""
    by_output = {outcome.output: outcome for outcome in plan.settled}
    by_output |= {outcome.output: outcome for outcomes in rendered for outcome in outcomes}
    missing = [Outcome(Path(text.partition(":")[0]), None, "failed", error=text) for text in plan.missing]
    return [by_output[output] for output in plan.order] + missing


@dataclass(frozen=True)
class _FixedSetting:
    """A setting (13,) where words would give one: nothing moves it but the intensity."""

    setting: FloatArray

    def params(self, semantic: str, to: str | None, morph: ArrayLike, intensity: ArrayLike) -> FloatArray:
        """The setting at intensities (...), (..., 13)."""
        del semantic, to, morph
        return np.asarray(scale_gains(self.setting, intensity), dtype=np.float64)


def process_setting(
    inputs: Iterable[str | Path],
    out: str | Path,
    setting: FloatArray,
    level_db: float = 0.0,
    existing: Existing = "refuse",
) -> list[Outcome]:
    """Render files, folders and globs through a setting (13,) and a level in dB, as `process_files` does with words.

    Raises `ControlError` for a level beyond ±24 dB.
    """
    request = Request(MovePlan.read((), None, Controls("setting", output_db=level_db)), existing=existing)
    plan = lay_out(inputs, Path(out), request)
    space = cast(WordSpace, _FixedSetting(setting))  # all that a renderer asks of a space is its settings
    return in_order(plan, [render_group(group, request, space) for group in plan.groups])


def process_files(
    inputs: Iterable[str | Path],
    out: str | Path,
    asked: Request | Controls | str,
    *,
    jobs: int = 1,
    dask: str | None = None,
    **options: Any,
) -> list[Outcome]:
    """Render files, folders and globs into the folder `out`, as ``semeq process`` does; what became of each.

    Parameters
    ----------
    inputs : iterable of path
        Files; folders and globs, which keep their tree below `out`.
    asked : Request, Controls or str
        What to do to every file; the state of the controls; or a word.
    jobs : int
        Files that are rendered at once, in threads; 0: one for each core.
    dask : str, optional
        The address of a Dask scheduler.
    **options
        Beside a word, fields of `Controls` by name (``to="bright", morph=0.3``); beside a word or controls, fields of
        `Request` (``level_match=True``, ``ceiling_dbtp=-1.0``) and
        `Conversion` (``bits="24"``). `adaptive` and `level_match` mean the request's.

    Raises
    ------
    ControlError
        A request that cannot be met.
    BatchError
        There is no cluster at `dask`. What goes wrong with a file is said in its outcome.
    TypeError
        An option that there is not.
    """
    if not isinstance(asked, Request):
        if isinstance(asked, str):
            own = {field.name for field in fields(Controls)} - {field.name for field in fields(Request)}
            asked = Controls(asked, **{name: options.pop(name) for name in list(options) if name in own})
        own = {field.name for field in fields(Conversion)}
        conversion = Conversion(**{name: options.pop(name) for name in list(options) if name in own})
        asked, options = Request(MovePlan.read((), None, asked), conversion=conversion, **options), {}
    if options:
        raise TypeError(f"a Request says everything itself; {', '.join(options)} cannot stand beside it")
    plan = lay_out(inputs, Path(out), asked)
    return in_order(plan, [outcomes for _, outcomes in run(plan, asked, jobs, dask)])
