"""PCM, byte for byte as it lies in files, through an engine and back. See ``pcm.hpp``."""

from __future__ import annotations

from . import _engine
from .engine import ENGINE_TARGETS, Engine
from .peak import PeakMeter


class PcmFilter:
    """A stream of little-endian PCM through `engine`: what `Engine` and `Quantiser` would give, to the bit.

    A block that the engine leaves as it was is not dithered, nor are 32 bits.

    Parameters
    ----------
    engine : Engine
        At the start of a stream.
    meter : PeakMeter
        Of what the engine gives, before it is rounded.
    bits : int
        16, 24 or 32.
    floating : bool
        Of floats, which have 32 bits.
    block : int
        Frames of a block.
    gain : float
        A factor after the engine.
    target : str, optional
        One of ``ENGINE_TARGETS``, to compare them; the fastest by default.
    """

    def __init__(
        self,
        engine: Engine,
        meter: PeakMeter,
        bits: int,
        floating: bool,
        block: int,
        gain: float = 1.0,
        target: str = ENGINE_TARGETS[-1],
    ) -> None:
        self._engine, self._meter = engine.native, meter.native
        self._filter = _engine.PcmFilter(bits, floating, engine.channels, block, gain, target)

    @property
    def changed(self) -> bool:
        """Whether any sample so far is other than it was."""
        return self._filter.changed

    @property
    def peaks(self) -> tuple[tuple[float, int], ...]:
        """Of floats: for each channel the largest magnitude in the output so far, and its first frame."""
        return self._filter.peaks

    def run(self, source: int, sink: int, frames: int) -> int:
        """Take `frames` frames, whole blocks but for the last, from one file descriptor to another.

        Returns how many there were, fewer where `source` ends, or before a block with floats that are not finite or
        beyond ±1e12. The GIL is released. Raises `OSError`.
        """
        return self._filter.run(self._engine, self._meter, source, sink, frames)
