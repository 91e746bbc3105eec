import numpy as np
from numpy.typing import NDArray

BUILD: str
MAX_CHANNELS: int
TARGETS: tuple[str, ...]

class Engine:
    def __init__(self, sample_rate_hz: float, channels: int, ramp_frames: int, target: str) -> None: ...
    @property
    def ramping(self) -> bool: ...
    @property
    def frame(self) -> int: ...
    def reset(self) -> None: ...
    def set_target(self, params: NDArray[np.float64], output_db: float, /) -> None: ...
    def jump(self, params: NDArray[np.float64], output_db: float, /) -> None: ...
    def process(self, audio: NDArray[np.floating], out: NDArray[np.floating], /) -> None: ...
    def render(
        self,
        audio: NDArray[np.floating],
        out: NDArray[np.floating],
        /,
        at: NDArray[np.int64],
        params: NDArray[np.float64],
        output_db: NDArray[np.float64],
    ) -> None: ...

class Quantiser:
    def __init__(self, bits: int, seed: int) -> None: ...
    def process(
        self,
        samples: NDArray[np.floating],
        out: NDArray[np.int16] | NDArray[np.int32],
        /,
        dither: bool,
        shift: int,
    ) -> None: ...

class PcmFilter:
    def __init__(self, bits: int, channels: int, longest: int, gain: float, /) -> None: ...
    def process(
        self, engine: Engine, block: NDArray[np.uint8], out: NDArray[np.uint8], wet: NDArray[np.float32], /
    ) -> tuple[float, float, bool]: ...

def weighted_energy(
    sections: NDArray[np.float64],
    state: NDArray[np.float64],
    weights: NDArray[np.float64],
    block: NDArray[np.floating],
    out: NDArray[np.float64],
    /,
) -> None: ...
