"""What a file holds besides audio: tags, cover pictures, chunks, and what of them its output can keep."""

from .carried import Carried

__all__ = [
    "Carried",
]
