"""What happens to one group: look at its files, measure, find the gain they share, render each."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from semeq.files import AudioFileError, limited_match_db
from semeq.words import Hearing, WordSpace

from ..controls import ControlError
from .rendering import Rendered, WouldClip, render_file
from .request import DEFAULT_CEILING_DBTP, Group, Outcome, Request
from .stems import Measured, Stem, check_group, measure, open_group

#: Called with the frames that are done and those there are, over all passes.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Gains:
    """Gains in dB for a group, before and after the EQ, and why they are what they are."""

    before_db: float = 0.0
    after_db: float = 0.0
    notes: tuple[str, ...] = ()


def gains_for(measured: Measured, request: Request) -> Gains:
    """The gains of a group: loudness first, then what the true peak allows."""
    before_db = after_db = 0.0
    notes: list[str] = []
    louder = measured.after_lufs - measured.before_lufs
    if np.isfinite(louder):
        if request.ab:
            # The louder one is attenuated: nothing can clip that did not before.
            before_db, after_db = (louder, 0.0) if louder < 0 else (0.0, -louder)
        elif request.level_match:
            after_db = limited_match_db(-louder)
    if request.ceiling_dbtp is not None:
        peak = measured.after_dbtp + after_db
        if request.ab:
            peak = max(peak, measured.before_dbtp + before_db)
        excess = peak - request.ceiling_dbtp
        if excess > 0:
            before_db, after_db = before_db - (excess if request.ab else 0.0), after_db - excess
            notes.append(f"turned down by {excess:.2f} dB to keep true peaks at {request.ceiling_dbtp:g} dBTP")
    elif request.guard:
        peak = measured.clipping_after_dbtp + after_db
        if request.ab:
            peak = max(peak, measured.clipping_before_dbtp + before_db)
        if peak > 0:
            excess = peak - DEFAULT_CEILING_DBTP
            before_db, after_db = before_db - (excess if request.ab else 0.0), after_db - excess
            notes.append(_guarded(excess, peak))
    return Gains(before_db, after_db, tuple(notes))


def _guarded(excess_db: float, peak_dbtp: float) -> str:
    return f"turned down by {excess_db:.2f} dB: it would have clipped, with a true peak of {peak_dbtp:+.1f} dBTP"


def render_group(
    group: Group,
    request: Request,
    space: WordSpace,
    hearing: Hearing | None = None,
    progress: Progress = lambda done, total: None,
) -> list[Outcome]:
    """Render the files of a group; what goes wrong with a file is said in its outcome."""
    stems, failed = open_group(group, request, space, hearing)
    try:
        if len(group.jobs) > 1:
            if failed:
                raise AudioFileError(f"{group.name}: the whole mix is left out, for a stem of it cannot be rendered")
            check_group(stems)
        return _render(group, stems, failed, request, progress)
    except AudioFileError as error:
        return [
            Outcome(job.source, job.output, "failed", error=failed.get(job.source) or _about(error, job.source.name))
            for job in group.jobs
        ]


def _about(error: AudioFileError, name: str) -> str:
    return str(error) if f"{name}:" in str(error) else f"{name}: {error}"


def _render(
    group: Group, stems: list[Stem], failed: dict[Path, str], request: Request, progress: Progress
) -> list[Outcome]:
    outcomes = [Outcome(j.source, j.output, "failed", error=failed[j.source]) for j in group.jobs if j.source in failed]
    if not stems:
        return outcomes
    measures = request.measures(len(stems) > 1)
    total = sum(stem.form.frames * (1 + measures + request.ab) for stem in stems)
    done = 0

    def advance(frames: int) -> None:
        nonlocal done
        done += frames
        progress(min(done, total), total)

    measured = measure(stems, request, advance) if measures else None
    gains = gains_for(measured, request) if measured is not None else Gains()
    for stem in stems:
        outcomes.append(_render_stem(stem, request, gains, measured, advance, len(stems) == 1))
    return outcomes


def _render_stem(
    stem: Stem,
    request: Request,
    gains: Gains,
    measured: Measured | None,
    advance: Callable[[int], None],
    alone: bool,
) -> Outcome:
    job, skips = stem.job, request.existing == "skip"
    if job.skip or (skips and os.path.lexists(job.output)):  # another process may have written it meanwhile
        return Outcome(job.source, job.output, "skipped")
    write = functools.partial(
        render_file,
        job.source,
        form=stem.form,
        target=stem.target,
        progress=advance,
        overwrite=request.existing == "replace",
        compare=True,
        exact_true_peak=request.ceiling_dbtp is not None,
    )

    def write_after(**options: Any) -> Rendered:
        renderer, moves = stem.renderer()
        return write(job.output, renderer=renderer, automation=moves, **options)

    before: Rendered | None = None
    try:
        if job.before is not None and not (skips and os.path.lexists(job.before)):
            before = write(job.before, renderer=None, gain_db=gains.before_db)
        # Loudness and the mix of stems are measured before; what one file alone would need is known when it is written.
        try:
            rendered = write_after(gain_db=gains.after_db, guard=request.guards and alone and not request.ab)
        except WouldClip as clipped:
            excess = clipped.true_peak_dbtp - DEFAULT_CEILING_DBTP
            notes = (*gains.notes, _guarded(excess, clipped.true_peak_dbtp))
            gains = Gains(gains.before_db, gains.after_db - excess, notes)
            rendered = write_after(gain_db=gains.after_db)
    except (AudioFileError, ControlError) as error:
        return Outcome(job.source, job.output, "failed", error=str(error))
    rendered = replace(rendered, notes=(*stem.notes, *gains.notes, *rendered.notes))
    loud: list[float | None] = [None, None]
    if measured is not None and np.isfinite(measured.before_lufs):
        loud = [measured.before_lufs + gains.before_db, measured.after_lufs + gains.after_db]
    return Outcome(job.source, job.output, "done", rendered, before, loud[0], loud[1], rendered.notes)
