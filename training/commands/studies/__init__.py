"""Commands that train many models to answer one question."""

from .ablation import ablation_command
from .folds import folds_command
from .ladder import ladder_command
from .rates import rates_command
from .robustness import report_robustness

__all__ = ["ablation_command", "folds_command", "ladder_command", "rates_command", "report_robustness"]
