"""How good a run is: figures, tables, pictures."""

from .baselines import PCA_SIZES, measure_baselines
from .comparison import BASELINES, COLUMNS, as_dict, as_json, as_markdown, compare, read_figures
from .evaluation import Metrics, evaluate
from .figures import write_data_figures, write_figures, write_reach
from .rates import Rate, draw_rates, pca_rates, rates_dict, rates_markdown

__all__ = [
    "BASELINES",
    "COLUMNS",
    "PCA_SIZES",
    "Metrics",
    "Rate",
    "as_dict",
    "as_json",
    "as_markdown",
    "compare",
    "draw_rates",
    "evaluate",
    "measure_baselines",
    "pca_rates",
    "rates_dict",
    "rates_markdown",
    "read_figures",
    "write_data_figures",
    "write_figures",
    "write_reach",
]
