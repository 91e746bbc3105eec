"""What can go wrong with a training job, said in one sentence each."""

from __future__ import annotations


class TrainingError(Exception):
    """Base of the errors a user of `semeq-train` can act on. The message is one sentence."""


class DataError(TrainingError):
    """A data file is missing, unreadable or holds nothing usable."""


class RecipeError(TrainingError):
    """A recipe is unknown or holds a key or value it must not."""


class RunError(TrainingError):
    """A run folder is missing, incomplete or does not fit this version."""


class DivergedError(TrainingError):
    """The loss became infinite or not a number."""
