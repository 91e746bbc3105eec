"""What ships and what users keep: model bundles with their vocabulary, and presets."""

from .about import versions
from .bundle import BUNDLE_FORMAT, Bundle, BundleError, load_bundle, shipped_models, word_names, write_bundle
from .neighbours import Neighbour, antonyms, nearest, select, word_positions
from .preset import PRESET_FORMAT, Preset, PresetError, PresetNameError
from .preset_names import preset_name
from .preset_store import PresetStore, StoredPreset, is_file_name, read_preset, user_folder, write_preset
from .toml_text import TomlError, read_toml, write_toml
from .words import LATENT_SIZE, School, UnknownWordError, Vocabulary, VocabularyError, Word, plain_name

__all__ = [
    "BUNDLE_FORMAT",
    "LATENT_SIZE",
    "PRESET_FORMAT",
    "Bundle",
    "BundleError",
    "Neighbour",
    "Preset",
    "PresetError",
    "PresetNameError",
    "PresetStore",
    "School",
    "StoredPreset",
    "TomlError",
    "UnknownWordError",
    "Vocabulary",
    "VocabularyError",
    "Word",
    "antonyms",
    "is_file_name",
    "load_bundle",
    "nearest",
    "plain_name",
    "preset_name",
    "read_preset",
    "read_toml",
    "select",
    "shipped_models",
    "user_folder",
    "versions",
    "word_names",
    "word_positions",
    "write_bundle",
    "write_preset",
    "write_toml",
]
