"""Where the data lies and what is in it: ``--data PATH``, or the folder that ``SEMEQ_DATA`` names."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import DataError
from ..recipe import Recipe
from .corpus import Corpus, prepare
from .fitted_words import FittedWords, fit_words
from .readers import (
    SAFE_DB_FILE,
    SOCIALFX_FILE,
    SavedSettings,
    is_user_csv,
    read_safe_db,
    read_socialfx,
    read_submissions,
    read_user_csv,
)

DATA_VARIABLE = "SEMEQ_DATA"


@dataclass(frozen=True)
class TrainingData:
    """What a job learns from: saved settings of each source, the fitted word curves if there are any, the corpus."""

    saved: tuple[SavedSettings, ...]
    fitted: FittedWords | None
    corpus: Corpus

    def digests(self) -> dict[str, Any]:
        """Origin of everything, for the records."""
        out: dict[str, Any] = {
            s.source: {"sha256": s.sha256, "rows": len(s), "skipped": len(s.problems)} for s in self.saved
        }
        if self.fitted:
            out["socialfx"] = {"sha256": self.fitted.described.sha256, "words": len(self.fitted.described)}
        return out


def load_data(
    recipe: Recipe, data: Path | None, own: tuple[Path, ...] = (), words: Sequence[str] | None = None
) -> TrainingData:
    """Read and prepare the data of a recipe.

    Parameters
    ----------
    data
        The SAFE-DB file, its folder, or a folder that holds ``safe-db/`` and ``socialfx/``; None for ``SEMEQ_DATA``.
        The word curves are used where they are found. A CSV of a user's own settings may stand in for the file.
    own
        CSV files of own settings, or parquet files of SocialFX submissions, to learn from as well.
    words
        The labels of a finished run, to look at it with; elsewhere `prepare` settles them.
    """
    file, described = locate_data(data)
    saved = [read_user_csv(file) if is_user_csv(file) else read_safe_db(file)]
    saved += [read_submissions(path) if path.suffix == ".parquet" else read_user_csv(path) for path in own]
    fitted = fit_words(read_socialfx(described)) if described else None
    corpus = prepare(saved, recipe.data, fitted.params if fitted else None, words)
    return TrainingData(tuple(saved), fitted, corpus)


def locate_data(data: Path | None) -> tuple[Path, Path | None]:
    """Paths of the settings and, where there is one, of the word curves; raise `DataError` if there are no settings."""
    if data is None:
        named = os.environ.get(DATA_VARIABLE)
        if not named:
            raise DataError(
                f"no data: give --data PATH, or set {DATA_VARIABLE} to a folder that holds safe-db/,"
                " or fetch it with `semeq-train data fetch`"
            )
        data = Path(named)
    if data.is_file():
        return data, None
    folders = (data, data / "safe-db")
    file = next((f / SAFE_DB_FILE for f in folders if (f / SAFE_DB_FILE).is_file()), None)
    if file is None:
        raise DataError(f"{data} is not a file and holds no safe-db/{SAFE_DB_FILE}")
    folders = (data, data / "socialfx")
    return file, next((f / SOCIALFX_FILE for f in folders if (f / SOCIALFX_FILE).is_file()), None)
