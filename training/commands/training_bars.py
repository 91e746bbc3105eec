"""A bar for each split of a training job, with its figures and the time left."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from semeq.console import Say

from ..data import SplitKind
from ..jobs import Progress
from ..recipe import Recipe


@contextmanager
def training_bars(
    say: Say, recipe: Recipe, splits: Sequence[SplitKind]
) -> Iterator[Callable[[SplitKind, Progress], None]]:
    """Give what takes the steps of `run_job` and shows them; in a log file a bar is noise, and log.jsonl has it all."""
    with say.progress() as bar:
        total = recipe.optimiser.steps
        tasks = {kind: bar.add_task(f"{recipe.name}, {kind}", total=total, note="", start=False) for kind in splits}

        def show(kind: SplitKind, step: Progress) -> None:
            if not bar.tasks[tasks[kind]].started:
                bar.start_task(tasks[kind])
            note = f"loss {step.loss:.3f}, curve error {step.curve_error_db:.2f} dB"
            bar.update(tasks[kind], completed=step.step, note=note)

        yield show
