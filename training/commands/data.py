"""`semeq-train data fetch` and `semeq-train data inspect`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
import numpy as np
from rich.table import Table

from semeq.console import Say, examples, output_options, plain_table
from semeq.eq import PARAMETER_NAMES, FloatArray

from ..data import (
    DOWNLOADS,
    PERCENTILES,
    Inspection,
    fetch,
    inspect,
    locate_data,
    prepare,
    range_rows,
    word_percentiles,
)
from ..data.readers import is_user_csv, read_safe_db, read_user_csv
from ..errors import DataError
from ..recipe import DataSection
from ..report import write_data_figures
from .problems import say_skipped

SHOWN_WORDS, SHOWN_ROWS = 25, 10


@click.group("data", epilog=examples("semeq-train data fetch --out data", "semeq-train data inspect --data data"))
def data_command() -> None:
    """Get the data, and look at it before training."""


@data_command.command("fetch", epilog=examples("semeq-train data fetch --out data", "export SEMEQ_DATA=data"))
@click.option("--out", type=click.Path(path_type=Path), default=Path("data"), show_default=True, help="Folder for it.")
@output_options
def fetch_command(out: Path, say: Say) -> None:
    """Download the published SAFE-DB and SocialFX files and check their hashes."""
    failed, fetched = [], []
    with say.progress() as progress:
        for download in progress.track(DOWNLOADS, description="downloading"):
            try:
                path, digest = fetch(download, out)
            except DataError as error:
                failed.append(str(error))
                continue
            fetched.append({"name": download.name, "file": str(path), "sha256": digest})
            say.summary(f"{download.name}: {path} (SHA-256 {digest}, as published)")
    say.data(fetched)
    if failed:
        raise DataError("; ".join(failed))


@data_command.command(
    "inspect",
    epilog=examples(
        "semeq-train data inspect --data data --figures figures", "semeq-train data inspect --data my-settings.csv"
    ),
)
@click.option("--data", type=click.Path(path_type=Path), help="As in training.  [default: $SEMEQ_DATA]")
@click.option(
    "--word", "words_asked", multiple=True, help="Percentiles of the settings saved under this word; may be repeated."
)
@click.option("--figures", type=click.Path(path_type=Path), help="Draw figures into this folder.")
@output_options
def inspect_command(data: Path | None, words_asked: tuple[str, ...], figures: Path | None, say: Say) -> None:
    """Say what a file of settings holds: words, people, duplicates, flat and clipped rows, ranges."""
    path, _ = locate_data(data)
    saved = read_user_csv(path) if is_user_csv(path) else read_safe_db(path)
    found = inspect(saved)
    spread = {word: word_percentiles(saved, word) for word in words_asked}
    say.data(
        {
            "file": str(path),
            **asdict(found),
            "words": dict(found.words),
            "ranges": {name: values for name, *values in range_rows(found)},
            "percentiles": {
                word: dict(zip(PARAMETER_NAMES, _plain(rows), strict=True)) for word, rows in spread.items()
            },
            "unusable": [str(problem) for problem in saved.problems],
        }
    )
    say.result(_summary(found, len(saved.problems)))
    words = plain_table(
        "word", ">rows", title=f"the {min(SHOWN_WORDS, len(found.words))} most frequent of {len(found.words)}"
    )
    for word, count in found.words if say.verbose else found.words[:SHOWN_WORDS]:
        words.add_row(word or "(junk)", str(count))
    say.result(words)
    ranges = plain_table("parameter", ">smallest", ">median", ">largest")
    for name, *values in range_rows(found):
        ranges.add_row(name, *(f"{v:.4g}" for v in values))
    say.result(ranges)
    for word, rows in spread.items():
        title = f"{word!r}: percentiles; frequency and Q of bands that are heard"
        percentiles = plain_table("parameter", *(f">{p} %" for p in PERCENTILES), title=title)
        for name, values in zip(PARAMETER_NAMES, rows, strict=True):
            percentiles.add_row(name, *("–" if np.isnan(v) else f"{v:.4g}" for v in values))
        say.result(percentiles)
    for line, reason in found.suspicious if say.verbose else found.suspicious[:SHOWN_ROWS]:
        say.result(f"line {line}: {reason}")
    if len(found.suspicious) > SHOWN_ROWS and not say.verbose:
        say.result(f"and {len(found.suspicious) - SHOWN_ROWS} more suspicious rows; --verbose names them")
    say_skipped(say, saved.problems, "rows")
    if figures:
        for file in write_data_figures(prepare([saved], DataSection()), figures):
            say.note(f"figure: {file}")


def _plain(rows: FloatArray) -> list[list[float | None]]:
    return [[None if np.isnan(value) else float(value) for value in row] for row in rows]


def _summary(found: Inspection, unusable: int) -> Table:
    table = plain_table("figure", ">value")
    rows = (
        ("usable rows", found.rows),
        ("unusable rows", unusable),
        ("people", found.people),
        ("rows of the most diligent person", found.largest_annotator),
        ("rows of the most frequent word per row of the tenth", f"{found.imbalance:.0f}"),
        ("rows that repeat an earlier setting", f"{found.duplicates} ({found.duplicates_of_word} with the same word)"),
        ("practically flat rows", found.flat),
        ("gains on a bound", f"{found.clipped_gains:.1%}"),
        ("bands under 0.3 dB", f"{found.silent_bands:.1%}"),
        ("rows with bells out of order", found.unsorted),
        ("suspicious rows", len(found.suspicious)),
    )
    for name, value in rows:
        table.add_row(name, str(value))
    return table
