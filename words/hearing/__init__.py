"""Hearing: where a recording sits among the words, and how much of a word it lacks."""

from .adaptive import AdaptedSpace, needed, share_of
from .encoder import Course, Heard, Hearing, HearingError

__all__ = [
    "AdaptedSpace",
    "Course",
    "Heard",
    "Hearing",
    "HearingError",
    "needed",
    "share_of",
]
