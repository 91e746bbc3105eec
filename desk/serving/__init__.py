"""Serving the desk: the web application, what its pages share, and who may talk to it. Needs aiohttp."""

from .app import Desk, Running, open_desk, serve
from .protocol import PROTOCOL_VERSION

__all__ = ["PROTOCOL_VERSION", "Desk", "Running", "open_desk", "serve"]
