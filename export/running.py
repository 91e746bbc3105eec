"""Running a command of `semeq-export`: every expected error is one line on stderr."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

from semeq.presets import BundleError, UnknownWordError


def run(
    command: click.Command, argv: list[str] | None, name: str, failures: tuple[type[Exception], ...] = ()
) -> NoReturn:
    """Run and exit: status 2 for a wrong request, 1 for a failed job (`failures` beside the usual), 130 interrupted."""
    expected: tuple[type[Exception], ...] = (BundleError, OSError, *failures)
    try:
        status = command.main(args=argv, prog_name=name, standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("semeq-export: interrupted", err=True)
        sys.exit(130)
    except click.ClickException as error:
        click.echo(f"semeq-export: {error.format_message()}", err=True)
        sys.exit(2)
    except UnknownWordError as error:
        click.echo(f"semeq-export: {error}", err=True)
        sys.exit(2)
    except expected as error:
        click.echo(f"semeq-export: {error}", err=True)
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)
