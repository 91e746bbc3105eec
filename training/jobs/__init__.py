"""A training job: sampling, losses, the loop, loggers."""

from .job import JobOptions, JobResult, run_job
from .loggers import Logger, open_logger
from .trainer import Progress, choose_device, learning_rate, train_once

__all__ = [
    "JobOptions",
    "JobResult",
    "Logger",
    "Progress",
    "choose_device",
    "learning_rate",
    "open_logger",
    "run_job",
    "train_once",
]
