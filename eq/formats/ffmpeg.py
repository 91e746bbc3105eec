"""ffmpeg audio filters, for ``ffmpeg -af "$(cat FILE)"``."""

from __future__ import annotations

from ..settings import FloatArray
from .filters import Kind, decimal, setting_filters

_NAMES: dict[Kind, str] = {"low_shelf": "lowshelf", "bell": "equalizer", "high_shelf": "highshelf"}


def write_ffmpeg(params: FloatArray, output_db: float = 0.0, title: str = "") -> str:
    """A setting (13,) as one filter chain, computed in float64 (``r=f64``, ffmpeg 4.4 or later).

    A chain has no comments, so `title` is not written.
    """
    chain = [f"volume={decimal(output_db)}dB:precision=double"] if output_db else []
    for section in setting_filters(params):
        numbers = f"f={decimal(section.freq_hz)}:t=q:w={decimal(section.q)}:g={decimal(section.gain_db)}:r=f64"
        chain.append(f"{_NAMES[section.kind]}={numbers}")
    return ",".join(chain) + "\n"
