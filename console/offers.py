"""Completion of names that only the program knows: words, models, presets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Offers(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.2 only
    """Text, for which a shell is offered names.

    Parameters
    ----------
    name : str
        What it is called in messages.
    offer : callable
        Gives the names, from the context, whose `params` hold the options already typed. Completion must be quick, and
        must never break a command line: what it raises is taken as no offer.
    folders : bool
        Offer folders too.
    files : bool
        Offer files and folders too.
    """

    def __init__(
        self, name: str, offer: Callable[[click.Context], Iterable[str]], folders: bool = False, files: bool = False
    ) -> None:
        self.name, self._offer, self._folders, self._files = name, offer, folders, files

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Names that begin as the text does, in any case."""
        from click.shell_completion import CompletionItem

        try:
            names = list(self._offer(ctx))
        except Exception:  # a model that cannot be read is the command's to report
            names = []
        found = [CompletionItem(name) for name in names if name.lower().startswith(incomplete.lower())]
        # A type tells the shell to complete by itself, and it would drop the names; so files only where none fits.
        if not found and (self._folders or self._files):
            found = [CompletionItem(incomplete, type="file" if self._files else "dir")]
        return found
