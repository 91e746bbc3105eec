"""Commands that train many models to answer one question."""

from .folds import folds_command
from .rates import rates_command

__all__ = ["folds_command", "rates_command"]
