"""What commands draw: tables, plots in the terminal, pictures."""

from typing import TYPE_CHECKING, Any

from .settings_table import BAND_NAMES, Row, settings_table
from .terminal_plot import Line, ResponsePlot

if TYPE_CHECKING:
    from .picture import draw_lines, draw_morph, draw_profile, draw_word_map

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


def __getattr__(name: str) -> Any:
    """Import what draws pictures when it is asked for: matplotlib is an extra, and slow to import."""
    if name in ("draw_lines", "draw_morph", "draw_profile", "draw_word_map"):
        from . import picture

        return getattr(picture, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
