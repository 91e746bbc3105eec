"""What ships and what users keep: model bundles and their vocabulary."""

from .about import versions
from .bundle import BUNDLE_FORMAT, Bundle, BundleError, load_bundle, shipped_models, word_names, write_bundle
from .neighbours import Neighbour, antonyms, nearest, select, word_positions
from .words import LATENT_SIZE, School, UnknownWordError, Vocabulary, VocabularyError, Word, plain_name

__all__ = [
    "BUNDLE_FORMAT",
    "LATENT_SIZE",
    "Bundle",
    "BundleError",
    "Neighbour",
    "School",
    "UnknownWordError",
    "Vocabulary",
    "VocabularyError",
    "Word",
    "antonyms",
    "load_bundle",
    "nearest",
    "plain_name",
    "select",
    "shipped_models",
    "versions",
    "word_names",
    "word_positions",
    "write_bundle",
]
