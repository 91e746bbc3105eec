"""What a user of the desk can be told in one sentence."""


class DeskError(Exception):
    """The desk cannot do what it was asked for; the message says why, and what to do."""
