"""What is learnt from: readers, preparation, splits."""

from .corpus import UNLABELLED, Corpus, prepare
from .downloads import DOWNLOADS, fetch
from .fitted_words import FittedWords, fit_words
from .inspection import PERCENTILES, Inspection, inspect, range_rows, word_percentiles
from .schools import split_schools
from .sources import DATA_VARIABLE, TrainingData, load_data, locate_data
from .split import SPLIT_KINDS, Split, SplitKind, annotator_folds, split_rows

__all__ = [
    "DATA_VARIABLE",
    "DOWNLOADS",
    "PERCENTILES",
    "SPLIT_KINDS",
    "UNLABELLED",
    "Corpus",
    "FittedWords",
    "Inspection",
    "Split",
    "SplitKind",
    "TrainingData",
    "annotator_folds",
    "fetch",
    "fit_words",
    "inspect",
    "load_data",
    "locate_data",
    "prepare",
    "range_rows",
    "split_rows",
    "split_schools",
    "word_percentiles",
]
