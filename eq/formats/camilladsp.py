"""CamillaDSP configuration: its ``FivePointPeq`` is exactly this EQ."""

from __future__ import annotations

from ..settings import FloatArray
from .filters import decimal, one_line, setting_filters

_BANDS = ("ls", "p1", "p2", "p3", "hs")


def write_camilladsp(params: FloatArray, output_db: float = 0.0, title: str = "") -> str:
    """A setting (13,) as the YAML sections ``filters`` and ``pipeline`` of CamillaDSP 3, for channels 0 and 1."""
    lines = [f"# semeq: {one_line(title)}"] if one_line(title) else []
    lines += ["filters:", "  semeq:", "    type: BiquadCombo", "    parameters:", "      type: FivePointPeq"]
    for band, section in zip(_BANDS, setting_filters(params), strict=True):
        for letter, value in (("f", section.freq_hz), ("g", section.gain_db), ("q", section.q)):
            lines.append(f"      {letter}{band}: {_real(value)}")
    names = "semeq"
    if output_db:
        names = "semeq_level, semeq"
        lines += ["  semeq_level:", "    type: Gain", "    parameters:", f"      gain: {_real(output_db)}"]
        lines += ["      scale: dB", "      inverted: false"]
    lines += ["pipeline:", "  - type: Filter", "    channels: [0, 1]", f"    names: [{names}]"]
    return "\n".join(lines) + "\n"


def _real(value: float) -> str:
    text = decimal(value)
    return text if "." in text else f"{text}.0"
