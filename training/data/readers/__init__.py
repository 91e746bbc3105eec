"""A reader for every source of settings and of described curves."""

from .records import SavedSettings
from .safe_db import SAFE_DB_FILE, read_safe_db
from .socialfx import BAND_FREQS_HZ, SOCIALFX_FILE, DescribedCurves, on_grid, read_socialfx, shapes_db
from .submissions import read_submissions
from .user_settings import is_user_csv, read_user_csv

__all__ = [
    "BAND_FREQS_HZ",
    "SAFE_DB_FILE",
    "SOCIALFX_FILE",
    "DescribedCurves",
    "SavedSettings",
    "is_user_csv",
    "on_grid",
    "read_safe_db",
    "read_socialfx",
    "read_submissions",
    "read_user_csv",
    "shapes_db",
]
