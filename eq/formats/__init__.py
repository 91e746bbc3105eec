"""Settings as the texts of other EQs, and their texts as settings. What is written exactly is read back: `read_eq`."""

from __future__ import annotations

from collections.abc import Callable

from ..settings import FloatArray
from .apo import write_apo, write_autoeq
from .apo_reading import MAX_CHARACTERS, read_apo
from .camilladsp import write_camilladsp
from .easyeffects import write_easyeffects
from .ffmpeg import write_ffmpeg
from .filters import EqText, Filter, FormatError, filters_curve, setting_filters
from .fitting import FilterFit, fit_filters, fit_text
from .jsfx import write_jsfx
from .plain_json import write_json
from .reading import read_eq
from .sox import write_sox

#: Writers by name: setting (13,), output gain in dB, title → text. Read back, a text's response is within .02 dB.
WRITERS: dict[str, Callable[[FloatArray, float, str], str]] = {
    "apo": write_apo,
    "autoeq": write_autoeq,
    "camilladsp": write_camilladsp,
    "easyeffects": write_easyeffects,
    "ffmpeg": write_ffmpeg,
    "sox": write_sox,
    "jsfx": write_jsfx,
    "json": write_json,
}

__all__ = [
    "MAX_CHARACTERS",
    "WRITERS",
    "EqText",
    "Filter",
    "FilterFit",
    "FormatError",
    "filters_curve",
    "fit_filters",
    "fit_text",
    "read_apo",
    "read_eq",
    "setting_filters",
    "write_apo",
    "write_autoeq",
    "write_camilladsp",
    "write_easyeffects",
    "write_ffmpeg",
    "write_jsfx",
    "write_json",
    "write_sox",
]
