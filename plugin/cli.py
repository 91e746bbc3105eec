"""The command `semeq`."""

from __future__ import annotations

from typing import NoReturn

import click

from semeq.console import Commands, Prepared, completion_command, examples, run, version_option
from semeq.presets import versions

#: Every command is a module of its own, imported only when it is asked for.
COMMANDS = ("process", "preset", "analyze", "live", "midi", "words", "show", "import-eq", "demo")


@click.group(
    cls=Commands,
    modules={name: f"{__package__}.commands.{name.replace('-', '_')}:command" for name in COMMANDS},
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
    from semeq.presets import BundleError, PresetError, PresetNameError, UnknownWordError, VocabularyError

    from .controls import ControlError
    from .errors import AudioFileError, BatchError
    from .midi import MidiFileError, PortError

    failed = (AudioFileError, BatchError, BundleError, MidiFileError, PortError, PresetError, VocabularyError)
    return Prepared(semeq, (ControlError, PresetNameError, UnknownWordError), failed)


def main(argv: list[str] | None = None) -> NoReturn:
    """Run the command: errors a user can act on are one line; status 2 for a wrong request, 1 for a failed job."""
    run("semeq", prepare, argv=argv)
