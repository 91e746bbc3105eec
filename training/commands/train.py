"""`semeq-train RECIPE`: one training job, with a live progress bar."""

from __future__ import annotations

from pathlib import Path

import click
import torch
from rich.table import Table

from semeq.console import Example, Say, examples, output_options, plain_table

from ..data import SPLIT_KINDS, Corpus, SplitKind, load_data, split_rows
from ..errors import DataError, RecipeError
from ..jobs import JobOptions, JobResult, open_logger, run_job
from ..recipe import Recipe, load_recipe, with_changes
from ..run_folder import RunWriter, new_run_path
from .asked import DEVICE, LOG, SET
from .problems import say_skipped, say_unlearnt
from .training_bars import training_bars

#: How many times the recipe's steps a quality takes.
QUALITIES = {"draft": 0.3, "default": 1.0, "best": 3.0}

OPTIONS: list[click.Parameter] = [
    click.Option(
        ["--data"],
        type=click.Path(path_type=Path),
        help="Settings file, or a folder that holds safe-db/ and socialfx/.  [default: $SEMEQ_DATA]",
    ),
    click.Option(
        ["--own"],
        type=click.Path(path_type=Path),
        multiple=True,
        help="CSV of own settings (word, 13 columns), whose words are learnt beside the recipe's, or parquet of "
        "submissions; may be repeated.",
    ),
    click.Option(["--device"], **DEVICE, help="Where to train."),
    click.Option(["--mixed"], is_flag=True, help="Run the networks' layers in bfloat16."),
    click.Option(["--seed"], type=int, default=0, show_default=True, help="Everything random follows from it."),
    click.Option(["--out"], type=click.Path(path_type=Path), help="Run folder.  [default: runs/RECIPE-TIME]"),
    click.Option(["--resume"], is_flag=True, help="Go on with the interrupted run in --out."),
    click.Option(
        ["--split"],
        type=click.Choice(["both", *SPLIT_KINDS]),
        default="both",
        show_default=True,
        help="How test rows are held out; with both, the model of the random split is kept.",
    ),
    click.Option(
        ["--quality"],
        type=click.Choice(list(QUALITIES)),
        default="default",
        show_default=True,
        help="Draft trains a third as long as the recipe says, best three times as long.",
    ),
    click.Option(["--steps"], type=click.IntRange(min=1), help="Train for so many steps."),
    click.Option(
        ["--set", "changes"],
        **SET,
        help="Change one value of the recipe, e.g. loss.contrastive=0.2; may be repeated.",
    ),
    click.Option(["--log", "logs"], **LOG),
]


def recipe_command(name: str) -> click.Command:
    """The command that trains by the recipe called `name` (or in the TOML file `name`)."""
    try:
        description = load_recipe(name).description
    except RecipeError as error:
        description = str(error)

    @click.command(
        name,
        help=f"Train: {description}.",
        params=list(OPTIONS),
        epilog=examples(
            f"semeq-train {name} --data PATH --device auto",
            Example(f"semeq-train {name} --own my-settings.csv --seed 1", "with settings of your own"),
            Example(f"semeq-train {name} --out runs/mine --resume", "go on where it was interrupted"),
        ),
    )
    @output_options
    def train(say: Say, **options: object) -> None:
        _train(name, say, **options)  # type: ignore[arg-type]

    return train


def _train(
    name: str,
    say: Say,
    data: Path | None,
    own: tuple[Path, ...],
    device: torch.device,
    mixed: bool,
    seed: int,
    out: Path | None,
    resume: bool,
    split: str,
    quality: str,
    steps: int | None,
    changes: dict[str, str],
    logs: tuple[str, ...],
) -> None:
    if steps is not None and quality != "default":
        raise click.UsageError("--steps and --quality both say how long to train: take one of them")
    recipe = _recipe(name, steps, changes)
    if quality != "default":
        recipe = with_changes(recipe, {"optimiser.steps": str(round(QUALITIES[quality] * recipe.optimiser.steps))})
    if resume and out is None:
        raise click.UsageError("--resume needs --out RUN, the folder of the interrupted run")
    loaded = load_data(recipe, data, own)
    for saved in loaded.saved:
        say_skipped(say, saved.problems, "rows")
    for source, digest in loaded.digests().items():
        say.detail(f"data {source}: {digest}")
    say_unlearnt(say, loaded.corpus, recipe)
    writer = RunWriter(out or new_run_path(recipe.name), resume=resume)
    say.detail(f"writing to {writer.path}, training on {device}")
    loggers = [open_logger(kind, writer.path, recipe.to_dict()) for kind in logs]
    splits = _splits(split, loaded.corpus, recipe, seed, say)
    with training_bars(say, recipe, splits) as show:
        result = run_job(recipe, loaded, JobOptions(splits, device, seed, mixed), writer, show, loggers)
    metrics = {kind: table.to_dict() for kind, table in result.metrics.items()}
    say.data({"run": str(result.path), "metrics": metrics, "seconds": dict(result.seconds)})
    say.summary(_result_table(result))
    say.summary(f"run: {result.path}")


def _splits(wanted: str, corpus: Corpus, recipe: Recipe, seed: int, say: Say) -> tuple[SplitKind, ...]:
    """The splits to train on; of both, the one by people is left out where the data has too few of them."""
    if wanted != "both":
        return (wanted,)  # type: ignore[return-value]
    try:
        split_rows(corpus, "annotator", recipe.data.test_share, seed)
    except DataError as error:
        say.note(f"only the random split is trained: {error} (a column 'person' says whose each row is)")
        return ("random",)
    return SPLIT_KINDS


def _recipe(name: str, steps: int | None, changes: dict[str, str]) -> Recipe:
    """The recipe with the changes asked for; a mistake in them is a usage error."""
    if steps is not None:
        changes = {**changes, "optimiser.steps": str(steps)}
    try:
        return with_changes(load_recipe(name), changes)
    except RecipeError as error:
        raise click.UsageError(str(error)) from error


def _result_table(result: JobResult) -> Table:
    columns = ("split", ">rows", ">CE dB", ">median", ">p95", ">silh.", ">kNN", ">flat dB", ">s")
    pairs = "; ".join(dict.fromkeys(" against ".join(m.pair) for m in result.metrics.values()))
    title = f"Held-out rows (CE: mean curve error; silhouette and kNN: {pairs or 'no two words'})"
    table = plain_table(*columns, title=title)
    for kind, m in result.metrics.items():
        figures = (m.curve_error_mean_db, m.curve_error_median_db, m.curve_error_p95_db)
        words = (m.silhouette_warm_bright, m.knn_warm_bright, m.flat_setting_db)
        cells = [f"{value:.3f}" for value in (*figures, *words)]
        table.add_row(kind, str(m.test_rows), *cells, f"{result.seconds[kind]:.0f}")
    return table
