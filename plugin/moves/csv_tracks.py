"""Automation tracks in CSV files: times in seconds in the first column, one control in every other.

Columns are separated by commas, semicolons, tabs or spaces; lines that start with ``#`` are comments. A first line of
names says which control a column moves; without one, the caller does. An empty cell is not a point of that control.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..controls import CONTROLS, ControlError
from .automation import Interpolation, Track

_TIMES = ("seconds", "second", "time", "t", "s")
_SWITCH_WORDS = {
    "on": True,
    "true": True,
    "yes": True,
    "1": True,
    "off": False,
    "false": False,
    "no": False,
    "0": False,
}


class CurveFileError(ControlError):
    """A CSV file that makes no track; the message says where and why."""


def read_curves(path: Path, control: str | None = None, interpolation: Interpolation = "linear") -> list[Track]:
    """Read the tracks of a CSV file.

    Parameters
    ----------
    path : Path
    control : str, optional
        What the values move, where the file has two columns and no names (or names it ``value``). None: the file must
        name its columns.
    interpolation : str
        ``linear``, ``hold`` or ``smooth``, for numbers; words and switches always hold.

    Raises
    ------
    CurveFileError
        The file cannot be read, is empty, or a cell is not what its control takes; says which line.
    """
    if control is not None and control not in CONTROLS:
        raise CurveFileError(f"{path}: there is no control {control!r}; there are {', '.join(CONTROLS)}")
    rows = list(_rows(path))
    if not rows:
        raise CurveFileError(f"{path}: it is empty; write a line of seconds,value for every point")
    names = _names(path, rows, control)
    points: dict[str, list[tuple[float, Any]]] = {name: [] for name in names}
    last = -np.inf
    for line, cells in rows:
        seconds = _number(path, line, "time", cells[0])
        if seconds < last:
            raise CurveFileError(f"{path}: line {line} goes back in time, to {seconds:g} s after {last:g} s")
        last = seconds
        if len(cells) != len(names) + 1:
            raise CurveFileError(f"{path}: line {line} has {len(cells)} columns, expected {len(names) + 1}")
        for name, cell in zip(names, cells[1:], strict=True):
            if cell:
                points[name].append((seconds, _value(path, line, name, cell)))
    tracks = []
    for name, named in points.items():
        if not named:
            raise CurveFileError(f"{path}: there is no point of {name} in it")
        try:
            tracks.append(Track(name, np.array([s for s, _ in named]), tuple(v for _, v in named), interpolation))
        except ControlError as error:
            raise CurveFileError(f"{path}: {error}") from None
    return tracks


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of every line that holds any."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, line in enumerate(file, 1):
                text = line.strip()
                if text and not text.startswith("#"):
                    separator = next((c for c in ",;\t" if c in text), None)
                    cells = next(csv.reader([text], delimiter=separator)) if separator else re.split(r"\s+", text)
                    yield number, [cell.strip() for cell in cells]
    except UnicodeDecodeError:
        raise CurveFileError(f"{path}: it is not a text file") from None
    except (OSError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise CurveFileError(f"{path}: cannot be read ({reason})") from None


def _names(path: Path, rows: list[tuple[int, list[str]]], control: str | None) -> list[str]:
    """The control of every column but the first; takes a line of names off `rows`."""
    line, head = rows[0]
    named = head[0].lower() in _TIMES
    if named:
        del rows[0]
        if not rows:
            raise CurveFileError(f"{path}: there are names in it, but no points")
    if control is not None:
        if len(head) != 2:
            raise CurveFileError(f"{path}: line {line} has {len(head)} columns; for {control} it needs seconds,value")
        return [control]
    if not named or len(head) < 2:
        raise CurveFileError(
            f"{path}: name its columns (seconds,morph,…), or say which control: --automate morph={path}"
        )
    names = [name.lower() for name in head[1:]]
    for name in names:
        if name not in CONTROLS:
            raise CurveFileError(f"{path}: line {line}: there is no control {name!r}; there are {', '.join(CONTROLS)}")
    if len(set(names)) != len(names):
        raise CurveFileError(f"{path}: line {line} names a control twice")
    return names


def _number(path: Path, line: int, what: str, cell: str) -> float:
    try:
        number = float(cell)
    except ValueError:
        number = np.nan
    if not np.isfinite(number):
        raise CurveFileError(f"{path}: line {line}: {cell!r} is no {what}")
    return number


def _value(path: Path, line: int, control: str, cell: str) -> Any:
    known = CONTROLS[control]
    if known.kind == "word":
        return cell
    if known.kind == "switch":
        if cell.lower() not in _SWITCH_WORDS:
            raise CurveFileError(f"{path}: line {line}: {control} is on or off, not {cell!r}")
        return _SWITCH_WORDS[cell.lower()]
    number = _number(path, line, f"value of {control}", cell)
    if not known.minimum <= number <= known.maximum:
        span = f"{known.minimum:g} to {known.maximum:g}"
        raise CurveFileError(f"{path}: line {line}: {control} is {number:g}, outside {span}")
    return number
