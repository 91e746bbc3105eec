"""`semeq-train data fetch` and `semeq-train data inspect`."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from .corpus import prepare
from .downloads import DOWNLOADS, fetch
from .errors import DataError
from .figures import write_data_figures
from .inspection import Inspection, inspect, range_rows
from .recipe import DataSection
from .safe_db import read_safe_db
from .sources import locate_data
from .user_settings import is_user_csv, read_user_csv

SHOWN_WORDS, SHOWN_ROWS = 25, 10


@click.group("data")
def data_command() -> None:
    """Get the data, and look at it before training."""


@data_command.command("fetch")
@click.option("--out", type=click.Path(path_type=Path), default=Path("data"), show_default=True, help="Folder for it.")
def fetch_command(out: Path) -> None:
    """Download the published SAFE-DB and SocialFX files and check their hashes."""
    failed = []
    for download in DOWNLOADS:
        try:
            path, digest = fetch(download, out)
        except DataError as error:
            failed.append(str(error))
            continue
        checked = "as published" if download.sha256 else "not checked: no digest was published"
        click.echo(f"{download.name}: {path} (SHA-256 {digest}, {checked})")
    if failed:
        raise DataError("; ".join(failed))


@data_command.command("inspect")
@click.option("--data", type=click.Path(path_type=Path), help="As in training.  [default: $SEMEQ_DATA]")
@click.option("--figures", type=click.Path(path_type=Path), help="Draw figures into this folder.")
def inspect_command(data: Path | None, figures: Path | None) -> None:
    """Say what a file of settings holds: words, people, duplicates, flat and clipped rows, ranges."""
    path, _ = locate_data(data)
    saved = read_user_csv(path) if is_user_csv(path) else read_safe_db(path)
    found = inspect(saved)
    console = Console()
    console.print(_summary(found, len(saved.problems)))
    words = Table("word", "rows", title=f"the {min(SHOWN_WORDS, len(found.words))} most frequent of {len(found.words)}")
    for word, count in found.words[:SHOWN_WORDS]:
        words.add_row(word or "(junk)", str(count))
    console.print(words)
    ranges = Table("parameter", "smallest", "median", "largest")
    for name, *values in range_rows(found):
        ranges.add_row(name, *(f"{v:.4g}" for v in values))
    console.print(ranges)
    for line, reason in found.suspicious[:SHOWN_ROWS]:
        console.print(f"line {line}: {reason}")
    if len(found.suspicious) > SHOWN_ROWS:
        console.print(f"and {len(found.suspicious) - SHOWN_ROWS} more suspicious rows")
    for problem in saved.problems[:SHOWN_ROWS]:
        console.print(f"unusable {problem}", style="yellow", markup=False)
    if figures:
        for file in write_data_figures(prepare([saved], DataSection()), figures):
            click.echo(f"figure: {file}")


def _summary(found: Inspection, unusable: int) -> Table:
    table = Table("figure", "value")
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
