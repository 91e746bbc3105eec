"""The command `semeq-train`. A subcommand is a recipe, or one of the modules named ``*_command``."""

from __future__ import annotations

import sys

import click
import torch

from .audio_command import audio_encoder_command
from .audio_evaluation_command import evaluate_audio_command
from .bench_command import bench_command
from .data_command import data_command
from .errors import TrainingError
from .evaluate_command import compare_command, evaluate_command
from .recipe import recipe_names
from .train_command import recipe_command


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
        return recipe_command(cmd_name)


@click.group(cls=RecipeCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="semeq", prog_name="semeq-train")
def cli() -> None:
    """Learn the EQ space. A subcommand is a recipe: `semeq-train v3 --data PATH`."""


cli.add_command(audio_encoder_command)
cli.add_command(evaluate_audio_command)
cli.add_command(bench_command)
cli.add_command(data_command)
cli.add_command(evaluate_command)
cli.add_command(compare_command)


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
    except (TrainingError, OSError) as error:
        click.echo(f"semeq-train: {' '.join(str(error).split())}", err=True)
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)
