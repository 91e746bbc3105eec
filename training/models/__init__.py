"""The models: V3, the earlier systems, and where words lie in them."""

from .building import build_model, decode, decoded_curves, encode
from .network import EqSpace, Space, mixed
from .response import FREQS, GAINS, QS, Response
from .scale import Scale, fixed_scale
from .words import SchoolPoint, WordPoint, locate, place_words, word_errors

__all__ = [
    "FREQS",
    "GAINS",
    "QS",
    "EqSpace",
    "Response",
    "Scale",
    "SchoolPoint",
    "Space",
    "WordPoint",
    "build_model",
    "decode",
    "decoded_curves",
    "encode",
    "fixed_scale",
    "locate",
    "mixed",
    "place_words",
    "word_errors",
]
