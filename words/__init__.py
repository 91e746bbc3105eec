"""What a word means: the model bundle and its vocabulary, decoding, morphing, hearing, adaptation."""

from .about import versions
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
from .hearing import AdaptedSpace, Course, Heard, Hearing, HearingError, needed, share_of
from .mix_terms import MixTerm, MixTerms, mix_terms
from .morph import MorphTable, morph_table
from .neighbours import Neighbour, antonyms, nearest, select, word_positions
from .phrase import Part, Phrase, PhraseError, parse_phrase
from .space import Understood, WordSpace
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
    "Part",
    "Phrase",
    "PhraseError",
    "School",
    "Understood",
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
    "parse_phrase",
    "plain_name",
    "select",
    "share_of",
    "shipped_models",
    "versions",
    "word_names",
    "word_positions",
    "write_bundle",
]
