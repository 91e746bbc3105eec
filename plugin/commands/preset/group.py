"""`semeq preset`: settings kept under a name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np

from semeq.console import Commands, Example, Say, examples, output_options, plain_table
from semeq.eq import PARAMETER_NAMES
from semeq.presets import Preset, PresetError, PresetStore, preset_name
from semeq.words import WordSpace

from ...controls import Controls
from ...preset_controls import make_preset, preset_controls, preset_map
from ...renderer import target_of
from ..drawing import Row, settings_table
from ..options import controls_options, map_option, say_understood
from .option import PresetParam, folder_option, preset_in_use


@click.group(
    "preset",
    cls=Commands,
    modules={"apply": f"{__package__}.apply:command"},
    epilog=examples(
        "semeq preset list",
        'semeq preset save "my vocals" --semantic warm --to clear --morph 0.4 --intensity 0.6',
        'semeq preset apply "my vocals" vocals/*.wav --out mixed/',
        Example('semeq live --preset "my vocals" --map 21=morph', "every command that takes words takes --preset"),
    ),
)
def command() -> None:
    """Keep settings under a name: words, strength, level, MIDI map.

    They are TOML files in the folder of this user's settings, or $SEMEQ_PRESETS; some come with semeq. A name is lower
    case whatever is typed: letters, digits, spaces and -_+&'(), up to 60 of them.
    """


@command.command(
    "save",
    epilog=examples(
        'semeq preset save "my vocals" -s warm --to clear --morph 0.4 --map 21=morph --about "lead, dry"',
        Example('semeq preset save "air, less" --preset "air on top" --intensity 0.3', "from another preset"),
        "semeq preset save boxy-fix -s boxy --to clear --morph 1 --overwrite",
    ),
)
@click.argument("name")
@controls_options("bypass", "level_match", "adaptive")
@map_option
@click.option("--about", metavar="TEXT", help="What it is for.")
@folder_option
@click.option("--overwrite", is_flag=True, help="Replace a preset of that name.")
@output_options
def save(
    name: str,
    controls: Controls | None,
    model: str | None,
    maps: tuple[str, ...],
    about: str | None,
    folder: Path | None,
    overwrite: bool,
    say: Say,
) -> None:
    """Save settings as the preset NAME."""
    from ...midi import read_maps

    if controls is None:
        raise click.UsageError("which word? Name it with --semantic WORD, or start from a preset with --preset")
    preset_name(name)
    midi_map = read_maps(maps) if maps else None
    space = WordSpace.open(model)
    target_of(space, controls)
    mapped = () if midi_map is None else (*midi_map.words("semantic"), *midi_map.words("to"))
    say_understood(space, (controls.semantic, controls.to, *mapped), say)
    preset = make_preset(controls, midi_map, model, about, preset_in_use())
    path = PresetStore(folder).save(name, preset, overwrite)
    say.data({"name": path.stem, "file": str(path)})
    say.summary(f"saved: {path}")


@command.command("list", epilog=examples("semeq preset list", "semeq preset list --json"))
@folder_option
@output_options
def list_(folder: Path | None, say: Say) -> None:
    """List the presets there are, your own and those that came with semeq."""
    store = PresetStore(folder)
    table = plain_table("preset", "words", ">strength", ">output", "from", "about")
    rows: list[dict[str, Any]] = []
    for stored in store.all():
        about = {"name": stored.name, "factory": stored.factory, "file": str(stored.path)}
        origin = "semeq" if stored.factory else "you"
        try:
            preset = stored.read()
        except PresetError as error:
            rows.append({**about, "error": str(error)})
            table.add_row(stored.name, "(cannot be read)", "", "", origin, "")
            say.note(str(error))
            continue
        rows.append({**about, **_as_json(preset)})
        level = f"{preset.output_db:+g} dB" if preset.output_db else ""
        strength = 1.0 if preset.intensity is None else preset.intensity
        table.add_row(stored.name, _words(preset), f"{strength:.0%}", level, origin, preset.about or "")
    say.data(rows)
    say.result(table)
    say.detail(f"yours are in {store.folder}")


@command.command("show", epilog=examples('semeq preset show "warm vocals"', "semeq preset show ./mine.toml --json"))
@click.argument("preset", metavar="NAME|FILE", type=PresetParam())
@folder_option
@output_options
def show(preset: str, folder: Path | None, say: Say) -> None:
    """Show what the preset NAME says, and the five bands that makes."""
    found = PresetStore(folder).read(preset)
    try:
        controls, midi_map = preset_controls(found), preset_map(found)
    except PresetError as error:
        raise PresetError(f"preset {preset}: {error}") from None
    params = WordSpace.open(found.model).params(controls.semantic, controls.to, controls.morph, controls.intensity)
    bands = dict(zip(PARAMETER_NAMES, map(float, params), strict=True))
    say.data({"name": preset, **_as_json(found), "setting": bands, "unknown_fields": sorted(found.extra)})
    table = plain_table("field", "value")
    shown: dict[str, object] = {"about": found.about, **found.stated()}
    for name, value in shown.items():
        if value is not None:
            table.add_row(name, f"{value:g}" if isinstance(value, float) else str(value))
    for mapping in midi_map:
        table.add_row("map", f"{mapping.source} → {mapping.control}")
    say.result(table)
    say.result(settings_table([Row(_words(found), np.asarray(params))]))
    if found.extra:
        say.note(f"fields that this version of semeq does not know: {', '.join(sorted(found.extra))}")


@command.command("delete", epilog=examples('semeq preset delete "my vocals"'))
@click.argument("name", type=PresetParam())
@folder_option
@output_options
def delete(name: str, folder: Path | None, say: Say) -> None:
    """Delete the preset NAME of yours."""
    path = PresetStore(folder).delete(name)
    say.data({"deleted": str(path)})
    say.summary(f"deleted: {path}")


def _words(preset: Preset) -> str:
    if preset.to is None:
        return preset.semantic or ""
    return f"{preset.semantic} → {preset.to}, {preset.morph or 0.0:.0%}"


def _as_json(preset: Preset) -> dict[str, Any]:
    return {"about": preset.about, **preset.stated(), "map": [m if isinstance(m, str) else dict(m) for m in preset.map]}
