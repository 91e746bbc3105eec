"""The engine: five state-variable filters in float64 whose coefficients ramp every sample. See ``engine.hpp``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _engine
from .settings import PARAMETER_COUNT, FloatArray, SettingError

MAX_CHANNELS = _engine.MAX_CHANNELS
#: The engine's arithmetic, the vector unit it has chosen on this machine, its compiler.
ENGINE_BUILD: str = _engine.BUILD.strip()
#: The instruction sets that the engine can use on this machine, the fastest last: "baseline" (SSE2, NEON), "avx2",
#: "avx512vl". All give the same bits.
ENGINE_TARGETS: tuple[str, ...] = _engine.TARGETS
DEFAULT_RAMP_FRAMES = 64
#: The engine as C++ headers, for programs that compile it in.
CPP_FOLDER = Path(__file__).resolve().parent / "cpp"

AudioArray = NDArray[np.float32] | NDArray[np.float64]
AnyAudio = TypeVar("AnyAudio", NDArray[np.float32], NDArray[np.float64])


@dataclass(frozen=True)
class Events:
    """New targets inside a block: the ramp towards ``params[i]``, ``output_db[i]`` starts at frame ``at[i]``.

    Parameters
    ----------
    at : ndarray of int64, shape (n,)
        Ascending frames, counted from the start of the block, 0 to its length.
    params : ndarray of float64, shape (n, 13)
        Settings in physical units.
    output_db : ndarray of float64, shape (n,)
        Output gains in dB.
    """

    at: NDArray[np.int64]
    params: FloatArray
    output_db: FloatArray


def as_planes(audio: AnyAudio, channels: int | None = None) -> AnyAudio:
    """View `audio` as (channels, frames), without a copy.

    Accepts (frames,), (channels, frames) and (frames, channels), float32 or float64. With `channels` given, the axis of
    that length is the channel axis (the first, if both are); without, the shorter axis is, as in pedalboard.

    Raises
    ------
    TypeError
        Not a float32 or float64 array.
    ValueError
        Not one or two axes, more than 64 channels, or no axis that fits.
    """
    if not isinstance(audio, np.ndarray) or audio.dtype not in (np.float32, np.float64):
        kind = audio.dtype if isinstance(audio, np.ndarray) else type(audio).__name__
        raise TypeError(f"audio must be a NumPy array of float32 or float64, not {kind}")
    if audio.ndim == 1:
        planes = audio[None, :]
    elif audio.ndim == 2:
        wanted = min(audio.shape) if channels is None else channels
        planes = audio if audio.shape[0] == wanted else audio.T
    else:
        raise ValueError(f"audio must have one or two axes, not {audio.ndim}")
    if channels is not None and planes.shape[0] != channels:
        raise ValueError(f"audio of shape {audio.shape} has no axis of {channels} channels")
    if planes.shape[0] > MAX_CHANNELS:
        raise ValueError(f"audio of shape {audio.shape} has more than {MAX_CHANNELS} channels")
    return planes


class Engine:
    """A five-band EQ for one stream of audio.

    Zero latency; state is carried from call to call; the output does not depend, to the bit, on how the stream is cut
    into blocks. Samples that are not finite, or beyond ±1e12, are taken as silence. The GIL is released while audio is
    processed; one engine serves one thread at a time.

    Parameters
    ----------
    sample_rate_hz : float
        1 kHz to 1 MHz. Bands above 0.49 of it are held there.
    channels : int
        1 to 64.
    ramp_frames : int
        How long a change takes, in frames.
    target : str, optional
        One of ``ENGINE_TARGETS``, to compare them; the fastest by default.

    Examples
    --------
    >>> import numpy as np
    >>> from semeq.eq import Engine, Setting
    >>> engine = Engine(48_000, channels=2)
    >>> engine.jump(Setting(low_shelf_gain_db=6.0).to_array())
    >>> engine.process(np.zeros((2, 512), np.float32)).shape
    (2, 512)
    """

    def __init__(
        self,
        sample_rate_hz: float,
        channels: int,
        ramp_frames: int = DEFAULT_RAMP_FRAMES,
        target: str = ENGINE_TARGETS[-1],
    ) -> None:
        if not 1e3 <= sample_rate_hz <= 1e6:
            raise ValueError(f"sample rate is {sample_rate_hz:g} Hz, outside 1 kHz to 1 MHz")
        if not 1 <= channels <= MAX_CHANNELS:
            raise ValueError(f"{channels} channels, outside 1 to {MAX_CHANNELS}")
        if not 1 <= ramp_frames <= 1_000_000:
            raise ValueError(f"a ramp of {ramp_frames} frames, outside 1 to 1,000,000")
        if target not in ENGINE_TARGETS:
            raise ValueError(f"target {target!r} is not one of this machine's: {', '.join(ENGINE_TARGETS)}")
        self.sample_rate_hz = float(sample_rate_hz)
        self.channels = int(channels)
        self.ramp_frames = int(ramp_frames)
        self._engine = _engine.Engine(self.sample_rate_hz, self.channels, self.ramp_frames, target)

    @property
    def native(self) -> _engine.Engine:
        """The engine in C++, for what else is written there."""
        return self._engine

    @property
    def frame(self) -> int:
        """Frames processed since the start or the last reset."""
        return self._engine.frame

    @property
    def ramping(self) -> bool:
        """Whether a change is under way."""
        return self._engine.ramping

    def reset(self) -> None:
        """Forget the signal; the current target applies at once."""
        self._engine.reset()

    def set_target(self, params: ArrayLike, output_db: float = 0.0) -> None:
        """Ramp to a setting (13,) and output gain in dB, from the next frame on."""
        self._engine.set_target(_finite_params(params), float(output_db))

    def jump(self, params: ArrayLike, output_db: float = 0.0) -> None:
        """Take a setting (13,) and output gain in dB at once: for the start of a stream."""
        self._engine.jump(_finite_params(params), float(output_db))

    def process(self, audio: AnyAudio, out: AnyAudio | None = None, events: Events | None = None) -> AnyAudio:
        """Filter a block; returns an array of the same shape and dtype (`out`, where given; it may be `audio`)."""
        if events is None and out is not None and self._plain(audio) and self._plain(out):
            self._engine.process(audio, out)  # the common call of a real-time loop: no views, no copies
            return out
        planes = as_planes(audio, self.channels)
        result = np.empty_like(audio) if out is None else out
        if result.shape != audio.shape or result.dtype != audio.dtype:
            raise ValueError(f"out is {result.dtype} {result.shape}, audio is {audio.dtype} {audio.shape}")
        sink = as_planes(result, self.channels)
        if events is None:
            self._engine.process(planes, sink)
        else:
            self._engine.render(planes, sink, at=events.at, params=events.params, output_db=events.output_db)
        return result

    def _plain(self, audio: AudioArray) -> bool:
        """Whether the binding can take `audio` as it is; it checks that input and output agree."""
        return (
            type(audio) is np.ndarray
            and audio.ndim == 2
            and audio.shape[0] == self.channels
            and audio.dtype.char in "fd"
            and audio.flags.writeable
        )


def _finite_params(params: ArrayLike) -> FloatArray:
    array = np.ascontiguousarray(params, dtype=np.float64)
    if array.shape != (PARAMETER_COUNT,):
        raise SettingError(f"a setting has {PARAMETER_COUNT} numbers, got an array of shape {array.shape}")
    if not np.isfinite(array).all():
        raise SettingError("a setting must be finite")
    return array
