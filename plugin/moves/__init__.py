"""Controls that move: automation tracks, recorded performances, and the engine events they become."""

from .automation import Automation, Track, TrackLike
from .performance import AMOUNT, MATCH_DB, Performer
from .plan import MovePlan, set_text, take_text

__all__ = [
    "AMOUNT",
    "MATCH_DB",
    "Automation",
    "MovePlan",
    "Performer",
    "Track",
    "TrackLike",
    "set_text",
    "take_text",
]
