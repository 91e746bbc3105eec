"""What runs: the decoder, words, morphs, `SemanticEQ` and the command `semeq`. Never imports torch."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from semeq.presets import PresetError
    from semeq.words import BundleError, Decoder, MorphTable, UnknownWordError, WordSpace, load_decoder, morph_table

    from .batch import Outcome, process_files
    from .controls import CONTROLS, Control, ControlError, Controls
    from .effect import SemanticEQ
    from .moves import Track
    from .native_plugin import NativeEQ, NativeError, load_native
    from .preset_controls import make_preset
    from .renderer import Renderer, Target

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


#: Everything is imported when it is asked for: a batch needs no pedalboard, who plays live renders no files, and the
#: command has something to say to NumPy before it is imported.
_LATER = {
    "CONTROLS": "controls",
    "Control": "controls",
    "ControlError": "controls",
    "Controls": "controls",
    "NativeEQ": "native_plugin",
    "NativeError": "native_plugin",
    "Outcome": "batch",
    "Renderer": "renderer",
    "SemanticEQ": "effect",
    "Target": "renderer",
    "Track": "moves",
    "load_native": "native_plugin",
    "make_preset": "preset_controls",
    "process_files": "batch",
}


def __getattr__(name: str) -> Any:
    """Import where a name is at home: here, or in a room before this one."""
    if name in _LATER:
        return getattr(importlib.import_module(f".{_LATER[name]}", __name__), name)
    if name in __all__:
        from semeq import presets, words

        return getattr(words if name in words.__all__ else presets, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
