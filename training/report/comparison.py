"""One table for any set of runs: the same held-out rows, mean and standard deviation over seeds."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..data import SPLIT_KINDS
from ..errors import RunError
from ..run_folder import CONFIG, METRICS
from .evaluation import PAIR


@dataclass(frozen=True)
class Column:
    """A figure of the table: its key in ``metrics.json`` (dots go down), title, and digits after the point."""

    key: str
    title: str
    digits: int = 2


COLUMNS = (
    Column("curve_error_mean_db", "CE dB"),
    Column("curve_error_median_db", "median"),
    Column("curve_error_p95_db", "p95"),
    Column("gain_mae_db", "gain dB"),
    Column("freq_mae_octaves", "freq oct"),
    Column("q_mae_log2", "log2 Q"),
    Column("silhouette_warm_bright", "silhouette"),
    Column("silhouette_warm_bright_train", "(train)"),
    Column("davies_bouldin_warm_bright", "DB"),
    Column("silhouette_all", "silh. 10 words"),
    Column("knn_warm_bright", "kNN", 3),
    Column("balanced_accuracy", "bal. acc.", 3),
    Column("word_to_mean_db", "word/mean dB"),
    Column("word_to_medoid_db", "word/medoid dB"),
    Column("morph.tilt_monotone", "tilt mono."),
    Column("morph.step_cv", "step CV", 3),
    Column("morph.max_over_mean", "max/mean"),
    Column("morph.freq_jump_octaves", "jump oct", 3),
    Column("flat_setting_db", "flat dB", 3),
    Column("decoded_freq_min_hz", "lowest Hz", 0),
    Column("decoded_freq_max_hz", "highest Hz", 0),
    Column("cpu_seconds", "CPU s", 0),
)
#: Baselines, taken from any run: they depend on rows only.
BASELINES = (
    Column("flat_error_mean_db", "flat EQ, CE dB"),
    Column("knn_warm_bright_raw", "kNN on parameters", 3),
    Column("knn_warm_bright_curve", "kNN on curves", 3),
    Column("balanced_accuracy_raw", "bal. acc. on parameters", 3),
    Column("balanced_accuracy_curve", "bal. acc. on curves", 3),
)


@dataclass(frozen=True)
class RunFigures:
    """What is compared of one run."""

    path: Path
    label: str
    seed: int
    metrics: Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """Figures of one kind of run on one split, over its seeds: ``{key: (mean, standard deviation)}``."""

    label: str
    seeds: int
    figures: Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Comparison:
    """Rows and baselines per split, and remarks on what does not compare."""

    rows: Mapping[str, tuple[Row, ...]]
    baselines: Mapping[str, Mapping[str, tuple[float, float]]]
    remarks: tuple[str, ...]


def read_figures(path: Path) -> RunFigures:
    """Read the figures of a finished run; raise `RunError` if it is none."""
    try:
        config = json.loads((path / CONFIG).read_text(encoding="utf-8"))
        metrics = json.loads((path / METRICS).read_text(encoding="utf-8"))
        recipe = config["recipe"]
        label = str(recipe["name"])
        if recipe["model"]["variational"]:
            label += f", {recipe['model']['semantic']}-D"
        return RunFigures(path, label, int(config["seed"]), metrics)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"{path} is not a finished run ({error})") from error


def compare(runs: Sequence[RunFigures]) -> Comparison:
    """Group runs by label and average over seeds."""
    labels = list(dict.fromkeys(run.label for run in runs))
    rows: dict[str, tuple[Row, ...]] = {}
    baselines: dict[str, Mapping[str, tuple[float, float]]] = {}
    remarks = []
    for kind in SPLIT_KINDS:
        here = [run for run in runs if kind in run.metrics]
        if not here:
            continue
        rows[kind] = tuple(
            _row(label, [run.metrics[kind] for run in here if run.label == label], COLUMNS)
            for label in labels
            if any(run.label == label for run in here)
        )
        baselines[kind] = _row("", [run.metrics[kind] for run in here], BASELINES).figures
        for seed in sorted({run.seed for run in here}):
            if len({run.metrics[kind]["test_rows_sha256"] for run in here if run.seed == seed}) > 1:
                remarks.append(f"seed {seed}, {kind}: the runs were tested on different rows and do not compare")
    pairs = {tuple(run.metrics[kind].get("pair", PAIR)) for kind in rows for run in runs if kind in run.metrics}
    if pairs - {PAIR}:
        told = "; ".join(sorted(" against ".join(pair) or "no two words" for pair in pairs))
        remarks.append(f"silhouette, DB, kNN, word and morph figures are of {told}")
    few = [row.label for row in rows.get(SPLIT_KINDS[0], ()) if row.seeds < 3]
    if few:
        remarks.append(f"fewer than three seeds: {', '.join(few)}")
    return Comparison(rows, baselines, tuple(remarks))


def _row(label: str, tables: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> Row:
    figures = {}
    for column in columns:
        values = np.array([_at(table, column.key) for table in tables], dtype=np.float64)
        spread = float(values.std(ddof=1)) if len(values) > 1 else 0.0
        figures[column.key] = (float(values.mean()), spread)
    return Row(label, len(tables), figures)


def _at(table: Mapping[str, Any], key: str) -> float:
    value: Any = table
    for part in key.split("."):
        value = value[part]
    return float("nan") if value is None else float(value)


def as_markdown(comparison: Comparison, columns: Sequence[Column] = COLUMNS) -> str:
    """The comparison as Markdown tables, one per split."""
    out = []
    for kind, rows in comparison.rows.items():
        out += [f"### {_title(kind)}", ""]
        out.append("| recipe | seeds | " + " | ".join(c.title for c in columns) + " |")
        out.append("| --- | --- |" + " --- |" * len(columns))
        for row in rows:
            cells = [_cell(*row.figures[c.key], c.digits) for c in columns]
            out.append(f"| {row.label} | {row.seeds} | " + " | ".join(cells) + " |")
        known = "; ".join(f"{c.title} {comparison.baselines[kind][c.key][0]:.{c.digits}f}" for c in BASELINES)
        out += ["", f"Without any model: {known}.", ""]
    out += [f"* {remark}" for remark in comparison.remarks]
    return "\n".join(out).rstrip() + "\n"


def as_dict(comparison: Comparison) -> dict[str, Any]:
    """The comparison as plain values, for JSON; figures that do not exist are None."""

    def plain(figures: Mapping[str, tuple[float, float]]) -> dict[str, list[float | None]]:
        return {k: [None if math.isnan(v) else v for v in pair] for k, pair in figures.items()}

    table = {
        kind: {
            "runs": [{"recipe": r.label, "seeds": r.seeds, "figures": plain(r.figures)} for r in rows],
            "baselines": plain(comparison.baselines[kind]),
        }
        for kind, rows in comparison.rows.items()
    }
    return {"splits": table, "remarks": list(comparison.remarks)}


def as_json(comparison: Comparison) -> str:
    """The comparison as JSON text."""
    return json.dumps(as_dict(comparison), indent=1) + "\n"


def _title(kind: str) -> str:
    return "Random split" if kind == "random" else "Annotators held out"


def _cell(mean: float, spread: float, digits: int) -> str:
    if math.isnan(mean):
        return "–"
    return f"{mean:.{digits}f} ± {spread:.{digits}f}" if spread else f"{mean:.{digits}f}"
