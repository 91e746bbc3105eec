"""The word map, for the desk, the plugin's window and pictures: words that sound alike lie together."""

from .positions import is_term, placed, priority, word_positions, write_map

__all__ = [
    "is_term",
    "placed",
    "priority",
    "word_positions",
    "write_map",
]
