"""Integer PCM, byte for byte as it lies in files, through an engine and back. See ``pcm.hpp``."""

from __future__ import annotations

from . import _engine
from .engine import ENGINE_TARGETS, Engine
from .peak import PeakMeter


class PcmFilter:
    """A stream of little-endian PCM through `engine`: what `Engine` and `Quantiser` would give, to the bit.

    A block that the engine leaves as it was is not dithered.

    Parameters
    ----------
    engine : Engine
        At the start of a stream.
    meter : PeakMeter
        Of what the engine gives, before it is rounded.
    bits : int
        16 or 24.
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
        block: int,
        gain: float = 1.0,
        target: str = ENGINE_TARGETS[-1],
    ) -> None:
        self._engine, self._meter = engine.native, meter.native
        self._filter = _engine.PcmFilter(bits, engine.channels, block, gain, target)

    @property
    def changed(self) -> bool:
        """Whether any sample so far is other than it was."""
        return self._filter.changed

    def run(self, source: int, sink: int, frames: int) -> int:
        """Take `frames` frames, whole blocks but for the last, from one file descriptor to another.

        Returns how many there were, fewer where `source` ends. The GIL is released. Raises `OSError`.
        """
        return self._filter.run(self._engine, self._meter, source, sink, frames)
