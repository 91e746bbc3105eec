"""What ships and what users keep: model bundles and their vocabulary."""

from .bundle import BUNDLE_FORMAT, Bundle, BundleError, load_bundle, shipped_models, write_bundle
from .words import LATENT_SIZE, School, UnknownWordError, Vocabulary, VocabularyError, Word

__all__ = [
    "BUNDLE_FORMAT",
    "LATENT_SIZE",
    "Bundle",
    "BundleError",
    "School",
    "UnknownWordError",
    "Vocabulary",
    "VocabularyError",
    "Word",
    "load_bundle",
    "shipped_models",
    "write_bundle",
]
