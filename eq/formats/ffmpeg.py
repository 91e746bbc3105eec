"""ffmpeg audio filters, for ``ffmpeg -af "$(cat FILE)"``."""

from __future__ import annotations

from ..settings import FloatArray
from .filters import EqText, Filter, FormatError, Kind, checked, decimal, level_db, setting_filters

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


_KINDS: dict[str, Kind] = {
    "lowshelf": "low_shelf",
    "bass": "low_shelf",
    "equalizer": "bell",
    "highshelf": "high_shelf",
    "treble": "high_shelf",
    "lowpass": "low_pass",
    "highpass": "high_pass",
    "bandreject": "notch",
}
_SHORT = {"frequency": "f", "width_type": "t", "width": "w", "gain": "g"}


def read_ffmpeg(text: str) -> EqText:
    """Read a chain of ffmpeg's equaliser filters, with widths as Q (``t=q``). Raises `FormatError`."""
    filters: list[Filter] = []
    level, notes = 0.0, []
    for part in text.strip().split(","):
        name, _, rest = part.strip().partition("=")
        kind, options = _KINDS.get(name), [option.partition("=") for option in rest.split(":")]
        values = {_SHORT.get(key, key): value for key, _, value in options}
        if name == "volume" and options[0][0].removeprefix("volume=").endswith("dB"):
            level += level_db(options[0][0].removesuffix("dB"), "volume")
        elif kind is None:
            notes.append(f"{name[:20]} is left out")
        elif values.get("t", "q") != "q":
            raise FormatError(f"{name}: a width of t={values['t'][:10]} is not read; write it as Q, with t=q")
        else:
            q = values.get("w", "0.707106781" if kind != "bell" else "1")
            filters.append(checked(kind, values.get("f"), values.get("g", 0.0), q, name))
    if not filters:
        raise FormatError("there is no lowshelf, equalizer or highshelf in it")
    return EqText(tuple(filters), level, tuple(notes))
