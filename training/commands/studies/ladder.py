"""`semeq-train ladder`: from V3 as first published to V3 as it ships, one change at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np
import torch

from semeq.console import Example, Say, examples, output_options
from semeq.files import write_whole

from ...data import SplitKind
from ...recipe import Recipe, load_recipe, with_changes
from ..asked import device_option, split_option
from ..runs import Runs

FIRST, LAST = "v3-2026-01", "v3"
#: Each rung takes these values of the recipe that ships, and keeps those of all rungs before it.
RUNGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("as first published", ()),
    (
        "AdamW and one cycle, batches of 256, no dropout, no projection",
        ("optimiser", "model.dropout", "model.projection"),
    ),
    ("a linear path around each net", ("model.skip",)),
    ("rows without a word, SocialFX; augmented", ("data", "augment")),
    ("half of each batch invented", ("synthetic",)),
    ("loss on the curve; unheard bands count less", ("loss.curve", "loss.params", "loss.heard_only")),
    (
        "words: supervised contrast and prototypes",
        ("loss.form", "loss.contrastive", "loss.contrastive_final", "loss.prototype", "loss.prototype_width"),
    ),
    ("even morphs: mixing and geometry", ("loss.mixing", "loss.geometry")),
    ("two encoders: curve to semantic, knobs to detail", ("model",)),
)
COLUMNS = (
    ("curve_error_mean_db", "CE dB", 2),
    ("silhouette_warm_bright", "silhouette", 2),
    ("knn_warm_bright", "kNN", 3),
    ("word_to_mean_db", "word/mean dB", 2),
)

PREFACE = """# From the first V3 to this one

Made by `semeq-train ladder`: the recipe of V3 as first published, and one change after another until it is the one that
ships. Each row has all changes above it. CE is the mean curve error on held-out rows, *buys* what this change took off
it; silhouette and kNN are of *warm* against *bright*, *word/mean* is how far a word's point lies from the mean curve of
its held-out rows.

Two encoders pay under the losses about words: with one, what sets words apart costs accuracy. Without those losses one
encoder gives settings back as well.

"""


def recipe_of(rung: int) -> Recipe:
    """The recipe with the changes of rungs 0 to `rung`."""
    table, shipped = load_recipe(FIRST).to_dict(), load_recipe(LAST).to_dict()
    for _, keys in RUNGS[: rung + 1]:
        for key in keys:
            section, _, name = key.partition(".")
            if name:
                table[section][name] = shipped[section][name]
            else:
                table[section] = shipped[section]
    return Recipe.from_dict({**table, "name": f"ladder-{rung}"})


@click.command(
    "ladder",
    epilog=examples(
        Example("semeq-train ladder --seeds 1 --split random", "nine models, some minutes"),
        "semeq-train ladder --out docs",
    ),
)
@click.option("--data", type=click.Path(path_type=Path), help="As in training.  [default: $SEMEQ_DATA]")
@click.option("--seeds", type=click.IntRange(min=1), default=1, show_default=True, help="Seeds per rung.")
@split_option
@click.option("--steps", type=click.IntRange(min=1), help="Train shorter or longer than the recipes say.")
@device_option
@click.option("--runs", type=click.Path(path_type=Path), default=Path("runs/ladder"), show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/ladder"), show_default=True)
@output_options
def ladder_command(
    data: Path | None,
    seeds: int,
    kinds: tuple[SplitKind, ...],
    steps: int | None,
    device: torch.device,
    runs: Path,
    out: Path,
    say: Say,
) -> None:
    """Train every rung between the first V3 and this one; write ladder.md.

    Finished runs in --runs are kept and interrupted ones resumed, so the command can be stopped at any time.
    """
    study = Runs(runs, kinds, device, data, say)
    split = "both" if len(kinds) > 1 else kinds[0]
    found: dict[SplitKind, list[dict[str, float]]] = {kind: [] for kind in kinds}
    for rung in range(len(RUNGS)):
        recipe = recipe_of(rung)
        if steps is not None:
            recipe = with_changes(recipe, {"optimiser.steps": str(steps)})
        tables = [run.metrics for run in study.figures(recipe, f"{recipe.name}-{split}", range(seeds))]
        for kind in kinds:
            found[kind].append({key: _mean([table[kind][key] for table in tables]) for key, _, _ in COLUMNS})
    page = ladder_markdown(found, seeds)
    write_whole(out / "ladder.md", PREFACE + page)
    say.data({kind: dict(zip((what for what, _ in RUNGS), rows, strict=True)) for kind, rows in found.items()})
    say.result(page)
    say.summary(f"written to {out}")


def ladder_markdown(found: dict[SplitKind, list[dict[str, float]]], seeds: int) -> str:
    """A table per split: rungs down, with what each took off the curve error."""
    out = []
    for kind, rows in found.items():
        title = "Random split" if kind == "random" else "Annotators held out"
        out += [f"### {title}, mean of {seeds} seed{'' if seeds == 1 else 's'}", ""]
        out += ["| change | CE dB | buys | " + " | ".join(label for _, label, _ in COLUMNS[1:]) + " |"]
        out += ["| --- | --- | --- |" + " --- |" * (len(COLUMNS) - 1)]
        before: dict[str, float] | None = None
        for (what, _), row in zip(RUNGS, rows, strict=True):
            error = row["curve_error_mean_db"]
            buys = "" if before is None else f"{before['curve_error_mean_db'] - error:+.2f}"
            rest = " | ".join(f"{row[key]:.{digits}f}" for key, _, digits in COLUMNS[1:])
            out.append(f"| {what} | {error:.2f} | {buys} | {rest} |")
            before = row
        out.append("")
    return "\n".join(out)


def _mean(values: list[Any]) -> float:
    return float(np.mean([float(value) for value in values]))
