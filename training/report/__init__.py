"""How good a run is: figures, tables, pictures."""

from .baselines import BASELINE_SYSTEMS, PCA_SIZES, Baseline, measure_baselines
from .comparison import BASELINES, COLUMNS, RunFigures, as_dict, as_json, as_markdown, compare, read_figures
from .evaluation import Metrics, evaluate
from .figures import write_data_figures, write_figures, write_reach
from .people import PersonInterval, RowResults, paired, pooled, row_results
from .rates import NEAREST, Rate, draw_rates, nearest_error_db, pca_rates, rates_dict, rates_markdown

__all__ = [
    "BASELINES",
    "BASELINE_SYSTEMS",
    "COLUMNS",
    "NEAREST",
    "PCA_SIZES",
    "Baseline",
    "Metrics",
    "PersonInterval",
    "Rate",
    "RowResults",
    "RunFigures",
    "as_dict",
    "as_json",
    "as_markdown",
    "compare",
    "draw_rates",
    "evaluate",
    "measure_baselines",
    "nearest_error_db",
    "paired",
    "pca_rates",
    "pooled",
    "rates_dict",
    "rates_markdown",
    "read_figures",
    "row_results",
    "write_data_figures",
    "write_figures",
    "write_reach",
]
