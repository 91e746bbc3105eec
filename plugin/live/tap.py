"""The last seconds of input and output, written by the audio callback and read by everyone else."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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
        self._ring = np.zeros((2, channels, self._length), np.float32)
        self.position = 0  # frames written since the start; a whole new int each time, so readers see one or the other

    def write(self, source: Float32, sink: Float32) -> None:
        """Append a block of input and output, (channels, frames) each, no longer than the ring."""
        frames = source.shape[1]
        at = self.position & (self._length - 1)
        first = min(frames, self._length - at)
        for side, block in enumerate((source, sink)):
            self._ring[side, :, at : at + first] = block[:, :first]
            if first < frames:
                self._ring[side, :, : frames - first] = block[:, first:]
        self.position += frames

    def since(self, position: int, side: int) -> tuple[Float32, int]:
        """A copy of side 0 (input) or 1 since `position` (at most half a ring), and the position after it."""
        end = self.position
        begin = max(position, end - self._length // 2, 0)
        where = np.arange(begin, end) & (self._length - 1)
        return self._ring[side][:, where], end

    def last(self, frames: int, side: int) -> Float32:
        """A copy of the last `frames` of a side; fewer at the start."""
        return self.since(self.position - frames, side)[0]
