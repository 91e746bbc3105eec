"""The recipe `cnn`, for comparison: the convolutional encoder as it was first published, and its variants."""

from .listener import CnnListener
from .net import MelCnn
from .options import BATCH, STEPS, CnnOptions
from .run import TRAINING_PINK, WEIGHTS, run_cnn_job
from .training import CnnTrainer, train_cnn

__all__ = [
    "BATCH",
    "STEPS",
    "TRAINING_PINK",
    "WEIGHTS",
    "CnnListener",
    "CnnOptions",
    "CnnTrainer",
    "MelCnn",
    "run_cnn_job",
    "train_cnn",
]
