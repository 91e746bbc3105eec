"""Settings that people saved under a word: what every data source is read into."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from semeq.eq import LOWER_BOUNDS, PARAMETER_COUNT, PARAMETER_NAMES, UPPER_BOUNDS, FloatArray


@dataclass(frozen=True)
class RowProblem:
    """A row that was skipped, and why."""

    line: int
    reason: str

    def __str__(self) -> str:
        """One line for people."""
        return f"line {self.line}: {self.reason}"


@dataclass(frozen=True)
class SavedSettings:
    """Settings with the word and the person each was saved under.

    Attributes
    ----------
    source
        Name of the data set, e.g. ``safe-db``.
    params
        Settings in physical units, shape (n, 13), as they were saved.
    words
        The descriptor of each row as typed, n strings.
    people
        An anonymous key of the person behind each row, n strings.
    lines
        Line number of each row in its file, shape (n,).
    problems
        The rows that were skipped.
    sha256
        Digest of the file the rows came from.
    own
        Whether they are a user's own: every word of them is then meant, and worth a label.
    """

    source: str
    params: FloatArray
    words: tuple[str, ...]
    people: tuple[str, ...]
    lines: tuple[int, ...]
    problems: tuple[RowProblem, ...]
    sha256: str
    own: bool = False

    def __post_init__(self) -> None:
        """Check that the columns agree in length."""
        n = len(self.words)
        if self.params.shape != (n, PARAMETER_COUNT) or len(self.people) != n or len(self.lines) != n:
            raise ValueError("the columns of SavedSettings differ in length")

    def __len__(self) -> int:
        """Number of usable rows."""
        return len(self.words)


def anonymous_key(person: str, file_digest: str) -> str:
    """A key that stands for `person` within one file.

    The published SAFE-DB names annotators by IP address. A plain hash of an address can be searched for in minutes, so
    the file's own digest is the hash key: the same file always gives the same keys (splits stay the same), and nobody
    without the file can go back.
    """
    return blake2b(person.encode(), key=file_digest.encode()[:64], digest_size=8).hexdigest()


def as_params(rows: list[list[float]]) -> FloatArray:
    """Rows of 13 numbers as an array of shape (n, 13), also when there are none."""
    return np.array(rows, dtype=np.float64).reshape(-1, PARAMETER_COUNT)


def parse_params(word: str, cells: Sequence[str]) -> list[float] | str:
    """The 13 numbers in `cells`, within their bounds; or the reason why the row is unusable."""
    if not word.strip():
        return "the word is empty"
    values = []
    for name, cell, low, high in zip(PARAMETER_NAMES, cells, LOWER_BOUNDS, UPPER_BOUNDS, strict=True):
        try:
            value = float(cell)
        except ValueError:
            return f"{name} is not a number: {cell!r}"
        # The plug-in stored float32: 0.1 comes back as 0.0999999.
        slack = 1e-5 * (low if low > 0 else high)
        if not math.isfinite(value) or not low - slack <= value <= high + slack:
            return f"{name} is {cell}, outside {low:g} to {high:g}"
        values.append(float(min(max(value, low), high)))
    return values
