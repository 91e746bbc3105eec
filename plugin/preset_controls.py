"""Between presets and what runs: the controls, the MIDI map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from semeq.presets import Preset, PresetError

from .controls import CONTROLS, ControlError, Controls, check_control

if TYPE_CHECKING:  # MIDI takes its time to import, and most presets have none
    from .midi import MidiMap


def preset_controls(preset: Preset) -> Controls:
    """The controls that a preset states, the others at their defaults.

    Raises
    ------
    PresetError
        It states no word, or a value out of range.
    """
    check_preset(preset)
    if preset.semantic is None:
        raise PresetError("the preset says no word: it has no line semantic = ...")
    return Controls(**{name: value for name, value in preset.stated().items() if name in CONTROLS})


def check_preset(preset: Preset) -> None:
    """Raise `PresetError` where a value is out of range or a mapping cannot work."""
    try:
        for name, value in preset.stated().items():
            if name in CONTROLS:
                check_control(name, value)
        if preset.map:
            preset_map(preset)
    except ControlError as error:
        raise PresetError(str(error)) from None


def preset_map(preset: Preset) -> MidiMap:
    """The MIDI map of a preset; empty where it has none. Raises `PresetError`."""
    from .midi import MapError, MidiMap, entry_mapping, parse_mapping

    try:
        return MidiMap(tuple(parse_mapping(m) if isinstance(m, str) else entry_mapping(m) for m in preset.map))
    except MapError as error:
        raise PresetError(f"map: {error}") from None


def make_preset(
    controls: Controls,
    midi_map: MidiMap | None = None,
    model: str | Path | None = None,
    about: str | None = None,
    base: Preset | None = None,
) -> Preset:
    """A preset that states these controls.

    Parameters
    ----------
    midi_map, model, about
        None: as in `base`.
    base : Preset, optional
        The preset it comes from; what it holds beyond that, and what this version does not know, is kept.
    """
    base = Preset() if base is None else base
    resting = Controls(controls.semantic)
    # A switch that is off, and was not said to be, is better left unsaid: the file is read by people.
    switches = {
        name: getattr(controls, name)
        for name, control in CONTROLS.items()
        if control.kind == "switch"
        and (getattr(controls, name) != getattr(resting, name) or getattr(base, name) is not None)
    }
    made = replace(
        base,
        semantic=controls.semantic,
        to=controls.to,
        morph=controls.morph if controls.to is not None or controls.morph else None,
        intensity=controls.intensity,
        output_db=controls.output_db,
        **switches,
    )
    if midi_map is not None:
        made = replace(made, map=_mappings(midi_map))
    if model is not None:
        made = replace(made, model=str(model))
    return made if about is None else replace(made, about=about)


def _mappings(midi_map: MidiMap) -> tuple[str | Mapping[str, Any], ...]:
    """In short form, which people read at a glance, unless a mapping has none (a word with a comma in it)."""
    from .midi import MapError, format_mapping, map_entry, parse_mapping

    short = [format_mapping(mapping) for mapping in midi_map]
    try:
        if [parse_mapping(text) for text in short] == list(midi_map):
            return tuple(short)
    except MapError:
        pass
    return tuple(map_entry(mapping) for mapping in midi_map)
