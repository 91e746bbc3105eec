"""Before anything is rendered: which file becomes which, what is refused, and what is there already."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from semeq.files import LOSSY, AudioFileError, AudioFormat, check_end, expand, probe, refuse_existing

from ..controls import ControlError
from .request import Group, Job, Outcome, Request


@dataclass(frozen=True)
class Plan:
    """A batch, laid out.

    Parameters
    ----------
    groups : tuple of Group
        What is to be rendered, in the order of the inputs.
    settled : tuple of Outcome
        Files that need no rendering: skipped, or refused.
    missing : tuple of str
        What was named and is not there.
    order : tuple of Path
        The output of every input, in the order of the report.
    passed : tuple of Path
        Audio below the folders that is left out, for semeq cannot read its format.
    """

    groups: tuple[Group, ...]
    settled: tuple[Outcome, ...]
    missing: tuple[str, ...]
    order: tuple[Path, ...]
    passed: tuple[Path, ...] = ()

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders that outputs go to."""
        return tuple(dict.fromkeys(job.output.parent for group in self.groups for job in group.jobs))


def lay_out(names: Iterable[str | Path], out: Path, request: Request) -> Plan:
    """Plan a batch; touches nothing.

    Raises
    ------
    ControlError
        Two inputs would make the same output.
    """
    found, missing, passed = expand(names, out)
    jobs = [_job(item.path, out / item.relative, request) for item in found]
    _refuse_same_output(jobs)
    sources = {os.path.realpath(job.source): job.source for job in jobs}
    kept: list[Job] = []
    settled: list[Outcome] = []
    for job in jobs:
        try:
            done = _is_done(job, request, sources)
        except AudioFileError as error:
            settled.append(Outcome(job.source, job.output, "failed", error=str(error)))
            continue
        kept.append(replace(job, skip=done))
    groups: list[Group] = []
    for group in _grouped(kept, request):
        refused = [o for o in settled if request.stems and o.source.parent == group.jobs[0].source.parent]
        if all(job.skip for job in group.jobs):
            settled += [Outcome(job.source, job.output, "skipped") for job in group.jobs]
        elif refused:
            why = f"is a stem of one mix with {refused[0].source.name}, which cannot be rendered"
            settled += [Outcome(j.source, j.output, "failed", error=f"{j.source}: {why}") for j in group.jobs]
        else:
            groups.append(group)
    return Plan(tuple(groups), tuple(settled), tuple(missing), tuple(job.output for job in jobs), tuple(passed))


def _job(source: Path, output: Path, request: Request) -> Job:
    output = output.with_name(output.stem + request.conversion.suffix(source)) if output.suffix else output
    if not request.ab:
        return Job(source, output)
    before, after = (output.with_name(f"{output.stem}.{which}{output.suffix}") for which in ("before", "after"))
    return Job(source, after, before)


def _refuse_same_output(jobs: list[Job]) -> None:
    seen: dict[str, Job] = {}
    for job in jobs:
        for output in outputs_of(job):
            other = seen.setdefault(os.path.normcase(output), job)
            if other is not job:
                raise ControlError(
                    f"{other.source} and {job.source} would both become {output.name} in {output.parent}; "
                    "render them apart"
                )


def outputs_of(job: Job) -> tuple[Path, ...]:
    """All files that a job writes."""
    return (job.output,) if job.before is None else (job.before, job.output)


def _is_done(job: Job, request: Request, sources: dict[str, Path]) -> bool:
    """Whether a job's outputs are there and are to stay. Raises `AudioFileError` where they are in the way."""
    there = 0
    for output in outputs_of(job):
        refuse_existing(output, job.source, overwrite=True)
        if (other := sources.get(os.path.realpath(output))) is not None:
            raise AudioFileError(f"{output}: is an input ({other}), which is never overwritten; choose another --out")
        if not os.path.lexists(output) or request.existing == "replace":
            continue
        if request.existing == "refuse":
            raise AudioFileError(f"{output}: exists already; use --overwrite to replace it, or --skip-existing")
        _check_whole(output, probe(job.source))
        there += 1
    return there == len(outputs_of(job))


#: How far the length of a lossy output may lie from its input's: encoders that pad to whole frames.
_LOSSY_APART_S = 0.1


def _check_whole(output: Path, form: AudioFormat) -> None:
    """Raise `AudioFileError` where an output that would be skipped is not what it should be."""
    try:
        found = probe(output)
        check_end(output, found)
    except AudioFileError as error:
        raise AudioFileError(f"{error}: it exists, but is not whole; use --overwrite to replace it") from None
    apart = abs(found.frames - form.frames)
    in_blocks = found.subtype in LOSSY or form.subtype in LOSSY or found.depth is None
    allowed = _LOSSY_APART_S * form.sample_rate_hz if in_blocks else 0
    if apart > allowed or found.channels != form.channels:
        raise AudioFileError(f"{output}: exists, but has another length than its input; use --overwrite to replace it")


def _grouped(jobs: list[Job], request: Request) -> list[Group]:
    if not request.stems:
        return [Group((job,)) for job in jobs]
    folders: dict[Path, list[Job]] = {}
    for job in jobs:
        folders.setdefault(job.source.parent, []).append(job)
    return [Group(tuple(members)) for members in folders.values()]
