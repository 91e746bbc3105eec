"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from semeq.console import Offers
from semeq.words import shipped_models, word_names

from .preset import preset_option

Command = TypeVar("Command", bound=Callable[..., Any])


class WordParam(Offers):
    """A word of the vocabulary; a shell is offered those of ``--model``. No model is loaded for that."""

    def __init__(self) -> None:
        super().__init__("word", _words)


class ModelParam(Offers):
    """A model bundle: the name of a shipped one, or a folder."""

    def __init__(self) -> None:
        super().__init__("bundle", lambda _ctx: shipped_models(), folders=True)


def _words(ctx: click.Context) -> Iterable[str]:
    return word_names(ctx.params.get("model"))


def model_option(command: Command) -> Command:
    """``--model``: the bundle to use."""
    return click.option(
        "--model", type=ModelParam(), metavar="BUNDLE", help="Model bundle: a folder, or the name of a shipped one."
    )(command)


def controls_options(command: Command) -> Command:
    """``--preset``, and ``--semantic``, ``--to``, ``--morph``, ``--intensity``, ``--output-db`` and ``--model``."""
    for option in (
        model_option,
        preset_option,
        click.option("--output-db", type=float, default=0.0, show_default=True, help="Output gain, −24 to 24 dB."),
        click.option("--intensity", type=float, default=1.0, show_default=True, help="0 (flat) to 2 (twice the word)."),
        click.option("--morph", type=float, default=0.0, show_default=True, help="0 (the first word) to 1 (--to)."),
        click.option("--to", type=WordParam(), metavar="WORD", help="The word to morph to."),
        click.option("--semantic", "-s", type=WordParam(), metavar="WORD", help="The word to sound like."),
    ):
        command = option(command)
    return command


class OutputPath(click.Path):
    """A path to write to, as `pathlib.Path`."""

    def __init__(self, folder: bool) -> None:
        super().__init__(file_okay=not folder, dir_okay=folder, path_type=Path)
