"""What a word means by default: what engineers, a crowd and handbooks say of it, weighed by a stated rule."""

from .gather import gather
from .meanings import Meaning, word_meanings
from .spread import estimate_spread
from .translations import translations_among
from .witnesses import robust_mean

__all__ = [
    "Meaning",
    "estimate_spread",
    "gather",
    "robust_mean",
    "translations_among",
    "word_meanings",
]
