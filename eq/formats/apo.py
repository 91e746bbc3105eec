"""Writing five bands as Equalizer APO and AutoEq text.

Equalizer APO's configuration reference: ``Filter n: ON|OFF <type> Fc <Hz> Gain <dB> Q <Q>``, where ``LSC``/``HSC`` are
shelves by their centre frequency. AutoEq's ``ParametricEQ.txt`` is the same without comments.

Equalizer APO takes a frequency with exactly three digits after the point as having a thousands separator, as Room EQ
Wizard writes it (``BiQuadFilterFactory::getFreq``): ``Fc 1602.816 Hz`` is 1,602,816 Hz there, and the filter unstable.
So no number of ours has three. Nor does it hold a filter below half the sample rate, as semeq's engine does: above, the
filter is unstable. So high filters stand between ``If: sampleRate >= …`` and ``EndIf:``.
"""

from __future__ import annotations

import math

from ..response import MAX_FREQ_RATIO
from ..settings import FloatArray
from .filters import Kind, decimal, one_line, setting_filters

_WRITTEN: dict[Kind, str] = {"low_shelf": "LSC", "bell": "PK", "high_shelf": "HSC"}
#: The lowest sample rate at which Equalizer APO must not become unstable.
LOWEST_RATE_HZ = 32_000.0


def write_apo(params: FloatArray, output_db: float = 0.0, title: str = "") -> str:
    """A setting (13,) as Equalizer APO configuration, with a comment that names it. Stable from 32 kHz up."""
    comment = f"# semeq: {one_line(title)}\n" if one_line(title) else ""
    return comment + _text(params, output_db)


def write_autoeq(params: FloatArray, output_db: float = 0.0, title: str = "") -> str:
    """A setting (13,) as AutoEq's ``ParametricEQ.txt``: no comments, for the many readers that know none.

    Only what Equalizer APO could not play at 32 kHz has a condition, which other readers pass over.
    """
    return _text(params, output_db)


def _text(params: FloatArray, output_db: float) -> str:
    """The lines of both; filters that would be unstable at the lowest rate have a condition."""
    lines = [f"Preamp: {output_db:.2f} dB".replace("-0.00", "0.00")]
    for number, band in enumerate(setting_filters(params), start=1):
        guarded = band.freq_hz > MAX_FREQ_RATIO * LOWEST_RATE_HZ
        if guarded:
            lines.append(f"If: sampleRate >= {math.ceil(band.freq_hz / MAX_FREQ_RATIO)}")
        numbers = f"Fc {decimal(band.freq_hz, 2)} Hz Gain {_places(band.gain_db, 4)} dB Q {_places(band.q, 5)}"
        lines.append(f"Filter {number}: ON {_WRITTEN[band.kind]} {numbers}")
        if guarded:
            lines.append("EndIf:")
    return "\n".join(lines) + "\n"


def _places(value: float, places: int) -> str:
    """A number in decimals, never exactly three of them."""
    text = decimal(value, places)
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text
