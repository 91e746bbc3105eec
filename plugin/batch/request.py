"""What is asked of every file of a batch, and what became of each: small values that travel between processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from semeq.files import Conversion

from ..moves import MovePlan
from .rendering import Rendered

Existing = Literal["refuse", "skip", "replace"]
Status = Literal["done", "skipped", "failed"]

DEFAULT_CEILING_DBTP = -1.0


class BatchError(Exception):
    """A batch cannot be run where it was asked for; the message is one sentence for the user."""


@dataclass(frozen=True)
class Request:
    """What to do to every file.

    Parameters
    ----------
    moves : MovePlan
        The controls, and how they move.
    model : str or None
        A model bundle; None: the one that ships.
    adaptive : bool
        Apply only as much of the word as each file lacks.
    conversion : Conversion
        Another format, where one was asked for.
    level_match : bool
        Make every output as loud as its input (BS.1770).
    ceiling_dbtp : float or None
        Lower the gain where the true peak of any output, or of a mix of stems, would exceed this, in dBTP.
    guard : bool
        Without a ceiling: turn an output in an integer or lossy format that would clip (true peak beyond full scale)
        down as a whole, to −1 dBTP. What would not, and what is written in floating point, is untouched to the bit.
    ab : bool
        Write the input too, both at the loudness of the softer one.
    stems : bool
        The files of a folder are stems of one mix and share one gain.
    existing : {"refuse", "skip", "replace"}
        What to do where an output exists.
    """

    moves: MovePlan
    model: str | None = None
    adaptive: bool = False
    conversion: Conversion = field(default_factory=Conversion)
    level_match: bool = False
    ceiling_dbtp: float | None = None
    guard: bool = True
    ab: bool = False
    stems: bool = False
    existing: Existing = "refuse"

    @property
    def guards(self) -> bool:
        """Whether only what would clip is turned down."""
        return self.guard and self.ceiling_dbtp is None

    def measures(self, together: bool) -> bool:
        """Whether files are read once before they are rendered; `together`: they share one gain."""
        return self.level_match or self.ab or self.ceiling_dbtp is not None or (self.guards and together)


@dataclass(frozen=True)
class Job:
    """One file to render.

    Parameters
    ----------
    output, before : Path
        Where it goes, and where its input goes at matched loudness, where that is wanted.
    skip : bool
        Its output is there already; it only counts towards the gain of its group.
    """

    source: Path
    output: Path
    before: Path | None = None
    skip: bool = False


@dataclass(frozen=True)
class Group:
    """Files that share one gain: one, or the stems of a mix."""

    jobs: tuple[Job, ...]

    @property
    def name(self) -> str:
        """For people: the file's name, or the folder's."""
        return self.jobs[0].source.name if len(self.jobs) == 1 else f"{self.jobs[0].source.parent.name or '.'}/"


@dataclass(frozen=True)
class Outcome:
    """What became of one file.

    Parameters
    ----------
    rendered, before : Rendered or None
        The output, and the input at matched loudness.
    loudness_before_lufs, loudness_after_lufs : float or None
        Of input and output, or of the sums over a group, where they were measured.
    """

    source: Path
    output: Path | None
    status: Status
    rendered: Rendered | None = None
    before: Rendered | None = None
    loudness_before_lufs: float | None = None
    loudness_after_lufs: float | None = None
    notes: tuple[str, ...] = ()
    error: str = ""
