"""What commands draw: tables, plots in the terminal, pictures."""

from .picture import draw_lines, draw_morph, draw_profile, draw_word_map
from .settings_table import BAND_NAMES, Row, settings_table
from .terminal_plot import Line, ResponsePlot

__all__ = [
    "BAND_NAMES",
    "Line",
    "ResponsePlot",
    "Row",
    "draw_lines",
    "draw_morph",
    "draw_profile",
    "draw_word_map",
    "settings_table",
]
