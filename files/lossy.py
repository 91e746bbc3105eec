"""How hard an encoder presses: the bit rate of a lossy input, or better, or what was asked for.

libsndfile takes one number, from 0 (best) to 1 (smallest). What it makes of it, by codec (its ``mpeg_l3_encode.c``,
``ogg_vorbis.c``, ``ogg_opus.c``): for MP3 a constant rate in a range that goes with the sample rate, or LAME's variable
quality; for Vorbis a quality; for Opus a rate for each channel.
"""

from __future__ import annotations

import bisect
from pathlib import Path
from typing import Any

import numpy as np

from .containers import Mp3Stream, ogg_bit_rate_kbps
from .formats import LOSSY, AudioFormat

#: From 0 to 10, for audio that was not lossy before: LAME's V2, Vorbis q6, Opus at 81 kbit/s for each channel.
_DEFAULT_QUALITY = {"MPEG_LAYER_III": 8.0, "VORBIS": 6.0, "OPUS": 3.0}
_WORST = {"MPEG_LAYER_III": 0.99, "VORBIS": 1.0, "OPUS": 1.0}  # LAME takes no 1.0
_MP3_KBPS = (
    (32_000, 32, 320, (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)),
    (16_000, 8, 160, (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)),
    (0, 8, 64, (8, 16, 24, 32, 40, 48, 56, 64)),
)
#: Nominal rates of Vorbis qualities 0 to 10, stereo at 44.1 kHz.
_VORBIS_KBPS = (64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 500)
_OPUS_KBPS = (6.0, 256.0)  # for each channel
_MARGIN = 1.05  # what variable rates need, so as not to end below


def bit_rate_kbps(path: Path, form: AudioFormat) -> float | None:
    """The mean bit rate of a lossy file's audio, without tags and covers; None for any other."""
    if form.subtype not in LOSSY:
        return None
    if form.container == "MP3":
        stream = Mp3Stream.scan(path)
        return None if stream is None else stream.bit_rate_kbps
    return ogg_bit_rate_kbps(path, form.duration_s)


def lossy_kbps(form: AudioFormat) -> float | None:
    """The bit rate of an output that FFmpeg encodes, in kbit/s; None for its usual one.

    Qualities 0 to 10 stand for 32 to 160 kbit/s a channel.
    """
    if form.quality is not None:
        return form.channels * (32 + 12.8 * form.quality)
    return form.bit_rate_kbps


def encoder_settings(form: AudioFormat) -> dict[str, Any]:
    """What to open libsndfile's encoder with for an output of `form`: nothing where its format is not lossy."""
    if form.subtype not in LOSSY:
        return {}
    kbps = form.bit_rate_kbps if form.quality is None else None
    if kbps is None:
        quality = _DEFAULT_QUALITY[form.subtype] if form.quality is None else form.quality
        return {"compression_level": min(1 - quality / 10, _WORST[form.subtype])}
    if form.subtype == "MPEG_LAYER_III":
        _, low, high, rates = next(row for row in _MP3_KBPS if form.sample_rate_hz >= row[0])
        # A rate of the table, or the next above it: 127.9 is 128.
        rate = rates[min(bisect.bisect_left(rates, kbps - 1), len(rates) - 1)]
        return {"compression_level": (high - rate) / (high - low), "bitrate_mode": "CONSTANT"}
    if form.subtype == "OPUS":
        low_kbps, high_kbps = _OPUS_KBPS
        level = 1 - (kbps * _MARGIN / form.channels - low_kbps) / (high_kbps - low_kbps)
    else:
        stereo_kbps = kbps * _MARGIN * 2 / form.channels / min(1.0, form.sample_rate_hz / 44_100)
        level = 1 - float(np.interp(stereo_kbps, _VORBIS_KBPS, np.arange(11))) / 10
    return {"compression_level": min(max(level, 0.0), 1.0)}
