"""A batch from its inputs to its outcomes: lay out, sweep up, render, report in the order of the inputs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from semeq.files import Conversion, sweep

from ..controls import Controls
from ..moves import MovePlan
from .dask import run_dask
from .jobs import Watch, run_here, run_processes
from .planning import Plan, lay_out
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
        Processes of this machine; 0: one for each core.
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
        runs = run_dask(plan.groups, request, dask)
    elif min(count, len(plan.groups)) > 1:
        runs = run_processes(plan.groups, request, count, watch)
    else:
        runs = run_here(plan.groups, request, watch)
    try:
        with closing(runs):  # whoever stops listening ends the processes too
            yield from runs
    finally:
        sweep(plan.folders)  # what a process that was killed on the way left


def in_order(plan: Plan, rendered: Iterable[list[Outcome]]) -> list[Outcome]:
    """All outcomes of a plan, in the order of its inputs."""
    by_output = {outcome.output: outcome for outcome in plan.settled}
    by_output |= {outcome.output: outcome for outcomes in rendered for outcome in outcomes}
    missing = [Outcome(Path(text.partition(":")[0]), None, "failed", error=text) for text in plan.missing]
    return [by_output[output] for output in plan.order] + missing


def process_files(
    inputs: Iterable[str | Path],
    out: str | Path,
    controls: Controls | str,
    *,
    to: str | None = None,
    morph: float = 0.0,
    intensity: float = 1.0,
    output_db: float = 0.0,
    model: str | None = None,
    adaptive: bool = False,
    container: str | None = None,
    bits: str | None = None,
    level_match: bool = False,
    ceiling_dbtp: float | None = None,
    ab: bool = False,
    stems: bool = False,
    existing: Existing = "refuse",
    jobs: int = 1,
    dask: str | None = None,
) -> list[Outcome]:
    """Render files, folders and globs into the folder `out`, as ``semeq process`` does; what became of each.

    Parameters
    ----------
    inputs : iterable of path
        Files; folders and globs, which keep their tree below `out`.
    controls : Controls or str
        The state of the controls, or a word; the latter with `to`, `morph`, `intensity` and `output_db`.
    jobs : int
        Processes; 0: one for each core.

    For the others see `Request`. Raises `ControlError` for a request that cannot be met, and `BatchError` where `dask`
    is no cluster; what goes wrong with a file is said in its outcome.
    """
    if isinstance(controls, str):
        controls = Controls(controls, to, morph, intensity, output_db)
    request = Request(
        MovePlan.read((), None, controls),
        model,
        adaptive,
        Conversion(container, bits),
        level_match,
        ceiling_dbtp,
        ab,
        stems,
        existing,
    )
    plan = lay_out(inputs, Path(out), request)
    return in_order(plan, [outcomes for _, outcomes in run(plan, request, jobs, dask)])
