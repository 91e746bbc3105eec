"""The files of a group, ready to be rendered, and what is heard when they sound together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semeq.files import Audio, AudioFileError, AudioFormat, LoudnessMeter, TruePeak, block_frames, probe
from semeq.words import AdaptedSpace, Hearing, WordSpace

from ..controls import ControlError
from ..hear_files import hear_file
from ..renderer import Movement, Renderer
from .rendering import wet_blocks
from .request import Group, Job, Request

_LENGTHS_APART_S = 1.0


@dataclass(frozen=True)
class Stem:
    """One file of a group: its formats, and the space it is rendered in."""

    job: Job
    form: AudioFormat
    target: AudioFormat
    space: WordSpace
    request: Request
    notes: tuple[str, ...]

    @classmethod
    def open(cls, job: Job, request: Request, space: WordSpace, hearing: Hearing | None) -> Stem:
        """Look at a file, and listen to it where its EQ depends on that. Raises `AudioFileError`, `ControlError`."""
        form = probe(job.source)
        target = request.conversion.target(form, job.source)
        note = request.moves.check_length(form.duration_s, job.source.name)
        if hearing is not None:
            space = AdaptedSpace(space, hearing, hear_file(job.source, hearing).lean_db)
        notes = (note, *request.conversion.idle(target))
        return cls(job, form, target, space, request, tuple(text for text in notes if text))

    def renderer(self) -> tuple[Renderer, Movement | None]:
        """A renderer at the start of the stream, and what moves its controls."""
        rate = self.form.sample_rate_hz
        controls = self.request.moves.controls
        return Renderer(self.space, rate, self.form.channels, controls), self.request.moves.movement(self.space, rate)

    def blocks(self, frames: int) -> Iterator[tuple[Audio, Audio]]:
        """The audio before and after the EQ."""
        return wet_blocks(self.job.source, self.form, *self.renderer(), frames=frames)

    def may_clip(self, changed: bool) -> bool:
        """Whether the output's format could clip what the input's did not hold already."""
        return self.target.clips and (changed or not self.form.clips)


def check_group(stems: list[Stem]) -> None:
    """Raise `AudioFileError` where files cannot be stems of one mix.

    They have one sample rate, lengths within a second of each other (what ends early counts as silence), and one number
    of channels but for mono ones, which are heard in all.
    """
    first = stems[0]
    widest = max(stem.form.channels for stem in stems)
    longest = max(stem.form.duration_s for stem in stems)
    for stem in stems:
        path, form = stem.job.source, stem.form
        if form.sample_rate_hz != first.form.sample_rate_hz:
            raise AudioFileError(
                f"{path}: has {form.sample_rate_hz} Hz and {first.job.source.name} {first.form.sample_rate_hz} Hz; "
                "stems of one mix have one sample rate (render them without --stems)"
            )
        if longest - form.duration_s > _LENGTHS_APART_S:
            raise AudioFileError(
                f"{path}: lasts {form.duration_s:.2f} s, and another stem {longest:.2f} s; "
                "stems of one mix have one length (render them without --stems)"
            )
        if form.channels not in (1, widest):
            raise AudioFileError(
                f"{path}: has {form.channels} channels, and another stem {widest}; "
                "stems of one mix have one number of channels, or are mono (render them without --stems)"
            )


@dataclass(frozen=True)
class Measured:
    """What a group is before and after the EQ, at the gain of the controls.

    Parameters
    ----------
    before_lufs, after_lufs : float
        Loudness of the sums over the group; NaN where it was not wanted.
    before_dbtp, after_dbtp : float
        The largest true peak of the sum, or of any one of its files.
    clipping_before_dbtp, clipping_after_dbtp : float
        The largest true peak of any one file that its format could clip; what stays as it was in a format that clips
        as well does not count. −inf: none.
    """

    before_lufs: float
    after_lufs: float
    before_dbtp: float
    after_dbtp: float
    clipping_before_dbtp: float
    clipping_after_dbtp: float


def measure(stems: list[Stem], request: Request, progress: Callable[[int], None]) -> Measured:
    """Render a group once without writing it, and measure. Raises `AudioFileError`."""
    rate, width = stems[0].form.sample_rate_hz, max(stem.form.channels for stem in stems)
    frames = min(block_frames(stem.form.channels) for stem in stems)
    loudness = request.level_match or request.ab
    meters = [LoudnessMeter(rate, width) for _ in range(2)] if loudness else None
    sums = [TruePeak(rate, width) for _ in range(2)]
    singles = [[TruePeak(rate, stem.form.channels) for stem in stems] for _ in range(2)]
    of_sum = request.ceiling_dbtp is not None
    of_files = (of_sum and len(stems) > 1) or (request.guards and (request.ab or len(stems) > 1))
    altered = [False] * len(stems)
    for parts in zip_longest(*(stem.blocks(frames) for stem in stems)):
        for number, part in enumerate(parts):
            altered[number] |= part is not None and part[0] is not part[1] and not np.array_equal(*part)
        for side in (0, 1):
            blocks = [None if part is None else part[side] for part in parts]
            total = _sum([block for block in blocks if block is not None], width)
            if meters is not None:
                meters[side].add(total)
            if side == 0 and not request.ab:
                continue
            if of_sum:
                sums[side].add(total)
            for meter, block in zip(singles[side] if of_files else (), blocks, strict=False):
                if block is not None:
                    meter.add(block)
        progress(sum(len(part[0]) for part in parts if part is not None))
    before_lufs, after_lufs = (m.loudness_lufs for m in meters) if meters is not None else (np.nan, np.nan)
    of_each = [[_db(meter.finish()) for meter in each] for each in singles]
    before, after = (max([_db(total.finish()), *each]) for total, each in zip(sums, of_each, strict=True))
    changed = [[False] * len(stems), altered]
    clipping = [
        max([peak for stem, peak, new in zip(stems, *both, strict=True) if stem.may_clip(new)], default=-np.inf)
        for both in zip(of_each, changed, strict=True)
    ]
    return Measured(before_lufs, after_lufs, before, after, *clipping)


def _sum(blocks: list[Audio], width: int) -> Audio:
    if len(blocks) == 1 and blocks[0].shape[1] == width:
        return blocks[0]
    total: NDArray[np.float64] = np.zeros((max(map(len, blocks)), width))
    for block in blocks:
        total[: len(block)] += block  # a mono one is heard in every channel
    return total


def _db(factor: float) -> float:
    return float(20 * np.log10(max(factor, 1e-12)))


def open_group(
    group: Group, request: Request, space: WordSpace, hearing: Hearing | None
) -> tuple[list[Stem], dict[Path, str]]:
    """The stems of a group, and a sentence about each file of it that cannot be opened."""
    stems: list[Stem] = []
    failed: dict[Path, str] = {}
    for job in group.jobs:
        try:
            stems.append(Stem.open(job, request, space, hearing))
        except (AudioFileError, ControlError) as error:
            failed[job.source] = str(error)
    return stems, failed
