"""What every audio backend offers to the host."""

from __future__ import annotations

from typing import Protocol

from ..processor import LiveProcessor


class LiveError(RuntimeError):
    """The live host cannot start, or had to stop; the message is one sentence for the user."""


class Backend(Protocol):
    """An open connection to an audio system, not running yet."""

    sample_rate_hz: int
    block_frames: int
    channels: int

    @property
    def trouble(self) -> str:
        """Why the stream ended by itself; "" while it has not."""

    @property
    def notices(self) -> list[str]:
        """What happened since the last look and is worth telling (ports that came and went). Empties itself."""

    def describe(self) -> str:
        """One line for people: what, rate, block, latency of the device."""

    def latency_ms(self) -> tuple[float, float] | None:
        """Input and output latency of the device and its buffers in ms, where the system tells it."""

    def start(self, processor: LiveProcessor) -> None:
        """Run, calling `processor.process` from the audio thread. Raises `LiveError`."""

    def look_after(self) -> None:
        """Do what cannot be done in callbacks (reconnect ports); called several times a second."""

    def close(self) -> None:
        """Stop and leave; never raises."""
