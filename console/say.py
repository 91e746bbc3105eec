"""How a command speaks: results to stdout, the rest to stderr, JSON where it is asked for.

Colour follows the terminal and the variables ``NO_COLOR`` and ``FORCE_COLOR`` (https://no-color.org).
"""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.progress import Progress

__all__ = ["Say", "output_options", "printable"]

Command = TypeVar("Command", bound=Callable[..., Any])

_ESCAPED = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}
#: Where there is no terminal, a table is as wide as it needs to be: a program reads it, or `less -S`.
_PIPE_WIDTH = 400


class Say:
    """What a command says, by kind.

    Parameters
    ----------
    program : str
        Its name, in front of what is wrong.
    as_json : bool
        Results are one JSON document on stdout, and nothing else is there.
    quiet : bool
        Only results that were asked for, and what went wrong.
    verbose : bool
        Details too.
    """

    def __init__(self, program: str = "semeq", as_json: bool = False, quiet: bool = False, verbose: bool = False):
        self.program, self.as_json, self.quiet, self.verbose = program, as_json, quiet, verbose

    @property
    def watched(self) -> bool:
        """Whether anybody sees bars."""
        return not self.quiet and sys.stderr.isatty()

    @property
    def shows(self) -> bool:
        """Whether a summary for people is wanted."""
        return not (self.quiet or self.as_json)

    def result(self, what: RenderableType) -> None:
        """Print what was asked for: text, or a rich table. Not beside JSON."""
        if not self.as_json:
            self._print(what)

    def data(self, what: Any) -> None:
        """Print the same for machines, if that is wanted. NaN and infinity, which JSON has not, become null."""
        if self.as_json:
            click.echo(_encodable(json.dumps(_finite(what), ensure_ascii=False, indent=1, allow_nan=False)))

    def summary(self, what: RenderableType) -> None:
        """Print what became of it; a quiet command does without."""
        if self.shows:
            self._print(what)

    def note(self, text: str) -> None:
        """Tell of something beside the result."""
        if not self.quiet:
            self._print(text, stderr=True)

    def detail(self, text: str) -> None:
        """Tell what only the curious want to know."""
        if self.verbose:
            self._print(text, stderr=True)

    def trouble(self, text: str) -> None:
        """Say in one line what went wrong."""
        self._print(f"{self.program}: {one_line(text)}", stderr=True)

    def progress(self) -> Progress:
        """Bars with the time left, on stderr; gone when they are done, silent where nobody watches."""
        from .bars import bars

        return bars(_console(stderr=True), disable=not self.watched)

    @staticmethod
    def _print(what: RenderableType, stderr: bool = False) -> None:
        if isinstance(what, str):  # as it is: brackets in a file's name are no markup
            print(printable(what), file=sys.stderr if stderr else sys.stdout, flush=True)
        else:
            _console(stderr).print(what)


def output_options(command: Command) -> Command:
    """``--json``, ``--quiet`` and ``--verbose``; the command gets `say`, a `Say`."""

    @click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
    @click.option("--quiet", "-q", is_flag=True, help="Print results and errors only.")
    @click.option("--verbose", "-v", is_flag=True, help="Print details too.")
    @functools.wraps(command)
    def speaking(*args: Any, as_json: bool, quiet: bool, verbose: bool, **kwargs: Any) -> Any:
        if quiet and verbose:
            raise click.UsageError("--quiet and --verbose exclude each other")
        program = click.get_current_context().find_root().info_name or "semeq"
        return command(*args, say=Say(program, as_json, quiet, verbose), **kwargs)

    return speaking  # type: ignore[return-value]


def one_line(text: str) -> str:
    """Text without line breaks."""
    return " ".join(text.split())


def printable(text: str) -> str:
    """Text that a terminal shows and does not obey, and that UTF-8 can hold.

    Control characters other than line ends and tabs, and bytes of a file's name that are no UTF-8, are escaped.
    """
    return text.translate(_ESCAPED).encode("utf-8", "backslashreplace").decode("utf-8")


def _encodable(text: str) -> str:
    """Text that UTF-8 can hold, as JSON reads it back."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _console(stderr: bool = False) -> Console:
    from rich.console import Console  # takes as long to import as NumPy, and most of what is said is plain text

    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(stderr=stderr, width=None if terminal or "COLUMNS" in os.environ else _PIPE_WIDTH)


def _finite(what: Any) -> Any:
    if isinstance(what, dict):
        return {str(key): _finite(value) for key, value in what.items()}
    if isinstance(what, list | tuple):
        return [_finite(value) for value in what]
    if isinstance(what, float) and not (float("-inf") < what < float("inf")):
        return None
    return what
