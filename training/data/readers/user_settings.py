"""Reader of a user's own settings: a CSV with a header, ``word`` and the 13 parameters, optionally ``person``.

The header names the columns of `semeq.eq.PARAMETER_NAMES` in any order, e.g.
``word,low_shelf_gain_db,low_shelf_freq_hz,bell_1_gain_db, …``.
"""

from __future__ import annotations

import csv
import io
from hashlib import sha256
from pathlib import Path

from semeq.eq import PARAMETER_NAMES

from ...errors import DataError
from .records import RowProblem, SavedSettings, anonymous_key, as_params, parse_params

WORD, PERSON = "word", "person"


def is_user_csv(path: Path) -> bool:
    """Whether the first line of a file is a header of this form (the SAFE-DB file has none)."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            return file.readline().strip().lower().startswith((WORD, f'"{WORD}"'))
    except OSError:
        return False


def read_user_csv(path: Path) -> SavedSettings:
    """Read own settings; unusable rows are skipped and listed with their line numbers.

    Raises
    ------
    DataError
        If the file cannot be read, lacks a column, or has no usable row.
    """
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 text (byte {error.start})") from error
    digest = sha256(raw).hexdigest()
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [cell.strip().lower() for cell in next(reader, [])]
    missing = [name for name in (WORD, *PARAMETER_NAMES) if name not in header]
    if missing:
        raise DataError(f"{path} lacks the column {missing[0]!r}; it needs word, {', '.join(PARAMETER_NAMES)}")
    columns = [header.index(name) for name in PARAMETER_NAMES]
    word_at, person_at = header.index(WORD), header.index(PERSON) if PERSON in header else None

    params, words, people, lines, problems = [], [], [], [], []
    for row in reader:
        if not row:
            continue
        if len(row) != len(header):
            problems.append(RowProblem(reader.line_num, f"{len(row)} columns instead of {len(header)}"))
            continue
        parsed = parse_params(row[word_at], [row[i] for i in columns])
        if isinstance(parsed, str):
            problems.append(RowProblem(reader.line_num, parsed))
            continue
        params.append(parsed)
        words.append(row[word_at])
        people.append(anonymous_key(row[person_at].strip() if person_at is not None else path.name, digest))
        lines.append(reader.line_num)
    if not words:
        hint = f"; first problem: {problems[0]}" if problems else ""
        raise DataError(f"{path} holds no usable row{hint}")
    return SavedSettings(
        path.stem, as_params(params), tuple(words), tuple(people), tuple(lines), tuple(problems), digest
    )
