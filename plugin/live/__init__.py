"""The live host: the EQ between two ports, with knobs, while the music plays."""

from .adapting import Adaptation, NoAdaptation, open_adaptation
from .audio import Backend, LiveError
from .companion import Companion, LiveDoor
from .host import LiveSettings, Session
from .levels import LevelFollower
from .processor import LiveProcessor, TooManyPairs

__all__ = [
    "Adaptation",
    "Backend",
    "Companion",
    "LevelFollower",
    "LiveDoor",
    "LiveError",
    "LiveProcessor",
    "LiveSettings",
    "NoAdaptation",
    "Session",
    "TooManyPairs",
    "open_adaptation",
]
