"""`semeq-train RECIPE`: one training job, with a live progress bar."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from .errors import RecipeError
from .job import JobOptions, JobResult, run_job
from .loggers import Logger, TensorBoardLogger, WandbLogger
from .recipe import Recipe, load_recipe, with_changes
from .records import SavedSettings
from .run_folder import RunWriter, new_run_path
from .sources import load_data
from .split import SPLIT_KINDS, SplitKind
from .trainer import Progress as StepProgress
from .trainer import choose_device

#: Skipped rows shown in full; the rest is counted.
SHOWN_PROBLEMS = 10

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
        help="CSV of own settings (word, 13 columns) or parquet of submissions to learn from as well; may be repeated.",
    ),
    click.Option(
        ["--device"],
        type=click.Choice(["auto", "cpu", "cuda"]),
        default="auto",
        show_default=True,
        help="Where to train.",
    ),
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
    click.Option(["--steps"], type=click.IntRange(min=1), help="Train shorter or longer than the recipe says."),
    click.Option(
        ["--set", "changes"],
        multiple=True,
        metavar="KEY=VALUE",
        help="Change one value of the recipe, e.g. loss.contrastive=0.2; may be repeated.",
    ),
    click.Option(
        ["--log", "logs"],
        type=click.Choice(["tensorboard", "wandb"]),
        multiple=True,
        help="Log there too, beside log.jsonl; may be repeated.",
    ),
]


def recipe_command(name: str) -> click.Command:
    """The command that trains by the recipe called `name` (or in the TOML file `name`)."""
    try:
        description = load_recipe(name).description
    except RecipeError as error:
        description = str(error)

    def train(**options: object) -> None:
        _train(name, **options)  # type: ignore[arg-type]

    return click.Command(name, callback=train, help=f"Train: {description}.", params=OPTIONS)


def _train(
    name: str,
    data: Path | None,
    own: tuple[Path, ...],
    device: str,
    mixed: bool,
    seed: int,
    out: Path | None,
    resume: bool,
    split: str,
    steps: int | None,
    changes: tuple[str, ...],
    logs: tuple[str, ...],
) -> None:
    recipe = _recipe(name, steps, changes)
    if resume and out is None:
        raise click.UsageError("--resume needs --out RUN, the folder of the interrupted run")
    try:
        chosen = choose_device(device)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    loaded = load_data(recipe, data, own)
    console = Console(stderr=True)
    for saved in loaded.saved:
        _print_problems(console, saved)
    writer = RunWriter(out or new_run_path(recipe.name), resume=resume)
    loggers = [_logger(kind, writer.path, recipe) for kind in logs]
    splits: tuple[SplitKind, ...] = SPLIT_KINDS if split == "both" else (split,)  # type: ignore[assignment]
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}  {task.fields[figures]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    # In a log file a bar is only noise; log.jsonl has it all.
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        total = recipe.optimiser.steps
        tasks = {kind: bar.add_task(f"{recipe.name}, {kind}", total=total, figures="", start=False) for kind in splits}

        def show(kind: SplitKind, step: StepProgress) -> None:
            if not bar.tasks[tasks[kind]].started:
                bar.start_task(tasks[kind])
            figures = f"loss {step.loss:.3f}, curve error {step.curve_error_db:.2f} dB"
            bar.update(tasks[kind], completed=step.step, figures=figures)

        result = run_job(recipe, loaded, JobOptions(splits, chosen, seed, mixed), writer, show, loggers)
    _print_result(result)


def _recipe(name: str, steps: int | None, changes: tuple[str, ...]) -> Recipe:
    """The recipe with the changes asked for; a mistake in them is a usage error."""
    table = {}
    for change in changes:
        key, equals, value = change.partition("=")
        if not equals:
            raise click.UsageError(f"--set wants KEY=VALUE, not {change!r}")
        table[key.strip()] = value.strip()
    if steps is not None:
        table["optimiser.steps"] = str(steps)
    try:
        return with_changes(load_recipe(name), table)
    except RecipeError as error:
        raise click.UsageError(str(error)) from error


def _logger(kind: str, path: Path, recipe: Recipe) -> Logger:
    if kind == "tensorboard":
        return TensorBoardLogger(path / "tensorboard")
    return WandbLogger(path, path.name, recipe.to_dict())


def _print_problems(console: Console, saved: SavedSettings) -> None:
    for problem in saved.problems[:SHOWN_PROBLEMS]:
        console.print(f"skipped {problem}", style="yellow", highlight=False, markup=False, soft_wrap=True)
    rest = len(saved.problems) - SHOWN_PROBLEMS
    if rest > 0:
        console.print(f"skipped {rest} more rows", style="yellow")


def _print_result(result: JobResult) -> None:
    table = Table(title="Held-out rows (CE: mean curve error; silhouette and kNN: warm against bright)")
    for column in ("split", "rows", "CE dB", "median", "p95", "silh.", "kNN", "flat dB", "s"):
        table.add_column(column, justify="left" if column == "split" else "right")
    for kind, m in result.metrics.items():
        figures = (m.curve_error_mean_db, m.curve_error_median_db, m.curve_error_p95_db)
        words = (m.silhouette_warm_bright, m.knn_warm_bright, m.flat_setting_db)
        cells = [f"{value:.3f}" for value in (*figures, *words)]
        table.add_row(kind, str(m.test_rows), *cells, f"{result.seconds[kind]:.0f}")
    Console().print(table)
    click.echo(f"run: {result.path}")
