"""The command `semeq-export`; each subcommand is a module of its own."""

from __future__ import annotations

from typing import NoReturn

import click

from semeq.console import Commands, Prepared, completion_command, examples, run, version_option
from semeq.presets import PresetError, PresetNameError
from semeq.words import BundleError, UnknownWordError, versions

#: What the training extra installs: where one is missing, the command says so. `eq` and `page` need none of it.
STACK = frozenset({"torch", "onnx", "onnxscript", "safetensors", "sklearn", "matplotlib"})


@click.group(
    cls=Commands,
    modules={
        name: f"{__package__}.commands.{name}:{name}_command"
        for name in ("onnx", "audio", "words", "plugin", "eq", "page")
    },
    epilog=examples(
        "semeq-export onnx --out my-model",
        "semeq-export plugin --bundle my-model --install",
        "semeq-export eq warm --format apo",
    ),
)
@version_option(versions)
def cli() -> None:
    """Turn a trained run, or a word, into something that runs elsewhere."""


cli.add_command(completion_command("semeq-export"))


def prepare() -> Prepared:
    """The command, and what can go wrong with it."""
    from semeq.training import TrainingError

    from .errors import ExportError

    return Prepared(cli, (PresetNameError, UnknownWordError), (BundleError, ExportError, PresetError, TrainingError))


def main(argv: list[str] | None = None) -> NoReturn:
    """Entry point: every expected error is one line on stderr; exit status 2 for usage, 1 for a failed job."""
    run("semeq-export", prepare, "semeq[train]", STACK, argv)
