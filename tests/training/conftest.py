"""Data for the training tests: the real SAFE-DB where SEMEQ_DATA names it, and small made files of its form."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

WORDS = ("warm", "bright", "muddy")


def made(count: int, seed: int = 0) -> list[list[str]]:
    """Rows of the SAFE-DB form: warm leans dark, bright leans bright, muddy has a hump."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(count):
        word = WORDS[i % 3]
        lean = {"warm": -5.0, "bright": 5.0, "muddy": 0.0}[word] + rng.normal()
        hump = 6.0 if word == "muddy" else 2 * rng.normal()
        bells = [hump, 350, 0.8, rng.normal(), 1000, 1.2, rng.normal(), 3000, 0.7]
        params = [str(float(v)) for v in (-lean, 120, *bells, lean, 8000)]
        person = f"192.168.0.{i % 14}"
        rows.append([str(i + 1), word.title() + " " * (i % 2), person, "1", "1", *params, *[""] * 6, "ab" * 16])
    return rows


@pytest.fixture(scope="session")
def safe_rows() -> Callable[..., list[list[str]]]:
    """Makes rows of the SAFE-DB form: `safe_rows(count, seed=0)`."""
    return made


@pytest.fixture(scope="session")
def write_rows() -> Callable[[Path, list[list[str]]], Path]:
    """Writes rows as a CSV file."""

    def write(path: Path, rows: list[list[str]]) -> Path:
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
        return path

    return write


@pytest.fixture
def made_csv(tmp_path: Path, write_rows) -> Path:
    return write_rows(tmp_path / "made.csv", made(90))


@pytest.fixture(scope="session")
def real_csv(data_dir: Path) -> Path:
    return data_dir / "safe-db" / "SAFEEqualiserUserData.csv"


@pytest.fixture(scope="session")
def train_csv(tmp_path_factory, write_rows) -> Path:
    """The real file where there is one, else a made one: what does not depend on the rows is tested on either."""
    import os

    folder = os.environ.get("SEMEQ_DATA")
    if folder:
        return Path(folder) / "safe-db" / "SAFEEqualiserUserData.csv"
    return write_rows(tmp_path_factory.mktemp("made") / "made.csv", made(150))
