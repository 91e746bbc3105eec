"""The desk: a page in the browser to see words, hear them on one's own music and play them, and its small server."""

from .errors import DeskError
from .static_page import write_page
from .word_map import is_term, placed, priority, word_positions, write_map

__all__ = ["DeskError", "is_term", "placed", "priority", "word_positions", "write_map", "write_page"]
