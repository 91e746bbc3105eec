"""`semeq preset apply`: `semeq process` from a preset, with all its options."""

from __future__ import annotations

import click

from semeq.console import Example, examples

from ..process import command as process
from .option import PresetParam, take_preset

_NAME = click.Argument(
    ["preset"], type=PresetParam(), metavar="NAME", is_eager=True, expose_value=False, callback=take_preset
)

command = click.Command(
    "apply",
    callback=process.callback,
    params=[_NAME, *(param for param in process.params if param.name != "preset")],
    help="Render audio FILES through the EQ of the preset NAME: `semeq process --preset NAME`, with all its options.",
    epilog=examples(
        'semeq preset apply "air on top" mix.wav --out mixed/',
        Example("semeq preset apply telephone voice.wav --intensity 0.8", "an option goes before what the preset says"),
    ),
)
