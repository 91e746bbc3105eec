"""`semeq-train evaluate` and `semeq-train compare`: figures of runs, on the same held-out rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from semeq.console import Example, Say, examples, output_options, plain_table
from semeq.files import write_whole

from ..data import SplitKind, load_data, split_rows
from ..report import (
    BASELINES,
    COLUMNS,
    as_dict,
    as_json,
    as_markdown,
    compare,
    evaluate,
    read_figures,
    write_figures,
    write_reach,
)
from ..run_folder import finished_runs, load_run

RUNS = click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
DATA = click.option("--data", type=click.Path(path_type=Path), help="As in training.  [default: $SEMEQ_DATA]")
OWN = click.option("--own", type=click.Path(path_type=Path), multiple=True, help="As in training; may be repeated.")


@click.command(
    "evaluate", epilog=examples("semeq-train evaluate runs/v3-1", "semeq-train evaluate runs/* --no-figures --json")
)
@RUNS
@DATA
@OWN
@click.option("--figures/--no-figures", default=True, show_default=True, help="Draw into RUN/figures.")
@output_options
def evaluate_command(runs: tuple[Path, ...], data: Path | None, own: tuple[Path, ...], figures: bool, say: Say) -> None:
    """Measure each run's kept model again on the rows it was not trained on, and draw what there is to see."""
    tables: dict[str, Any] = {}
    for path in _finished(runs, say):
        run = load_run(path)
        loaded = load_data(run.recipe, data, own, run.config["words"])
        kind: SplitKind = run.config["split"]
        split = split_rows(loaded.corpus, kind, run.recipe.data.test_share, int(run.config["seed"]))
        if run.config["data"] != loaded.digests():
            say.note(f"{path} was trained on other data: its test rows may be rows it knows")
        table = evaluate(run.model, loaded.corpus, split).to_dict()
        tables[str(path)] = {"split": kind, **table}
        say.result(_metrics_table(f"{path}, {kind}", table))
        if figures:
            for file in write_figures(run, loaded.corpus, path / "figures"):
                say.note(f"figure: {file}")
    say.data(tables)


@click.command(
    "compare",
    epilog=examples(
        "semeq-train compare runs/*",
        Example(
            "semeq-train compare runs/* --markdown table.md --write-json table.json --reach reach.png", "into files"
        ),
        "semeq-train compare runs/v2-* runs/v3-* --json",
    ),
)
@RUNS
@DATA
@click.option("--markdown", type=click.Path(path_type=Path), help="Write the tables as Markdown.")
@click.option("--write-json", "json_path", type=click.Path(path_type=Path), help="Write the tables as JSON.")
@click.option("--reach", type=click.Path(path_type=Path), help="Draw the frequencies each recipe reaches (PNG).")
@output_options
def compare_command(
    runs: tuple[Path, ...],
    data: Path | None,
    markdown: Path | None,
    json_path: Path | None,
    reach: Path | None,
    say: Say,
) -> None:
    """One table for any set of runs, mean ± standard deviation over the seeds of a recipe."""
    figures = [read_figures(path) for path in _finished(runs, say)]
    comparison = compare(figures)
    say.data(as_dict(comparison))
    for kind, rows in comparison.rows.items():
        table = plain_table("figure", *(f">{row.label} (n={row.seeds})" for row in rows), title=kind)
        for column in COLUMNS:
            table.add_row(column.title, *(f"{r.figures[column.key][0]:.{column.digits}f}" for r in rows))
        say.result(table)
        known = (f"{c.title} {comparison.baselines[kind][c.key][0]:.{c.digits}f}" for c in BASELINES)
        say.result(f"without any model: {'; '.join(known)}")
    for remark in comparison.remarks:
        say.result(remark)
    if markdown:
        write_whole(markdown, as_markdown(comparison))
    if json_path:
        write_whole(json_path, as_json(comparison))
    if reach:
        first = {figure.label: figure.path for figure in reversed(figures)}
        loaded_runs = [load_run(path) for path in reversed(first.values())]
        corpus = load_data(loaded_runs[0].recipe, data).corpus
        write_reach(loaded_runs, corpus, reach)


def _finished(runs: tuple[Path, ...], say: Say) -> list[Path]:
    """The finished runs among `runs`; says what is left out, so that ``runs/*`` can be typed."""
    finished, others = finished_runs(runs)
    for path in others:
        say.note(f"{path} is left out: no finished run of a recipe")
    return finished


def _metrics_table(title: str, figures: dict[str, Any]) -> Table:
    table = plain_table("figure", ">value", title=title)
    for key, value in figures.items():
        if key == "confusion":
            continue
        if isinstance(value, dict):
            for inner, number in value.items():
                table.add_row(f"{key}.{inner}", _number(number))
        else:
            table.add_row(key, _number(value))
    return table


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else value if isinstance(value, str) else json.dumps(value)
