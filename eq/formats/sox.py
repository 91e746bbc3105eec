"""SoX effects, for ``sox in.wav out.wav $(cat FILE)`` or ``--effects-file FILE``."""

from __future__ import annotations

from ..settings import FloatArray
from .filters import decimal, setting_filters


def write_sox(params: FloatArray, output_db: float = 0.0, title: str = "") -> str:
    """A setting (13,) as one effects chain.

    SoX carries 32-bit integers between effects and clips there, so the level comes first. A chain has no comments, so
    `title` is not written.
    """
    chain = [f"gain {decimal(output_db)}"] if output_db else []
    for section in setting_filters(params):
        freq, gain, q = decimal(section.freq_hz), decimal(section.gain_db), decimal(section.q)
        if section.kind == "bell":
            chain.append(f"equalizer {freq} {q}q {gain}")
        else:
            chain.append(f"{'bass' if section.kind == 'low_shelf' else 'treble'} {gain} {freq} {q}q")
    return " ".join(chain) + "\n"
