"""From float to integer samples: rounding with TPDF dither, clipping at full scale. See ``quantiser.hpp``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from . import _engine
from .engine import ENGINE_TARGETS


class Quantiser:
    """Quantise a stream to `bits` of integer PCM, 1 to 24.

    Dither is triangular, ±1 LSB, independent for every sample: it makes the error's mean and variance independent of
    the signal (S. P. Lipshitz, R. A. Wannamaker and J. Vanderkooy, "Quantization and Dither: A Theoretical Survey",
    JAES 40(5), 1992). Its noise is seeded, so a render is repeatable, however it is cut into blocks.

    Parameters
    ----------
    bits, seed : int
    target : str, optional
        One of ``ENGINE_TARGETS``, to compare them; the fastest by default.
    """

    def __init__(self, bits: int, seed: int = 0, target: str = ENGINE_TARGETS[-1]) -> None:
        self.bits = bits
        self._quantiser = _engine.Quantiser(bits, seed, target)

    def __call__(self, audio: NDArray[np.floating], dither: bool = True) -> NDArray[np.int16] | NDArray[np.int32]:
        """Quantise float32 or float64 audio of any shape, full scale ±1.

        Returns int16 (up to 16 bits) or int32, the `bits` in the uppermost places, as sound files want them. What lies
        beyond full scale is clipped; a sample that is not a number becomes the lowest.
        """
        samples = np.ascontiguousarray(audio).reshape(-1)
        width, dtype = (16, np.int16) if self.bits <= 16 else (32, np.int32)
        out: NDArray[np.int16] | NDArray[np.int32] = np.empty(samples.shape, dtype)
        self._quantiser.process(samples, out, dither=dither, shift=width - self.bits)
        return out.reshape(audio.shape)
