"""`semeq preset`, and the option `--preset` of other commands."""

from .option import preset_in_use, preset_option

__all__ = [
    "preset_in_use",
    "preset_option",
]
