"""What ships and what users keep: models, factory presets, MIDI maps, presets of the user."""

from .preset import PRESET_FORMAT, Preset, PresetError, PresetNameError
from .preset_names import preset_name
from .preset_store import PresetStore, StoredPreset, is_file_name, read_preset, user_folder, write_preset
from .shipped import DEFAULT_MODEL, MIDI_MAPS_FOLDER, MODELS_FOLDER
from .toml_text import TomlError, read_toml, write_toml

__all__ = [
    "DEFAULT_MODEL",
    "MIDI_MAPS_FOLDER",
    "MODELS_FOLDER",
    "PRESET_FORMAT",
    "Preset",
    "PresetError",
    "PresetNameError",
    "PresetStore",
    "StoredPreset",
    "TomlError",
    "is_file_name",
    "preset_name",
    "read_preset",
    "read_toml",
    "user_folder",
    "write_preset",
    "write_toml",
]
