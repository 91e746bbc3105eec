"""What goes wrong with audio files, and with batches of them."""

from __future__ import annotations


class AudioFileError(Exception):
    """A file that cannot be read or written as audio; the message is one sentence for the user."""


class BatchError(Exception):
    """A batch cannot be run where it was asked for; the message is one sentence for the user."""
