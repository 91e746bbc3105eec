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
from .hearing import AdaptedSpace, Complaint, Course, Diagnosis, Heard, Hearing, HearingError, needed, share_of
from .map import is_term, placed, priority, word_positions, write_map
from .mix_terms import MixTerm, MixTerms, mix_terms
from .morph import MorphTable, morph_table
from .neighbours import Neighbour, alike, select
from .own import OWN, bundle_with_own_words, own_word_name, point_of, with_own_words
from .phrase import (
    MOST_CHARACTERS,
    Part,
    Phrase,
    PhraseError,
    corrected,
    grammar,
    parse_phrase,
    without_last_correction,
)
from .space import Understood, WordSpace
from .thesaurus import Thesaurus, ThesaurusError, shipped_thesaurus
from .vocabulary import LATENT_SIZE, School, UnknownWordError, Vocabulary, VocabularyError, Word, plain_name

__all__ = [
    "AUDIO_ENCODER_FILE",
    "BUNDLE_FORMAT",
    "DECODER_FILE",
    "ENCODER_FILE",
    "LATENT_SIZE",
    "MOST_CHARACTERS",
    "OWN",
    "AdaptedSpace",
    "Bundle",
    "BundleError",
    "Complaint",
    "Course",
    "Decoder",
    "Diagnosis",
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
    "Thesaurus",
    "ThesaurusError",
    "Understood",
    "UnknownWordError",
    "Vocabulary",
    "VocabularyError",
    "Word",
    "WordSpace",
    "alike",
    "bundle_with_own_words",
    "corrected",
    "grammar",
    "is_term",
    "load_bundle",
    "load_decoder",
    "mix_terms",
    "morph_table",
    "needed",
    "own_word_name",
    "parse_phrase",
    "placed",
    "plain_name",
    "point_of",
    "priority",
    "select",
    "share_of",
    "shipped_models",
    "shipped_thesaurus",
    "versions",
    "with_own_words",
    "without_last_correction",
    "word_names",
    "word_positions",
    "write_bundle",
    "write_map",
]
