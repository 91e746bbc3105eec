"""``--preset``: what a preset states stands where an option was not given.

A preset becomes click's map of defaults, so a command needs nothing but the option: its parameters of the same names
(``semantic``, ``morph``, ``adaptive``, ``maps`` …) take their values from it unless they are typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from semeq.console import Offers, Say
from semeq.presets import Preset, PresetError, PresetStore

from ...preset_controls import check_preset, preset_map

Command = TypeVar("Command", bound=Callable[..., Any])

_NAME, _FOLDER, _USED = "semeq.preset.name", "semeq.preset.folder", "semeq.preset"


class PresetParam(Offers):
    """The name of a preset, or a file; a shell is offered the names, and files where none fits."""

    def __init__(self) -> None:
        super().__init__("preset", _names, files=True)


def _names(ctx: click.Context) -> Iterable[str]:
    folder = ctx.params.get("folder")
    return (stored.name for stored in PresetStore(None if folder is None else Path(folder)).all())


def preset_option(command: Command) -> Command:
    """``--preset``."""
    return click.option(
        "--preset",
        type=PresetParam(),
        metavar="NAME|FILE",
        is_eager=True,
        expose_value=False,
        callback=take_preset,
        help="Start from a preset (`semeq preset list`); options go before what it says.",
    )(command)


def folder_option(command: Command) -> Command:
    """``--folder``: where the user's presets are."""
    return click.option(
        "--folder",
        type=click.Path(file_okay=False, path_type=Path),
        is_eager=True,
        callback=take_folder,
        help="Where your presets are  [default: $SEMEQ_PRESETS, or this user's settings]",
    )(command)


def take_folder(ctx: click.Context, _param: click.Parameter, folder: Path | None) -> Path | None:
    """Take note of the folder; the preset may be named before it."""
    ctx.meta[_FOLDER] = folder
    _settle(ctx)
    return folder


def take_preset(ctx: click.Context, _param: click.Parameter, name: str | None) -> str | None:
    """Let the preset of that name say the defaults of a command. Raises `PresetError`."""
    ctx.meta[_NAME] = name
    _settle(ctx)
    return name


def _settle(ctx: click.Context) -> None:
    """Read the preset once it is known which one, and where to look for it: options come in any order."""
    has_folder = any(param.name == "folder" for param in ctx.command.params)
    if ctx.resilient_parsing or _NAME not in ctx.meta or (has_folder and _FOLDER not in ctx.meta):
        return
    name = ctx.meta[_NAME]
    if name is None:
        return
    preset = PresetStore(ctx.meta.get(_FOLDER)).read(name)
    try:
        check_preset(preset)
        stated: dict[str, Any] = preset.stated()
        maps = _short_maps(preset)
    except PresetError as error:
        raise PresetError(f"preset {name}: {error}") from None
    ctx.meta[_USED] = preset
    ctx.default_map = {**(ctx.default_map or {}), **stated, **({"maps": maps} if maps else {})}
    taken = {param.name for param in ctx.command.params}
    left = [key for key, value in stated.items() if value is True and key not in taken]
    if left:
        ctx.call_on_close(lambda: _tell(ctx, left))


def _tell(ctx: click.Context, left: list[str]) -> None:
    say = Say(ctx.find_root().info_name or "semeq", quiet=bool(ctx.params.get("quiet")))
    say.note(f"the preset's {' and '.join(left)} is left aside: {ctx.command_path} has nothing of the kind")


def preset_in_use() -> Preset | None:
    """The preset that the running command was given."""
    preset: Preset | None = click.get_current_context().meta.get(_USED)
    return preset


def _short_maps(preset: Preset) -> tuple[str, ...]:
    if not preset.map:
        return ()
    from ...midi import format_mapping

    return tuple(format_mapping(mapping) for mapping in preset_map(preset))
