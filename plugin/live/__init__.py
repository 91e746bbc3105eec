"""The live host: the EQ between two ports, with knobs, while the music plays."""

from .adapting import Adaptation, NoAdaptation, open_adaptation
from .audio import Backend, LiveError
from .host import LiveSettings, Session
from .levels import LevelFollower
from .processor import LiveProcessor, TooManyPairs

__all__ = [
    "Adaptation",
    "Backend",
    "LevelFollower",
    "LiveError",
    "LiveProcessor",
    "LiveSettings",
    "NoAdaptation",
    "Session",
    "TooManyPairs",
    "open_adaptation",
]
