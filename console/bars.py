"""Bars for what takes its time."""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class _NoteColumn(ProgressColumn):
    """The field `note` of a task, where it has one."""

    def render(self, task: Task) -> Text:
        return Text(str(task.fields.get("note", "")))


def bars(console: Console, disable: bool) -> Progress:
    """Bars with the time left; gone when they are done."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        _NoteColumn(),
        console=console,
        transient=True,
        disable=disable,
    )
