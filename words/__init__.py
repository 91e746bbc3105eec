"""What a word means: the model bundle and its vocabulary, decoding, morphing, hearing, adaptation."""

from .about import versions
from .adaptive import AdaptedSpace, needed, share_of
from .bundle import (
    AUDIO_ENCODER_FILE,
    BUNDLE_FORMAT,
    DECODER_FILE,
    ENCODER_FILE,
    Bundle,
    BundleError,
    load_bundle,
    shipped_models,
    word_names,
    write_bundle,
)
from .decoder import Decoder, load_decoder
from .hearing import Course, Heard, Hearing, HearingError
from .mix_terms import MixTerm, MixTerms, mix_terms
from .morph import MorphTable, morph_table
from .neighbours import Neighbour, antonyms, nearest, select, word_positions
from .space import WordSpace
from .vocabulary import LATENT_SIZE, School, UnknownWordError, Vocabulary, VocabularyError, Word, plain_name

__all__ = [
    "AUDIO_ENCODER_FILE",
    "BUNDLE_FORMAT",
    "DECODER_FILE",
    "ENCODER_FILE",
    "LATENT_SIZE",
    "AdaptedSpace",
    "Bundle",
    "BundleError",
    "Course",
    "Decoder",
    "Heard",
    "Hearing",
    "HearingError",
    "MixTerm",
    "MixTerms",
    "MorphTable",
    "Neighbour",
    "School",
    "UnknownWordError",
    "Vocabulary",
    "VocabularyError",
    "Word",
    "WordSpace",
    "antonyms",
    "load_bundle",
    "load_decoder",
    "mix_terms",
    "morph_table",
    "nearest",
    "needed",
    "plain_name",
    "select",
    "share_of",
    "shipped_models",
    "versions",
    "word_names",
    "word_positions",
    "write_bundle",
]
