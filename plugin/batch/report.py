"""What a batch says: a table for people, a document for programs, and advice where something clipped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from semeq.console import printable

from .planning import Plan, outputs_of
from .rendering import Rendered
from .request import Outcome, Request

if TYPE_CHECKING:
    from rich.table import Table


def advice(outcome: Outcome, output_db: float) -> tuple[list[str], list[str]]:
    """Sentences about samples that clipped, and about true peaks beyond full scale; each says what to do."""
    clipped: list[str] = []
    said: list[str] = []
    for rendered in (outcome.before, outcome.rendered):
        if rendered is None:
            continue
        true_peak_dbtp = rendered.true_peak_dbtp
        over_db = max(rendered.peak_dbfs, -math.inf if true_peak_dbtp is None else true_peak_dbtp)
        if over_db <= 0:
            continue
        lower = output_db - math.ceil(over_db * 10) / 10
        # Where a loudness is kept to, a lower output would only be turned up again.
        ways = "--true-peak-guard"
        ways = f"--output-db {lower:.1f} or {ways}" if outcome.loudness_after_lufs is None else ways
        if rendered.format.clips and rendered.overs:
            wide = ", or --bits float" if rendered.format.container in ("WAV", "WAVEX", "RF64", "AIFF", "CAF") else ""
            clipped.append(
                f"{rendered.output}: {rendered.overs} samples clipped, at up to {rendered.peak_dbfs:+.1f} dBFS; "
                f"use {ways}{wide}"
            )
        elif rendered.format.clips:
            said.append(
                f"{rendered.output}: true peak {over_db:+.1f} dBTP: converters and encoders may clip; use {ways}"
            )
    return clipped, said


def table(outcomes: Sequence[Outcome]) -> Table:
    """A table of what was written."""
    from rich.table import Table

    made = Table(box=None, header_style="bold")
    measured = any(outcome.loudness_after_lufs is not None for outcome in outcomes)
    gained = any(outcome.rendered is not None and outcome.rendered.gain_db for outcome in outcomes)
    names = ["file", "rate", "ch", "format", "length", "peak", "true peak"]
    names += ["gain"] if gained else []
    names += ["loudness"] if measured else []
    for name in names:
        made.add_column(name, justify="left" if name in ("file", "format") else "right")
    for outcome in outcomes:
        for rendered in (outcome.before, outcome.rendered):
            if rendered is not None:
                made.add_row(*_row(outcome, rendered, gained, measured))
    return made


def _row(outcome: Outcome, rendered: Rendered, gained: bool, measured: bool) -> list[str]:
    form = rendered.format
    peak, level_db = f"{rendered.peak_dbfs:+.1f} dBFS", rendered.true_peak_dbtp
    true_peak = "≤ 0 dBTP" if level_db is None else f"{level_db:+.1f} dBTP"
    if rendered.overs and form.clips:
        peak = f"[bold red]{peak}, {rendered.overs} samples clipped[/]"
    row = [_shown(rendered.output.name), f"{form.sample_rate_hz} Hz", str(form.channels), form.name]
    row += [f"{form.duration_s:.2f} s", peak, true_peak]
    row += [f"{rendered.gain_db:+.2f} dB"] if gained else []
    if measured:
        lufs = outcome.loudness_before_lufs if rendered is outcome.before else outcome.loudness_after_lufs
        row.append("" if lufs is None else f"{lufs:.1f} LUFS")
    return row


def _shown(text: str) -> str:
    """A name in one line, brackets and all."""
    from rich.markup import escape

    return escape(printable(" ".join(text.splitlines())))


def as_data(outcome: Outcome) -> dict[str, Any]:
    """An outcome for programs. Levels are null where nothing was measured."""
    done = outcome.rendered
    return {
        "source": str(outcome.source),
        "output": None if outcome.output is None else str(outcome.output),
        "before": None if outcome.before is None else str(outcome.before.output),
        "status": outcome.status,
        "format": None if done is None else done.format.name,
        "sample_rate_hz": None if done is None else done.format.sample_rate_hz,
        "channels": None if done is None else done.format.channels,
        "frames": None if done is None else done.format.frames,
        "gain_db": None if done is None else round(done.gain_db, 4),
        "peak_dbfs": None if done is None else round(done.peak_dbfs, 3),
        "true_peak_dbtp": None if done is None else _rounded(done.true_peak_dbtp),
        "overs": None if done is None else done.overs,
        "loudness_before_lufs": _rounded(outcome.loudness_before_lufs),
        "loudness_after_lufs": _rounded(outcome.loudness_after_lufs),
        "notes": list(outcome.notes),
        "error": outcome.error or None,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def preview(plan: Plan, request: Request) -> tuple[Table, list[dict[str, Any]]]:
    """What would be done, for people and for programs."""
    from rich.table import Table

    made = Table(box=None, header_style="bold")
    for name in ("file", "output", "format", ""):
        made.add_column(name)
    rows: list[dict[str, Any]] = []

    def add(source: str, output: str, form: str, what: str) -> None:
        made.add_row(_shown(source), _shown(output), form, _shown(what))
        rows.append({"source": source, "output": output, "format": form or None, "would": what})

    for group in plan.groups:
        for job in group.jobs:
            form, problem = _target(job.source, request)
            for output in outputs_of(job):
                what = "skip: exists" if job.skip else "replace" if output.exists() else "render"
                add(str(job.source), str(output), form, problem or what)
    for path in plan.passed:
        add(str(path), "", "", "leave out: read with semeq[av], which is not installed")
    for outcome in plan.settled:
        what = "skip: exists" if outcome.status == "skipped" else f"refuse: {outcome.error}"
        add(str(outcome.source), str(outcome.output or ""), "", what)
    return made, rows


def _target(source: Any, request: Request) -> tuple[str, str]:
    from semeq.files import AudioFileError, probe

    try:
        return request.conversion.target(probe(source), source).name, ""
    except AudioFileError as error:
        return "", f"refuse: {error}"
