"""The command `semeq-export`; each subcommand is a module of its own."""

from __future__ import annotations

import click

from semeq.training import TrainingError

from .audio_command import audio_command
from .eq_command import eq_command
from .model_bundle import NotExportableError, ParityError
from .native_build import BuildError
from .onnx_command import onnx_command
from .plugin_command import plugin_command
from .running import run


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="semeq", prog_name="semeq-export")
def cli() -> None:
    """Turn a trained run into something that runs without PyTorch."""


cli.add_command(onnx_command)
cli.add_command(audio_command)
cli.add_command(plugin_command)
cli.add_command(eq_command)


def main(argv: list[str] | None = None) -> None:
    """Entry point: every expected error is one line on stderr; exit status 2 for usage, 1 for a failed job."""
    run(cli, argv, "semeq-export", (BuildError, NotExportableError, ParityError, TrainingError))
