"""What several commands ask for in the same words: where to train, on which splits, what to change, where to log."""

from __future__ import annotations

from typing import Any

import click
import torch

from ..data import SPLIT_KINDS, SplitKind
from ..jobs import choose_device


def _device(context: click.Context, option: click.Parameter, name: str) -> torch.device:
    try:
        return choose_device(name)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _kinds(context: click.Context, option: click.Parameter, name: str) -> tuple[SplitKind, ...]:
    return SPLIT_KINDS if name == "both" else (name,)  # type: ignore[return-value]


def _changes(context: click.Context, option: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    table = {}
    for change in values:
        key, equals, value = change.partition("=")
        if not equals:
            raise click.UsageError(f"--set wants KEY=VALUE, not {change!r}")
        table[key.strip()] = value.strip()
    return table


#: The option `--device`, for commands that say more about it; they get a `torch.device`.
DEVICE: dict[str, Any] = {
    "type": click.Choice(["auto", "cpu", "cuda"]),
    "default": "auto",
    "show_default": True,
    "callback": _device,
}
device_option = click.option("--device", **DEVICE)
#: Commands get the kinds of splits.
split_option = click.option(
    "--split", "kinds", type=click.Choice(["both", *SPLIT_KINDS]), default="both", show_default=True, callback=_kinds
)
#: The option `--set`; commands get a table of texts.
SET: dict[str, Any] = {"multiple": True, "metavar": "KEY=VALUE", "callback": _changes}
LOG: dict[str, Any] = {
    "type": click.Choice(["tensorboard", "wandb"]),
    "multiple": True,
    "help": "Log there too, beside log.jsonl; may be repeated.",
}
