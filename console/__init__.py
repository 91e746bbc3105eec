"""The one look of the commands `semeq`, `semeq-train` and `semeq-export`. Knows nothing of audio or models."""

from .group import Commands, Example, completion_command, examples, version_option
from .running import Prepared, run
from .say import Say, output_options

__all__ = [
    "Commands",
    "Example",
    "Prepared",
    "Say",
    "completion_command",
    "examples",
    "output_options",
    "run",
    "version_option",
]
