"""The command `semeq-train`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import torch
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from .errors import DataError, RecipeError, TrainingError
from .job import JobResult, load_corpus, run_job
from .recipe import Recipe, load_recipe, recipe_names, with_changes
from .records import SavedSettings
from .run_folder import RunWriter, new_run_path
from .sources import find_safe_db
from .split import SPLIT_KINDS, SplitKind
from .trainer import Progress as StepProgress
from .trainer import choose_device

#: Skipped rows shown in full; the rest is counted.
SHOWN_PROBLEMS = 10


class RecipeCommands(click.Group):
    """A group whose subcommands are the recipes, beside the fixed ones."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Fixed commands, then recipes."""
        return [*super().list_commands(ctx), *recipe_names()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A fixed command, or training by the recipe of that name (or TOML file)."""
        command = super().get_command(ctx, cmd_name)
        if command is not None or not (cmd_name in recipe_names() or cmd_name.endswith(".toml")):
            return command
        return _recipe_command(cmd_name)


@click.group(cls=RecipeCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="semeq", prog_name="semeq-train")
def cli() -> None:
    """Learn the EQ space. A subcommand is a recipe: `semeq-train v3 --data PATH`."""


def _recipe_command(name: str) -> click.Command:
    def train(
        data: Path | None,
        device: str,
        seed: int,
        out: Path | None,
        split: str,
        steps: int | None,
        changes: tuple[str, ...],
    ) -> None:
        recipe = _recipe(name, steps, changes)
        try:
            chosen = choose_device(device)
        except ValueError as error:
            raise click.UsageError(str(error)) from error
        saved, corpus = load_corpus(recipe, find_safe_db(data))
        console = Console(stderr=True)
        _print_problems(console, saved)
        writer = RunWriter(out or new_run_path(recipe.name))
        splits: tuple[SplitKind, ...] = SPLIT_KINDS if split == "both" else (split,)  # type: ignore[assignment]
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total}  {task.fields[figures]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
        ) as bar:
            tasks = {
                kind: bar.add_task(f"{recipe.name}, {kind}", total=recipe.optimiser.steps, figures="")
                for kind in splits
            }

            def show(kind: SplitKind, step: StepProgress) -> None:
                figures = f"loss {step.loss:.3f}, curve error {step.curve_error_db:.2f} dB"
                bar.update(tasks[kind], completed=step.step, figures=figures)

            result = run_job(recipe, saved, corpus, splits, chosen, seed, writer, show)
        _print_result(result)

    try:
        description = load_recipe(name).description
    except RecipeError as error:
        description = str(error)
    return click.Command(
        name,
        callback=train,
        help=f"Train: {description}.",
        params=[
            click.Option(
                ["--data"],
                type=click.Path(path_type=Path),
                help="SAFE-DB file, or a folder that holds safe-db/.  [default: $SEMEQ_DATA]",
            ),
            click.Option(
                ["--device"],
                type=click.Choice(["auto", "cpu", "cuda"]),
                default="auto",
                show_default=True,
                help="Where to train.",
            ),
            click.Option(["--seed"], type=int, default=0, show_default=True, help="Everything random follows from it."),
            click.Option(
                ["--out"],
                type=click.Path(path_type=Path),
                help=f"Run folder.  [default: runs/{name}-TIME]",
            ),
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
        ],
    )


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


def _print_problems(console: Console, saved: SavedSettings) -> None:
    for problem in saved.problems[:SHOWN_PROBLEMS]:
        console.print(f"skipped {problem}", style="yellow", highlight=False, markup=False)
    rest = len(saved.problems) - SHOWN_PROBLEMS
    if rest > 0:
        console.print(f"skipped {rest} more rows", style="yellow")


def _print_result(result: JobResult) -> None:
    table = Table(title="Held-out rows (CE: mean curve error; silhouette and kNN: warm against bright)")
    for column in ("split", "rows", "CE dB", "median", "p95", "silh.", "kNN", "flat dB", "s"):
        table.add_column(column, justify="left" if column == "split" else "right")
    for kind, m in result.metrics.items():
        table.add_row(
            kind,
            str(m.test_rows),
            f"{m.curve_error_mean_db:.3f}",
            f"{m.curve_error_median_db:.3f}",
            f"{m.curve_error_p95_db:.3f}",
            f"{m.silhouette_warm_bright:.3f}",
            f"{m.knn_warm_bright:.3f}",
            f"{m.flat_setting_db:.3f}",
            f"{result.seconds[kind]:.0f}",
        )
    Console().print(table)
    click.echo(f"run: {result.path}")


def main(argv: list[str] | None = None) -> None:
    """Entry point: every expected error is one line on stderr; exit status 2 for usage, 1 for a failed job."""
    # One thread: the nets are small, and more threads only wait for each other.
    torch.set_num_threads(1)
    try:
        status = cli.main(args=argv, prog_name="semeq-train", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("semeq-train: interrupted", err=True)
        sys.exit(130)
    except click.ClickException as error:
        click.echo(f"semeq-train: {error.format_message()}", err=True)
        sys.exit(2)
    except (DataError, TrainingError, OSError) as error:
        click.echo(f"semeq-train: {error}", err=True)
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)
