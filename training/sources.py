"""Where the data lies: ``--data PATH``, or the folder named by the environment variable ``SEMEQ_DATA``."""

from __future__ import annotations

import os
from pathlib import Path

from .errors import DataError
from .safe_db import FILE_NAME

DATA_VARIABLE = "SEMEQ_DATA"


def find_safe_db(data: Path | None) -> Path:
    """Path of the SAFE-DB file. `data` may be the file itself, its folder, or a folder that holds ``safe-db/``."""
    if data is None:
        named = os.environ.get(DATA_VARIABLE)
        if not named:
            raise DataError(f"no data: give --data PATH, or set {DATA_VARIABLE} to a folder that holds safe-db/")
        data = Path(named)
    if data.is_file():
        return data
    for candidate in (data / "safe-db" / FILE_NAME, data / FILE_NAME):
        if candidate.is_file():
            return candidate
    raise DataError(f"{data} is no file and holds no safe-db/{FILE_NAME}")
