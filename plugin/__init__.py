"""What runs: the decoder, words, morphs, `SemanticEQ` and the command `semeq`. Never imports torch."""

from typing import TYPE_CHECKING, Any

from semeq.presets import PresetError
from semeq.words import BundleError, Decoder, MorphTable, UnknownWordError, WordSpace, load_decoder, morph_table

from .controls import CONTROLS, Control, ControlError, Controls
from .effect import SemanticEQ
from .moves import Track
from .native_plugin import NativeEQ, NativeError, load_native
from .preset_controls import make_preset
from .renderer import Renderer, Target

if TYPE_CHECKING:
    from .batch import Outcome, process_files

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


def __getattr__(name: str) -> Any:
    """Import what renders files when it is asked for: a performer who plays live needs none of it."""
    if name in ("Outcome", "process_files"):
        from . import batch

        return getattr(batch, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
