"""Which files hold integer samples, and of how many bits."""

from __future__ import annotations

from semeq.eq import Quantiser

_BITS = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24}


def quantiser_for(subtype: str) -> Quantiser | None:
    """The quantiser for a libsndfile subtype; None where samples are float, lossy, or wider than 24 bits."""
    bits = _BITS.get(subtype)
    return None if bits is None else Quantiser(bits)
