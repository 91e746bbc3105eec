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

    The ring (2, channels, length) and the count of frames written may be shared with a writer that is not Python.
    """

    def __init__(self, channels: int, frames: int) -> None:
        self._length = 1 << (frames - 1).bit_length()
        self.ring = np.zeros((2, channels, self._length), np.float32)
        self.written = np.zeros(1, np.int64)

    @property
    def position(self) -> int:
        """Frames written since the start."""
        return int(self.written[0])

    def write(self, source: Float32, sink: Float32) -> None:
        """Append a block of input and output, (channels, frames) each, no longer than the ring."""
        frames = source.shape[1]
        at = self.position & (self._length - 1)
        first = min(frames, self._length - at)
        for side, block in enumerate((source, sink)):
            self.ring[side, :, at : at + first] = block[:, :first]
            if first < frames:
                self.ring[side, :, : frames - first] = block[:, first:]
        self.written[0] += frames

    def since(self, position: int, side: int) -> tuple[Float32, int]:
        """A copy of side 0 (input) or 1 since `position` (at most half a ring), and the position after it."""
        end = self.position
        begin = max(position, end - self._length // 2, 0)
        where = np.arange(begin, end) & (self._length - 1)
        return self.ring[side][:, where], end

    def last(self, frames: int, side: int) -> Float32:
        """A copy of the last `frames` of a side; fewer at the start."""
        return self.since(self.position - frames, side)[0]
