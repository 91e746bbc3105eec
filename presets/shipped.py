"""Where what ships with the package lies."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent

#: Model bundles, a folder each.
MODELS_FOLDER = _HERE / "models"
DEFAULT_MODEL = "v3"
#: Factory presets and MIDI maps, TOML files.
FACTORY_FOLDER = _HERE / "factory"
MIDI_MAPS_FOLDER = _HERE / "midi"
