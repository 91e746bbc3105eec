"""What runs: the decoder, words, morphs, `SemanticEQ` and the command `semeq`. Never imports torch."""

import importlib
from typing import TYPE_CHECKING, Any

from semeq.presets import PresetError
from semeq.words import BundleError, Decoder, MorphTable, UnknownWordError, WordSpace, load_decoder, morph_table

from .controls import CONTROLS, Control, ControlError, Controls
from .moves import Track
from .renderer import Renderer, Target

if TYPE_CHECKING:
    from .batch import Outcome, process_files
    from .effect import SemanticEQ
    from .native_plugin import NativeEQ, NativeError, load_native
    from .preset_controls import make_preset

__all__ = [
    "CONTROLS",
    "BundleError",
    "Control",
    "ControlError",
    "Controls",
    "Decoder",
    "MorphTable",
    "NativeEQ",
    "NativeError",
    "Outcome",
    "PresetError",
    "Renderer",
    "SemanticEQ",
    "Target",
    "Track",
    "UnknownWordError",
    "WordSpace",
    "load_decoder",
    "load_native",
    "make_preset",
    "morph_table",
    "process_files",
]


#: What is imported when it is asked for: a batch needs no pedalboard, and who plays live renders no files.
_LATER = {
    "NativeEQ": "native_plugin",
    "NativeError": "native_plugin",
    "Outcome": "batch",
    "SemanticEQ": "effect",
    "load_native": "native_plugin",
    "make_preset": "preset_controls",
    "process_files": "batch",
}


def __getattr__(name: str) -> Any:
    """Import what is not needed by all."""
    if name in _LATER:
        return getattr(importlib.import_module(f".{_LATER[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
