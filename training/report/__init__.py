"""How good a run is: figures, tables, pictures."""

from .comparison import BASELINES, COLUMNS, as_dict, as_json, as_markdown, compare, read_figures
from .evaluation import Metrics, evaluate
from .figures import write_data_figures, write_figures, write_reach

__all__ = [
    "BASELINES",
    "COLUMNS",
    "Metrics",
    "as_dict",
    "as_json",
    "as_markdown",
    "compare",
    "evaluate",
    "read_figures",
    "write_data_figures",
    "write_figures",
    "write_reach",
]
