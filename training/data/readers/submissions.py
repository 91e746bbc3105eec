"""Reader of the individual SocialFX submissions: a parquet file, or a CSV of the same columns.

Columns ``id, text, param_keys, param_values, extra``; an EQ row has 40 gains in ``param_values``, one for each band of
`semeq.training.socialfx`, and a free-text description in ``text``. Reading parquet needs pyarrow.
"""

from __future__ import annotations

import ast
import csv
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from semeq.eq import fit_curves

from ...errors import DataError
from ..descriptors import split_description
from .records import RowProblem, SavedSettings
from .socialfx import BAND_FREQS_HZ, shapes_db

COLUMNS = ("id", "text", "param_values")


def read_submissions(path: Path) -> SavedSettings:
    """Read submissions as five-band settings: each row's curve, fitted once, under each word of its description.

    A submission is a shape (its gains were chosen by a crowd's sliders, not in dB): it is scaled like the averaged
    curves are.

    Raises
    ------
    DataError
        If the file cannot be read, lacks a column, or has no usable row; or pyarrow is needed and missing.
    """
    try:
        digest = sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}") from error
    bands, texts, ids, lines, problems = [], [], [], [], []
    for number, row in enumerate(_rows(path), start=1):
        missing = [name for name in COLUMNS if name not in row]
        if missing:
            raise DataError(f"{path} lacks the column {missing[0]!r}; it needs {', '.join(COLUMNS)}")
        gains = _gains(row["param_values"])
        if isinstance(gains, str) or not str(row["text"] or "").strip():
            problems.append(RowProblem(number, gains if isinstance(gains, str) else "the text is empty"))
            continue
        bands.append(gains)
        texts.append(str(row["text"]))
        ids.append(str(row["id"]))
        lines.append(number)
    if not bands:
        hint = f"; first problem: {problems[0]}" if problems else ""
        raise DataError(f"{path} holds no usable submission{hint}")
    fitted = fit_curves(shapes_db(np.array(bands)), restarts=4).params
    chosen, words, people, at = [], [], [], []
    for params, text, key, line in zip(fitted, texts, ids, lines, strict=True):
        for word in split_description(text):
            chosen.append(params)
            words.append(word)
            people.append(key)
            at.append(line)
    return SavedSettings(
        "socialfx-original",
        np.array(chosen).reshape(-1, 13),
        tuple(words),
        tuple(people),
        tuple(at),
        tuple(problems),
        digest,
    )


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    if path.suffix == ".parquet":
        yield from _parquet(path)
        return
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            yield from csv.DictReader(file)
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} is not CSV: {error}") from error


def _parquet(path: Path) -> Iterable[dict[str, Any]]:
    try:
        import pyarrow as arrow
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise DataError(f"reading {path} needs pyarrow: pip install pyarrow") from error
    try:
        rows: list[dict[str, Any]] = parquet.read_table(path).to_pylist()
    except (OSError, arrow.ArrowException) as error:
        raise DataError(f"{path} is not a parquet file: {str(error).splitlines()[0]}") from error
    return rows


def _gains(values: Any) -> list[float] | str:
    """40 finite gains, or what is wrong; a CSV holds them as the text of a list."""
    if isinstance(values, str):
        try:
            values = ast.literal_eval(values)
        except (ValueError, SyntaxError):
            return f"param_values is not a list of numbers: {values[:40]!r}"
    try:
        gains = [float(v) for v in values]
    except (TypeError, ValueError):
        return "param_values is not a list of numbers"
    if len(gains) != len(BAND_FREQS_HZ):
        return f"{len(gains)} gains instead of {len(BAND_FREQS_HZ)}"
    if not np.isfinite(gains).all():
        return "a gain is not finite"
    return gains
