"""The command `semeq-train`. A subcommand is a recipe, or a module of ``commands/``."""

from __future__ import annotations

from typing import NoReturn

import click

from semeq.console import Commands, Prepared, completion_command, examples, run, version_option
from semeq.words import versions

from .recipe import recipe_names

#: What the training extra installs: where one is missing, the command says so.
STACK = frozenset({"torch", "onnx", "onnxscript", "safetensors", "sklearn", "matplotlib", "pooch", "tensorboard"})

MODULES = {
    "audio-encoder": "audio:audio_encoder_command",
    "evaluate": "evaluate:evaluate_command",
    "evaluate-audio": "audio_evaluation:evaluate_audio_command",
    "compare": "evaluate:compare_command",
    "bench": "bench:bench_command",
    "ladder": "studies:ladder_command",
    "rate-distortion": "studies:rates_command",
    "cross-validate": "studies:folds_command",
    "ablation": "studies:ablation_command",
    "data": "data:data_command",
    "listening-test": "listening:listening_command",
    "thesaurus": "thesaurus:thesaurus_command",
}


class RecipeCommands(Commands):
    """A group whose subcommands are the recipes, beside the fixed ones."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Recipes, the shipped one first, then the fixed commands."""
        names = recipe_names()
        return [*sorted(names, key=lambda name: name != "v3"), *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A fixed command, or training by the recipe of that name (or TOML file)."""
        command = super().get_command(ctx, cmd_name)
        if command is not None or not (cmd_name in recipe_names() or cmd_name.endswith(".toml")):
            return command
        from .commands.train import recipe_command

        return recipe_command(cmd_name)


def training_versions() -> dict[str, str]:
    """What is installed, torch and its devices too."""
    import torch

    cuda = f"CUDA {torch.version.cuda}" if torch.cuda.is_available() else "no CUDA device"
    return {**versions(), "torch": f"{torch.__version__}, {cuda}"}


@click.group(
    cls=RecipeCommands,
    modules={name: f"{__package__}.commands.{where}" for name, where in MODULES.items()},
    epilog=examples(
        "semeq-train v3 --data PATH --device cuda",
        "semeq-train audio-encoder --music ~/Music",
        "semeq-train compare runs/*",
    ),
)
@version_option(training_versions)
def cli() -> None:
    """Learn the EQ space. A subcommand is a recipe, or a job beside it."""
    import torch

    # One thread: the nets are small, and more threads only wait for each other.
    torch.set_num_threads(1)


cli.add_command(completion_command("semeq-train"))


def prepare() -> Prepared:
    """The command, and what can go wrong with it."""
    from .errors import TrainingError

    return Prepared(cli, failed=(TrainingError,))


def main(argv: list[str] | None = None) -> NoReturn:
    """Entry point: every expected error is one line on stderr; exit status 2 for usage, 1 for a failed job."""
    run("semeq-train", prepare, "semeq[train]", STACK, argv)
