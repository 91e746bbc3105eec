"""Settings of one's own in a CSV file: a header, 13 parameters a row, and whose take of which word it is.

The header names the columns of `semeq.eq.PARAMETER_NAMES` in any order, and may name ``word`` and ``person``, e.g.
``word,person,low_shelf_gain_db,low_shelf_freq_hz,bell_1_gain_db, …``.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from semeq.eq import PARAMETER_NAMES

from .preset import PresetError

WORD, PERSON = "word", "person"


class SettingsCsvError(PresetError):
    """A file that is not of this form; the message says what it lacks."""


@dataclass(frozen=True)
class SettingsRow:
    """A row: its line, word and person (empty where there is no such column), and 13 values as they stand there.

    `values` is empty where the row has another number of columns than the header.
    """

    line: int
    word: str
    person: str
    values: tuple[str, ...]


def read_settings_csv(content: bytes, *, with_words: bool = False) -> tuple[SettingsRow, ...]:
    """Rows of a file, without empty ones. `with_words`: the column ``word`` must be there.

    Raises
    ------
    SettingsCsvError
        If it is not UTF-8, or lacks a column.
    """
    try:
        reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    except UnicodeDecodeError as error:
        raise SettingsCsvError(f"it is not UTF-8 text (byte {error.start})") from None
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        needed = [*([WORD] if with_words else []), *PARAMETER_NAMES]
        missing = [name for name in needed if name not in header]
        if missing:
            raise SettingsCsvError(f"it lacks the column {missing[0]!r}; it needs {', '.join(needed)}")
        columns = [header.index(name) for name in PARAMETER_NAMES]
        rows = []
        for row in reader:
            if row:
                whole = len(row) == len(header)
                named = dict(zip(header, row, strict=False))
                values = tuple(row[i] for i in columns) if whole else ()
                rows.append(SettingsRow(reader.line_num, named.get(WORD, ""), named.get(PERSON, "").strip(), values))
    except csv.Error as error:
        raise SettingsCsvError(f"line {reader.line_num} is no CSV ({error})") from None
    return tuple(rows)
