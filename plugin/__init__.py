"""What runs: the decoder, words, morphs, `SemanticEQ` and the command `semeq`. Never imports torch."""

from semeq.presets import BundleError, PresetError, UnknownWordError

from .automation import Track
from .controls import CONTROLS, Control, ControlError, Controls
from .decoder import Decoder, load_decoder
from .effect import SemanticEQ
from .morph import MorphTable, morph_table
from .native_plugin import NativeEQ, NativeError, load_native
from .renderer import Renderer
from .space import Target, WordSpace

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
    "PresetError",
    "Renderer",
    "SemanticEQ",
    "Target",
    "Track",
    "UnknownWordError",
    "WordSpace",
    "load_decoder",
    "load_native",
    "morph_table",
]
