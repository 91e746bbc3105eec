"""From float to integer samples: rounding with TPDF dither, clipping at full scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BITS = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24}


class Quantiser:
    """Quantise a stream to `bits` of integer PCM, at most 24.

    Dither is triangular, ±1 LSB, independent for every sample: it makes the error's mean and variance independent of
    the signal (S. P. Lipshitz, R. A. Wannamaker and J. Vanderkooy, "Quantization and Dither: A Theoretical Survey",
    JAES 40(5), 1992). Its noise is seeded, so a render is repeatable.
    """

    def __init__(self, bits: int, seed: int = 0) -> None:
        self.bits = bits
        self._random = np.random.Generator(np.random.SFC64(seed))

    @classmethod
    def for_subtype(cls, subtype: str) -> Quantiser | None:
        """The quantiser for a libsndfile subtype; None where samples are float, lossy, or wider than 24 bits."""
        bits = _BITS.get(subtype)
        return None if bits is None else cls(bits)

    def __call__(self, audio: NDArray[np.floating], dither: bool = True) -> NDArray[np.int16] | NDArray[np.int32]:
        """Quantise audio of any shape, full scale ±1; returns int16 (≤ 16 bits) or int32, filled from the top bit."""
        scale = 2.0 ** (self.bits - 1)
        steps = audio.astype(np.float64) * scale
        if dither:
            noise = self._random.random((2, *audio.shape), dtype=np.float32)
            steps += noise[0]
            steps -= noise[1]
        steps = np.clip(np.rint(steps, out=steps), -scale, scale - 1, out=steps)
        width, dtype = (16, np.int16) if self.bits <= 16 else (32, np.int32)
        return (steps.astype(dtype) << (width - self.bits)).astype(dtype)
