"""A training job: sampling, losses, the loop, loggers."""

from .job import JobOptions, JobResult, run_job
from .loggers import Logger, TensorBoardLogger, WandbLogger
from .trainer import Progress, choose_device, train_once

__all__ = [
    "JobOptions",
    "JobResult",
    "Logger",
    "Progress",
    "TensorBoardLogger",
    "WandbLogger",
    "choose_device",
    "run_job",
    "train_once",
]
