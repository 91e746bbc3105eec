"""The desk: a page in the browser to see words, hear them on one's own music and play them, and its small server."""

from .errors import DeskError
from .static_page import write_page

__all__ = ["DeskError", "write_page"]
