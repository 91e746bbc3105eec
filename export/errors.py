"""What can go wrong with an export, said in one sentence each."""

from __future__ import annotations


class ExportError(Exception):
    """Base of the errors a user of `semeq-export` can act on. The message is one sentence."""


class ParityError(ExportError):
    """A graph does not compute what the trained model computes."""


class NotExportableError(ExportError):
    """A run of a recipe that has no place in a bundle."""


class BuildError(ExportError, RuntimeError):
    """A native plugin could not be built, or does not do what the model does."""
