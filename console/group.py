"""Groups of commands: imported when they are asked for, with examples, versions and completion."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from .say import Say

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from click.shell_completion import CompletionItem


class Commands(click.Group):
    """A group that imports a command's module when the command is asked for, or listed.

    Parameters
    ----------
    modules : mapping
        ``"package.module:attribute"`` by command name, in the order a newcomer needs them.
    plugged : str, optional
        A group of entry points: commands of rooms that this one knows nothing of. They are looked for when all are
        listed, or one is asked for that is not in `modules`.
    """

    def __init__(
        self, *args: Any, modules: Mapping[str, str] | None = None, plugged: str | None = None, **kwargs: Any
    ) -> None:
        kwargs.setdefault("context_settings", {"help_option_names": ["-h", "--help"], "max_content_width": 100})
        super().__init__(*args, **kwargs)
        self.modules = dict(modules or {})
        self._plugged = plugged

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands."""
        known = dict.fromkeys([*self.modules, *(point.name for point in self._points())])
        return [*known, *(name for name in super().list_commands(ctx) if name not in known)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        where = self.modules.get(cmd_name)
        if where is None:
            command_here = super().get_command(ctx, cmd_name)
            point = None if command_here is not None else next((p for p in self._points() if p.name == cmd_name), None)
            return command_here if point is None else point.load()
        module, attribute = where.split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def _points(self) -> Iterable[EntryPoint]:
        if self._plugged is None:
            return ()
        from importlib.metadata import entry_points  # takes longer than all else here

        return entry_points(group=self._plugged)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands; one whose packages are not installed is named all the same."""
        rows, names = [], self.list_commands(ctx)
        limit = formatter.width - 6 - max(map(len, names), default=0)
        for name in names:
            try:
                command = self.get_command(ctx, name)
            except ModuleNotFoundError as error:
                rows.append((name, f"(needs {error.name}, which is not installed)"))
                continue
            if command is not None and not command.hidden:
                rows.append((name, command.get_short_help_str(limit)))
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names of commands and options, without importing any command: completion must be quick."""
        from click.shell_completion import CompletionItem

        names = [CompletionItem(name) for name in self.list_commands(ctx) if name.startswith(incomplete)]
        return names + click.Command.shell_complete(self, ctx, incomplete)


class Example(NamedTuple):
    """A line a user could type, and what it does."""

    line: str
    does: str = ""


def examples(*lines: str | Example) -> str:
    r"""Examples for the foot of a command's help: ``@click.command(epilog=examples("semeq words --near warm"))``."""
    shown = ["\b", "Examples:"]
    for example in lines:
        line, does = (example, "") if isinstance(example, str) else example
        shown += [f"  # {does}"] if does else []
        shown.append(f"  {line}")
    return "\n".join(shown)


def version_option(facts: Callable[[], Mapping[str, str]]) -> Callable[[Any], Any]:
    """``--version``: a line for each of the `facts`, found only when it is asked for."""

    def show(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
        if not wanted or ctx.resilient_parsing:
            return
        for name, value in facts().items():
            click.echo(f"{name} {value}")
        ctx.exit()

    return click.option(
        "--version", is_flag=True, expose_value=False, is_eager=True, callback=show, help="Show versions and exit."
    )


def completion_command(program: str = "semeq") -> click.Command:
    """`completion`: print what makes a shell complete commands, options and words of `program`."""

    @click.command(
        "completion",
        epilog=examples(
            Example(f'eval "$({program} completion bash)"', "in ~/.bashrc (zsh: ~/.zshrc)"),
            Example(f"{program} completion fish > ~/.config/fish/completions/{program}.fish"),
        ),
    )
    @click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
    def completion(shell: str) -> None:
        """Print the script that makes SHELL complete commands, options and words."""
        from click.shell_completion import get_completion_class

        root = click.get_current_context().find_root()
        name = root.info_name or program
        kind = get_completion_class(shell)
        if kind is None:
            raise click.UsageError(f"this version of click does not know {shell}")
        # Bash is asked for its version on the way; a missing bash is no reason for a traceback.
        variable = f"_{name.replace('-', '_').upper()}_COMPLETE"
        script = kind(root.command, {}, name, variable)
        Say(name).result(script.source_template % script.source_vars())

    return completion
