"""What every audio backend offers to the host."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # the processor reads what the callback writes, by functions from here
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
        """Run: audio through a callback in C++, what moves it from the processor. Raises `LiveError`."""

    def look_after(self) -> None:
        """Do what cannot be done in callbacks (reconnect ports); called several times a second."""

    def close(self) -> None:
        """Stop and leave; never raises."""


def in_time(seconds: float, keep: object, *steps: Callable[[], object]) -> bool:
    """Take the steps of leaving an audio system, on a thread; whether they were done in time.

    A library may wait for ever for a server or device that is gone; the process must end all the same. The library may
    then still call what it was given: `keep` stays as long as the thread does.
    """

    def leave(_keep: object) -> None:
        for step in steps:
            with contextlib.suppress(Exception):
                step()

    thread = threading.Thread(target=leave, args=(keep,), name="semeq-close", daemon=True)
    thread.start()
    thread.join(seconds)
    return not thread.is_alive()
