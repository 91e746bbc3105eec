"""Learning to hear where a recording sits: spectra, the audio encoder's recipes, their evaluation."""

from .bands import BANDS, RATE_HZ, band_centres_hz, band_levels_db
from .cnn import STEPS, TRAINING_PINK, CnnOptions, run_cnn_job
from .cnn import WEIGHTS as CNN_WEIGHTS
from .evaluation import FOLDS, AudioMetrics, Ordering, evaluate_hearing
from .front_end import SEMANTIC, LeanEncoder
from .job import PINK_CLIPS, AudioJob, labelled_settings, run_audio_job, semantic_of, word_order, word_settings
from .lean import Ear, LabelledCurves, LeanHearer, fit_ear, word_axes
from .mel import music_clips, pink_clips
from .run_folder import AudioRun, load_audio_run, newest_audio_run
from .spectra import long_term_power, music_spectra, pink_noise, pink_spectra

__all__ = [
    "BANDS",
    "CNN_WEIGHTS",
    "FOLDS",
    "PINK_CLIPS",
    "RATE_HZ",
    "SEMANTIC",
    "STEPS",
    "TRAINING_PINK",
    "AudioJob",
    "AudioMetrics",
    "AudioRun",
    "CnnOptions",
    "Ear",
    "LabelledCurves",
    "LeanEncoder",
    "LeanHearer",
    "Ordering",
    "band_centres_hz",
    "band_levels_db",
    "evaluate_hearing",
    "fit_ear",
    "labelled_settings",
    "load_audio_run",
    "long_term_power",
    "music_clips",
    "music_spectra",
    "newest_audio_run",
    "pink_clips",
    "pink_noise",
    "pink_spectra",
    "run_audio_job",
    "run_cnn_job",
    "semantic_of",
    "word_axes",
    "word_order",
    "word_settings",
]
