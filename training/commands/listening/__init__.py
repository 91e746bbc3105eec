"""`semeq-train listening-test`."""

from .group import listening_command

__all__ = ["listening_command"]
