"""Hearing: where a recording sits among the words, what stands out in it, and how much of a word it lacks."""

from .adaptive import AdaptedSpace, needed, share_of
from .diagnosis import Complaint, Diagnosis
from .encoder import Course, Heard, Hearing, HearingError

__all__ = [
    "AdaptedSpace",
    "Complaint",
    "Course",
    "Diagnosis",
    "Heard",
    "Hearing",
    "HearingError",
    "needed",
    "share_of",
]
