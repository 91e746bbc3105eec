"""What is done with a group: open the model once, render, and let no error out."""

from __future__ import annotations

import functools

from semeq.words import Hearing, WordSpace

from .render import Progress, render_group
from .request import Group, Outcome, Request


@functools.lru_cache(maxsize=2)
def opened(model: str | None, adaptive: bool) -> tuple[WordSpace, Hearing | None]:
    """The space of a model, and what hears for adaptive mode; kept for the life of the process."""
    space = WordSpace.open(model)
    return space, Hearing(space) if adaptive else None


def work(group: Group, request: Request, progress: Progress = lambda done, total: None) -> list[Outcome]:
    """Render a group in this process."""
    try:
        space, hearing = opened(request.model, request.adaptive)
        return render_group(group, request, space, hearing, progress)
    except Exception as error:  # one file that nobody foresaw must not end a batch of thousands
        what = f"unexpected {type(error).__name__}: {error}".splitlines()[0]
        return failed(group, what)


def failed(group: Group, why: str) -> list[Outcome]:
    """Outcomes of a group of which nothing was rendered."""
    return [Outcome(job.source, job.output, "failed", error=f"{job.source}: {why}") for job in group.jobs]
