"""The last seconds of input and output, written by the audio callback (callback.hpp) and read by everyone else."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .audio import load

Float32 = NDArray[np.float32]


class Tap:
    """A ring of audio with one writer that never waits.

    A reader that takes longer than the ring lasts gets newer audio in place of old; meters and estimates can bear that.

    Parameters
    ----------
    channels : int
    frames : int
        Length of the ring, rounded up to a power of two.
    """

    def __init__(self, channels: int, frames: int) -> None:
        self._length = 1 << (frames - 1).bit_length()
        self.ring = np.zeros((2, channels, self._length), np.float32)  # input, output
        self.written = np.zeros(1, np.int64)

    @property
    def position(self) -> int:
        """Frames written since the start."""
        return load(self.written, 0)

    def since(self, position: int, side: int) -> tuple[Float32, int]:
        """A copy of side 0 (input) or 1 since `position` (at most half a ring), and the position after it."""
        end = self.position
        begin = max(position, end - self._length // 2, 0)
        where = np.arange(begin, end) & (self._length - 1)
        return self.ring[side][:, where], end

    def last(self, frames: int, side: int) -> Float32:
        """A copy of the last `frames` of a side; fewer at the start."""
        return self.since(self.position - frames, side)[0]
