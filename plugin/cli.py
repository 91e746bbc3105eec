"""The command `semeq`."""

from __future__ import annotations

from typing import NoReturn

import click

from semeq.console import Commands, Prepared, completion_command, examples, run, version_option
from semeq.words import versions

#: Every command is a module of its own, imported only when it is asked for.
COMMANDS = {
    "process": "process",
    "preset": "preset.group",
    "analyze": "analyze",
    "live": "live",
    "midi": "midi",
    "words": "words.listing",
    "show": "show",
    "import-eq": "import_eq",
    "demo": "demo",
}
#: The entry points of commands of rooms that this one may not import.
PLUGGED = "semeq.commands"


@click.group(
    cls=Commands,
    modules={name: f"{__package__}.commands.{where}:command" for name, where in COMMANDS.items()},
    plugged=PLUGGED,
    epilog=examples(
        "semeq demo",
        "semeq process stems/*.wav --semantic warm --to bright --morph 0.3 --out mixed/",
        "semeq words --near warm",
        "semeq show warm --to bright",
    ),
)
@version_option(versions)
def semeq() -> None:
    """An equaliser steered with words."""


semeq.add_command(completion_command())


def prepare() -> Prepared:
    """The command, and what can go wrong with it."""
    from semeq.files import AudioFileError
    from semeq.presets import PresetError, PresetNameError
    from semeq.words import BundleError, UnknownWordError, VocabularyError

    from .batch import BatchError
    from .controls import ControlError
    from .midi import MidiFileError, PortError

    failed = (AudioFileError, BatchError, BundleError, MidiFileError, PortError, PresetError, VocabularyError)
    return Prepared(semeq, (ControlError, PresetNameError, UnknownWordError), failed)


def main(argv: list[str] | None = None) -> NoReturn:
    """Run the command: errors a user can act on are one line; status 2 for a wrong request, 1 for a failed job."""
    run("semeq", prepare, argv=argv)
