"""Listening tests: stimuli, the kit that is handed to listeners, its size, and what their answers say."""

from .answers import Estimate, Screened, abx_table, mushra_table, read_answers, screen
from .kit import KEY_FILE, Kit, read_key, write_kit
from .power import abx_listeners, mushra_listeners
from .stimuli import ANCHOR, FLAT_ANCHOR, REFERENCE, Condition, Excerpt, Trial, pick_excerpts, render_trial

__all__ = [
    "ANCHOR",
    "FLAT_ANCHOR",
    "KEY_FILE",
    "REFERENCE",
    "Condition",
    "Estimate",
    "Excerpt",
    "Kit",
    "Screened",
    "Trial",
    "abx_listeners",
    "abx_table",
    "mushra_listeners",
    "mushra_table",
    "pick_excerpts",
    "read_answers",
    "read_key",
    "render_trial",
    "screen",
    "write_kit",
]
