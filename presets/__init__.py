"""What ships and what users keep: models, factory presets, MIDI maps, presets of the user."""

from .own_words import OwnSchool, OwnWord, OwnWordsError, own_words_file, read_own_words, write_own_words
from .preset import PRESET_FORMAT, Preset, PresetError, PresetNameError
from .preset_names import preset_name
from .preset_store import PresetStore, StoredPreset, is_file_name, read_preset, user_folder, write_preset
from .settings_csv import SettingsCsvError, SettingsRow, read_settings_csv
from .shipped import DEFAULT_MODEL, MIDI_MAPS_FOLDER, MODELS_FOLDER
from .toml_text import TomlError, read_toml, write_toml

__all__ = [
    "DEFAULT_MODEL",
    "MIDI_MAPS_FOLDER",
    "MODELS_FOLDER",
    "PRESET_FORMAT",
    "OwnSchool",
    "OwnWord",
    "OwnWordsError",
    "Preset",
    "PresetError",
    "PresetNameError",
    "PresetStore",
    "SettingsCsvError",
    "SettingsRow",
    "StoredPreset",
    "TomlError",
    "is_file_name",
    "own_words_file",
    "preset_name",
    "read_own_words",
    "read_preset",
    "read_settings_csv",
    "read_toml",
    "user_folder",
    "write_own_words",
    "write_preset",
    "write_toml",
]
