"""Rendering from the page: what `semeq process` does, on the tracks that were chosen, with progress."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from semeq.eq import FloatArray, scale_gains
from semeq.plugin import Controls
from semeq.plugin.batch import Outcome, Request, as_data, in_order, lay_out, process_setting, run
from semeq.plugin.moves import MovePlan

from .tracks import Track

#: Called with the name of what is rendered, the frames done and the frames there are.
Watch = Callable[[str, int, int], None]


class Stopped(Exception):
    """The user ended the render; what was not complete is not there."""


@dataclass(frozen=True)
class RenderJob:
    """What is to be rendered.

    Parameters
    ----------
    tracks : sequence of Track
    controls : Controls
    out : Path
        The output folder.
    model : str or None
    setting : ndarray, shape (13,), optional
        A setting made by hand, in place of the words; intensity and output apply to it.
    stems : bool
        The tracks are stems of one mix and share one gain.
    replace : bool
        Replace outputs that exist.
    """

    tracks: Sequence[Track]
    controls: Controls
    out: Path
    model: str | None = None
    setting: FloatArray | None = None
    stems: bool = False
    replace: bool = False

    def request(self) -> Request:
        """The same as `semeq process` makes of the equal options."""
        # Bypass is for listening; level match and adaptation are the request's, over each file as a whole.
        controls = replace(self.controls, bypass=False, level_match=False, adaptive=False)
        return Request(
            MovePlan.read((), None, controls),
            self.model,
            adaptive=self.controls.adaptive,
            level_match=self.controls.level_match,
            stems=self.stems,
            existing=self._existing,
        )

    @property
    def _existing(self) -> Literal["refuse", "replace"]:
        return "replace" if self.replace else "refuse"

    def render(self, watch: Watch, stop: threading.Event) -> list[Outcome]:
        """Render, in this thread. Raises `Stopped`; what goes wrong with a file is said in its outcome."""
        names = [track.path for track in self.tracks]
        if self.setting is not None:
            setting = scale_gains(self.setting, self.controls.intensity)
            return process_setting(names, self.out, setting, self.controls.output_db, self._existing)
        request = self.request()
        plan = lay_out(names, self.out, request)

        def watched(number: int, done: int, total: int) -> None:
            if stop.is_set():
                raise Stopped
            watch(plan.groups[number].name, done, total)

        return in_order(plan, [outcomes for _, outcomes in run(plan, request, watch=watched)])


def outcome_data(outcome: Outcome) -> dict[str, Any]:
    """An outcome for the page: names, never paths of uploads."""
    data = as_data(outcome)
    kept = ("status", "format", "gain_db", "peak_dbfs", "true_peak_dbtp", "notes", "error")
    output = None if outcome.output is None else outcome.output
    return {
        "name": outcome.source.name,
        "output": None if output is None else str(output),
        **{name: data[name] for name in kept},
    }
