"""SoX effects, for ``sox in.wav out.wav $(cat FILE)`` or ``--effects-file FILE``."""

from __future__ import annotations

from ..settings import FloatArray
from .filters import EqText, Filter, FormatError, Kind, checked, decimal, level_db, setting_filters


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


def read_sox(text: str) -> EqText:
    """Read a chain of the effects that `write_sox` writes, with widths as Q (``0.71q``). Raises `FormatError`."""
    filters: list[Filter] = []
    level, notes = 0.0, []
    words = text.split()
    while words:
        name = words.pop(0)
        values: list[str] = []
        while words and words[0][0] in "+-.0123456789":
            values.append(words.pop(0))
        kind = _KINDS.get(name)
        if name in ("gain", "vol") and len(values) == 1:
            level += level_db(values[0], name)
        elif kind is not None and len(values) == 3 and values[2 if kind != "bell" else 1].endswith("q"):
            freq, q, gain = values if kind == "bell" else (values[1], values[2], values[0])
            filters.append(checked(kind, freq, gain, q[:-1], f"{name} {freq}"))
        elif kind is not None:
            raise FormatError(f"{name} {' '.join(values)[:30]}: write a frequency, a gain and a width with q, as 0.71q")
        else:
            notes.append(f"{name[:20]} is left out")
    if not filters:
        raise FormatError("there is no bass, treble or equalizer in it")
    return EqText(tuple(filters), level, tuple(notes))


_KINDS: dict[str, Kind] = {"bass": "low_shelf", "equalizer": "bell", "treble": "high_shelf"}
