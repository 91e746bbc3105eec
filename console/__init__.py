"""The one look of the commands `semeq`, `semeq-train` and `semeq-export`. Knows nothing of audio or models."""

from .group import Commands, Example, completion_command, examples, version_option
from .offers import Offers
from .running import Prepared, quiet_libraries, run
from .say import Say, output_options, printable
from .table import plain_table

__all__ = [
    "Commands",
    "Example",
    "Offers",
    "Prepared",
    "Say",
    "completion_command",
    "examples",
    "output_options",
    "plain_table",
    "printable",
    "quiet_libraries",
    "run",
    "version_option",
]
