import numpy as np
from numpy.typing import NDArray

MOST_FRAMES: int

# Numbers that the callback writes, or reads, meanwhile: by atomic operations.

def load(numbers: NDArray[np.int64], place: int, /) -> int:
    """One of them. What the callback wrote before it is there for whoever has read it."""

def copy(numbers: NDArray[np.uint64], to: NDArray[np.uint64], /) -> None:
    """All of them, one after the other."""

def replace(number: NDArray[np.int64], expected: int, value: int, /) -> bool:
    """Set the only one, if it is what is expected; whether it was."""

class Callback:
    def __init__(
        self,
        sample_rate: float,
        tap: NDArray[np.float32],
        position: NDArray[np.int64],
        histogram: NDArray[np.uint64],
        counts: NDArray[np.int64],
        faded: NDArray[np.int64],
        fade: NDArray[np.float32],
        /,
    ) -> None: ...
    def jack(
        self,
        get_buffer: int,
        event_count: int,
        event_get: int,
        midi: int,
        ins: list[int],
        outs: list[int],
    ) -> tuple[int, int, int]:
        """Addresses of JACK's process callback, of its xrun callback, and of the argument of both."""

    def portaudio(self) -> tuple[int, int]:
        """Addresses of PortAudio's stream callback and of its argument."""

    def jump(self, params: NDArray[np.float64], output_db: float, /) -> None: ...
    def post(self, at: NDArray[np.int64], params: NDArray[np.float64], output_db: NDArray[np.float64], /) -> int: ...
    def messages(self, before: int, /) -> list[tuple[int, bytes]]: ...
    @property
    def entered(self) -> int: ...
    def settle(self, frame: int, /) -> None: ...
    def follow(self, every_block: bool, /) -> None: ...
    def freewheel(self, on: bool, /) -> None: ...
    def wake(self) -> None: ...
    def wait(self, seconds: float, /) -> None: ...
    def process(
        self, source: NDArray[np.float32], sink: NDArray[np.float32], midi: list[tuple[int, bytes]], /
    ) -> None: ...
