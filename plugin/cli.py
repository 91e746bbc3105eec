"""The command `semeq`."""

from __future__ import annotations

import importlib
import sys

import click

from semeq.presets import BundleError, UnknownWordError, VocabularyError

from .controls import ControlError
from .files import AudioFileError
from .midi import MidiFileError, PortError

#: Every command is a module of its own, imported only when it is asked for.
COMMANDS = ("process", "analyze", "live", "midi", "words", "show", "import-eq", "demo")


class LazyGroup(click.Group):
    """A group that imports ``commands/<name>.py`` (hyphens become underscores) for the command `<name>` on demand."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Name the commands, in the order a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Import a command."""
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"{__package__}.commands.{name.replace('-', '_')}").command
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="semeq", prog_name="semeq")
def semeq() -> None:
    """An equaliser steered with words.

    \b
    semeq process stems/*.wav --semantic warm --to bright --morph 0.3 --out mixed/
    semeq words
    semeq show warm --to bright
    """  # noqa: D301 - click wants the real character


def main() -> None:
    """Run the command: errors a user can act on are one line; status 2 for a wrong request, 1 for a failed job."""
    try:
        semeq.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("semeq: stopped; nothing unfinished was left behind", err=True)
        sys.exit(130)
    except (ControlError, UnknownWordError) as error:
        click.echo(f"semeq: {error}", err=True)
        sys.exit(2)
    except (AudioFileError, BundleError, MidiFileError, PortError, VocabularyError) as error:
        click.echo(f"semeq: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)
