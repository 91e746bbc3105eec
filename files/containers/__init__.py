"""The bytes of containers that libsndfile does not tell of: chunks, ends, frame counts, bit rates, channel layouts."""

from .chunked import CAFF, FORM, RIFF, Chunk, Family, chunk_body, family_of, walk
from .complete import check_complete
from .layout import channel_mask, put_mask, reserved_for_mask
from .mp3 import Mp3Stream
from .ogg import ogg_bit_rate_kbps, same_stream
from .wav import pcm_start, put_sizes

__all__ = [
    "CAFF",
    "FORM",
    "RIFF",
    "Chunk",
    "Family",
    "Mp3Stream",
    "channel_mask",
    "check_complete",
    "chunk_body",
    "family_of",
    "ogg_bit_rate_kbps",
    "pcm_start",
    "put_mask",
    "put_sizes",
    "reserved_for_mask",
    "same_stream",
    "walk",
]
