"""What goes wrong with audio files."""

from __future__ import annotations


class AudioFileError(Exception):
    """A file that cannot be read or written as audio; the message is one sentence for the user."""
