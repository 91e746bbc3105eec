"""How far each band of a recording can be trusted, and what a band without signal is taken for."""

from .layers import BandError, FilledLean
from .rule import band_error_db, filled_lean, precision

__all__ = ["BandError", "FilledLean", "band_error_db", "filled_lean", "precision"]
