"""Responses drawn with characters: braille dots, two by four a character; asterisks where there is no Unicode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from semeq.eq import FREQ_MAX_HZ, FREQ_MIN_HZ, FloatArray, magnitude_db

#: Narrower than this, a plot says nothing; wider, it is hard to take in.
MIN_WIDTH, MAX_WIDTH = 40, 120
_LEFT = 7  # the gain axis: "+12 dB ┤" without the space
_LABEL = 14  # names at the right
_TICKS_HZ = (20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
#: Bit of each dot of a braille character by row and column, from U+2800.
_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])


@dataclass(frozen=True)
class Line:
    """A setting (13,) to draw: its name, and a colour as rich knows it."""

    label: str
    params: FloatArray
    colour: str = ""


class ResponsePlot:
    """The responses of settings over frequency, as a rich renderable: as wide as the terminal, up to 120 columns.

    Parameters
    ----------
    lines : sequence of Line
        A later one is drawn over the ones before it.
    quarters : int
        Lines between two marks of the gain axis, which has five.
    """

    def __init__(self, lines: Sequence[Line], quarters: int = 3) -> None:
        self.lines, self.rows = tuple(lines), 4 * quarters + 1

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw at the width there is."""
        width = min(max(options.max_width, MIN_WIDTH), MAX_WIDTH)
        yield from self.drawn(width, options.ascii_only)

    def drawn(self, width: int, ascii_only: bool = False) -> list[Text]:
        """The plot as lines of text, `width` columns at most."""
        columns = width - _LEFT - _LABEL - 2
        across, down = (1, 1) if ascii_only else (2, 4)
        freqs = np.geomspace(FREQ_MIN_HZ, FREQ_MAX_HZ, columns * across)
        curves = [magnitude_db(line.params, freqs) for line in self.lines]
        highest = max((float(np.abs(curve).max()) for curve in curves), default=0.0)
        limit_db = max(6.0, 3.0 * np.ceil(highest / 3.0))
        cells = np.zeros((self.rows, columns), dtype=np.int64)
        owner = np.full((self.rows, columns), -1)
        for index, curve in enumerate(curves):
            dots = _dots_of(curve, limit_db, self.rows, down).reshape(self.rows, down, columns, across)
            own = (dots * (_DOTS[None, :, None, :] if not ascii_only else 1)).sum(axis=(1, 3))
            cells |= own
            owner[own > 0] = index
        labels = self._labels(curves, limit_db)
        zero, quarter = self.rows // 2, self.rows // 4
        marks = {row * quarter: limit_db * (1 - row / 2) for row in range(5)}
        drawn = []
        for row in range(self.rows):
            text = Text(no_wrap=True)
            mark = f"{marks[row]:+g} dB" if marks.get(row) else "0 dB" if row in marks else ""
            text.append(f"{mark:>{_LEFT}}", "dim")
            text.append("|" if ascii_only else "┤" if mark else "│", "dim")
            for column in range(columns):
                if cells[row, column]:
                    character = "*" if ascii_only else chr(0x2800 + int(cells[row, column]))
                    text.append(character, self.lines[owner[row, column]].colour)
                else:
                    text.append(("-" if ascii_only else "┈") if row == zero else " ", "dim")
            if row in labels:
                line = self.lines[labels[row]]
                text.append(f" {line.label[:_LABEL]}", line.colour)
            text.rstrip()
            drawn.append(text)
        return [*drawn, *_frequency_axis(columns, ascii_only)]

    def _labels(self, curves: Sequence[FloatArray], limit_db: float) -> dict[int, int]:
        """The row at which each line is named: where it ends, or the nearest free one."""
        free = set(range(self.rows))
        labels = {}
        # From the top down, so that names stand in the order of the lines' ends.
        for index in sorted(range(len(curves)), key=lambda i: -float(curves[i][-1]))[: self.rows]:
            ends_at = (limit_db - float(curves[index][-1])) / (2 * limit_db) * (self.rows - 1)
            row = min(free, key=lambda r: (abs(r - ends_at), r))
            free.discard(row)
            labels[row] = index
        return labels


def _dots_of(curve_db: FloatArray, limit_db: float, rows_of_text: int, down: int) -> NDArray[np.bool_]:
    """Which dots (height, width) a curve (width,) passes through: each column from the one before, without a gap.

    The limits are in the middle of the first and the last row of text, where their names stand.
    """
    height = rows_of_text * down
    level = (limit_db - curve_db) / (2 * limit_db) * (rows_of_text - 1) * down + (down - 1) / 2
    rows = np.clip(np.round(level), 0, height - 1).astype(int)
    before = np.concatenate([rows[:1], rows[:-1]])
    # Half of a step belongs to each of its two columns.
    middle = (rows + before) // 2
    low, high = np.minimum(rows, middle), np.maximum(rows, middle)
    after = np.concatenate([middle[1:], rows[-1:]])
    low, high = np.minimum(low, after), np.maximum(high, after)
    place = np.arange(height)[:, None]
    return np.asarray((place >= low) & (place <= high))


def _frequency_axis(columns: int, ascii_only: bool) -> list[Text]:
    corner, line, tick = ("+", "-", "+") if ascii_only else ("└", "─", "┬")
    marks, names = [line] * columns, [" "] * (columns + _LABEL)
    # The ends first; of the others those for whose names there is room.
    for freq in (_TICKS_HZ[0], _TICKS_HZ[-1], *_TICKS_HZ[1:-1]):
        place = round(np.log(freq / FREQ_MIN_HZ) / np.log(FREQ_MAX_HZ / FREQ_MIN_HZ) * (columns - 1))
        name = (f"{freq // 1000}k" if freq >= 1000 else str(freq)) + (" Hz" if freq == _TICKS_HZ[-1] else "")
        start = max(place - min((len(name) - 1) // 2, 1), 0)
        around = names[max(start - 1, 0) : start + len(name) + 1]
        if any(letter != " " for letter in around):
            continue
        marks[place] = tick
        names[start : start + len(name)] = name
    return [
        Text(" " * _LEFT + corner + "".join(marks), "dim", no_wrap=True),
        Text(" " * (_LEFT + 1) + "".join(names).rstrip(), "dim", no_wrap=True),
    ]
