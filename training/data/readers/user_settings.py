"""Reader of a user's own settings, in the CSV files that `semeq.presets` describes."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from semeq.presets import SettingsCsvError, read_settings_csv

from ...errors import DataError
from .records import RowProblem, SavedSettings, anonymous_key, as_params, parse_params


def is_user_csv(path: Path) -> bool:
    """Whether the first line of a file is a header of this form (the SAFE-DB file has none)."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            return file.readline().strip().lower().startswith(("word", '"word"'))
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
        rows = read_settings_csv(raw, with_words=True)
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}") from error
    except SettingsCsvError as error:
        raise DataError(f"{path}: {error}") from None
    digest = sha256(raw).hexdigest()
    params, words, people, lines, problems = [], [], [], [], []
    for row in rows:
        parsed = parse_params(row.word, list(row.values)) if row.values else "another number of columns than the header"
        if isinstance(parsed, str):
            problems.append(RowProblem(row.line, parsed))
            continue
        params.append(parsed)
        words.append(row.word)
        people.append(anonymous_key(row.person or path.name, digest))
        lines.append(row.line)
    if not words:
        hint = f"; first problem: {problems[0]}" if problems else ""
        raise DataError(f"{path} holds no usable row{hint}")
    return SavedSettings(
        path.stem, as_params(params), tuple(words), tuple(people), tuple(lines), tuple(problems), digest, own=True
    )
