"""From float to integer samples: rounding with TPDF dither, clipping at full scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BITS = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24}
_CHUNK = 16_384  # samples worked on at once: what they need stays in the cache
_UNIFORM_STEP = 2.0**-16  # the noise is made of 16-bit integers


class Quantiser:
    """Quantise a stream to `bits` of integer PCM, at most 24.

    Dither is triangular, ±1 LSB, independent for every sample: it makes the error's mean and variance independent of
    the signal (S. P. Lipshitz, R. A. Wannamaker and J. Vanderkooy, "Quantization and Dither: A Theoretical Survey",
    JAES 40(5), 1992). Its noise is seeded, so a render is repeatable.
    """

    def __init__(self, bits: int, seed: int = 0) -> None:
        self.bits = bits
        self._random = np.random.SFC64(seed)

    @classmethod
    def for_subtype(cls, subtype: str) -> Quantiser | None:
        """The quantiser for a libsndfile subtype; None where samples are float, lossy, or wider than 24 bits."""
        bits = _BITS.get(subtype)
        return None if bits is None else cls(bits)

    def __call__(self, audio: NDArray[np.floating], dither: bool = True) -> NDArray[np.int16] | NDArray[np.int32]:
        """Quantise audio of any shape, full scale ±1; returns int16 (≤ 16 bits) or int32, filled from the top bit."""
        scale = 2.0 ** (self.bits - 1)
        width, dtype = (16, np.int16) if self.bits <= 16 else (32, np.int32)
        # float32 holds steps of 16 bits and the dither's fractions of them; wider ones need more.
        work = np.float32 if audio.dtype == np.float32 and self.bits <= 16 else np.float64
        samples = np.ascontiguousarray(audio).reshape(-1)
        out = np.empty(samples.shape, dtype)
        one, two = self._uniform(samples.size) if dither else (None, None)
        steps_buffer, noise_buffer = np.empty((2, min(_CHUNK, samples.size)), work)
        for start in range(0, samples.size, _CHUNK):
            part = samples[start : start + _CHUNK]
            steps = np.multiply(part, work(scale), out=steps_buffer[: part.size], dtype=work)
            if one is not None and two is not None:
                noise = noise_buffer[: part.size]
                noise[:] = one[start : start + part.size]
                noise *= work(_UNIFORM_STEP)
                steps += noise
                noise[:] = two[start : start + part.size]
                noise *= work(_UNIFORM_STEP)
                steps -= noise
            np.rint(steps, out=steps)
            np.maximum(steps, work(-scale), out=steps)
            np.minimum(steps, work(scale - 1), out=steps)
            out[start : start + part.size] = steps
        if width != self.bits:
            out <<= width - self.bits
        return out.reshape(audio.shape)

    def _uniform(self, count: int) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
        """Two independent streams of `count` integers each, uniform over 16 bits, from the generator's raw words."""
        words = self._random.random_raw((count + 1) // 2).view(np.int16)
        return words[:count], words[count : 2 * count]
