"""A thesaurus of timbre: words of WordNet as weighted words of the vocabulary."""

from .features import SignedFeatures
from .kin import LEAST_SUPPORT, Kin, explain_all, left_out
from .wordnet import WordNet, WordNetError, read_wordnet

__all__ = [
    "LEAST_SUPPORT",
    "Kin",
    "SignedFeatures",
    "WordNet",
    "WordNetError",
    "explain_all",
    "left_out",
    "read_wordnet",
]
