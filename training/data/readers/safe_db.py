"""Reader of the SAFE Equaliser user data (Stables et al., *SAFE*, ISMIR 2014): a headerless CSV of 25 columns.

Column 1 is the descriptor, 2 the annotator (an IP address in the published file), 5 to 17 the 13 parameters in the
order of `semeq.eq`. Columns 3 and 4 are channel counts, not filter types. The rest is not used.
"""

from __future__ import annotations

import csv
import io
from hashlib import sha256
from pathlib import Path

from semeq.eq import PARAMETER_COUNT

from ...errors import DataError
from .records import RowProblem, SavedSettings, anonymous_key, as_params, parse_params

SAFE_DB_FILE = "SAFEEqualiserUserData.csv"
COLUMNS = 25
WORD_COLUMN, PERSON_COLUMN, FIRST_PARAMETER = 1, 2, 5


def read_safe_db(path: Path) -> SavedSettings:
    """Read the published or the annotator-keyed form of the file.

    Rows with the wrong number of columns, an empty word, or a parameter that is not a number, or out of bounds,
    are skipped and listed with their line numbers in ``problems``.

    Raises
    ------
    DataError
        If the file cannot be read or no row of it is usable.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}") from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 text (byte {error.start})") from error
    digest = sha256(raw).hexdigest()

    params: list[list[float]] = []
    words: list[str] = []
    people: list[str] = []
    lines: list[int] = []
    problems: list[RowProblem] = []
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for row in reader:
            if not row:
                continue
            parsed = _parse(row)
            if isinstance(parsed, str):
                problems.append(RowProblem(reader.line_num, parsed))
                continue
            params.append(parsed)
            words.append(row[WORD_COLUMN])
            people.append(anonymous_key(row[PERSON_COLUMN].strip(), digest))
            lines.append(reader.line_num)
    except csv.Error as error:
        raise DataError(f"{path}, line {reader.line_num}: not a CSV file ({error})") from error
    if not words:
        hint = f"; first problem: {problems[0]}" if problems else ""
        raise DataError(f"{path} holds no usable row of the SAFE-DB form ({COLUMNS} columns){hint}")
    return SavedSettings(
        "safe-db", as_params(params), tuple(words), tuple(people), tuple(lines), tuple(problems), digest
    )


def _parse(row: list[str]) -> list[float] | str:
    """The 13 parameters of a row, or the reason why it is unusable."""
    if len(row) != COLUMNS:
        return f"{len(row)} columns instead of {COLUMNS}"
    return parse_params(row[WORD_COLUMN], row[FIRST_PARAMETER : FIRST_PARAMETER + PARAMETER_COUNT])
