"""Writing with FFmpeg's libraries, in the shape of `soundfile.SoundFile`."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from .codecs import CODECS, WRITTEN, layout_name
from .source import _av

#: Rates of AC-3, kbit/s (ATSC A/52, table 5.18).
_AC3_KBPS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)
Samples = NDArray[np.floating] | NDArray[np.int16] | NDArray[np.int32]
_BLOCK = 4096  # frames for codecs that take any number


class FFmpegSink:
    """An audio file of one stream. Integer samples are written as they are, floats between −1 and 1.

    `kbps` is the bit rate of a lossy codec (None: its usual one), `metadata` what the container is to say.
    """

    def __init__(
        self,
        path: Path,
        container: str,
        subtype: str,
        sample_rate_hz: int,
        channels: int,
        mask: int | None = None,
        kbps: float | None = None,
        metadata: dict[str, str] | None = None,
    ) -> None:
        """Raise `RuntimeError` where FFmpeg cannot write that."""
        self._av, codec = _av(), CODECS[subtype]
        try:
            # An MP4 tells its length in units of its own, milliseconds if nobody says.
            options = {"movie_timescale": str(sample_rate_hz)} if container == "MP4" else {}
            self._container = self._av.open(str(path), "w", format=WRITTEN[container][0], options=options)
            self._container.metadata.update(metadata or {})
            self._stream = self._container.add_stream(codec.name, rate=sample_rate_hz)
            self._stream.layout = layout_name(mask, channels)
            self._stream.format = codec.sample_format
            if codec.kbps is not None:
                self._stream.bit_rate = round(1000 * self._rate(subtype, kbps or codec.kbps * channels))
            self._stream.codec_context.open()
        except (self._av.FFmpegError, ValueError, TypeError, OSError) as error:
            raise RuntimeError(getattr(error, "strerror", None) or str(error)) from None
        self._format, self._layout, self._rate_hz = codec.sample_format, self._stream.layout.name, sample_rate_hz
        self._size = self._stream.codec_context.frame_size or _BLOCK
        self._left: Samples | None = None
        self._written = 0

    def write(self, samples: Samples) -> None:
        """Write (frames, channels)."""
        block = self._converted(samples)
        whole = block if self._left is None else np.concatenate([self._left, block])
        count = len(whole) // self._size * self._size
        for start in range(0, count, self._size):
            self._encode(whole[start : start + self._size])
        self._left = whole[count:]

    def close(self) -> None:
        """Write what is left, and the end of the file."""
        if self._left is not None and len(self._left):
            self._encode(self._left)
        self._left = None
        self._mux(self._stream.encode(None))
        self._container.close()

    def __enter__(self) -> FFmpegSink:
        """The sink."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close; after an error without more writing."""
        try:
            if error is None:
                self.close()
            else:
                self._container.close()
        except self._av.FFmpegError as failed:
            if error is None:
                raise _system_error(failed) from None

    def _converted(self, samples: Samples) -> Samples:
        """Samples in the codec's own number format."""
        name = self._format.rstrip("p")
        if name == "flt":
            if samples.dtype.kind == "i":
                samples = samples / 2.0 ** (8 * samples.dtype.itemsize - 1)
            return np.asarray(samples, dtype=np.float32)
        width = np.int16 if name == "s16" else np.int32
        if samples.dtype == width:
            return samples
        if samples.dtype == np.int16:
            return np.left_shift(samples.astype(np.int32), 16)
        return np.right_shift(samples.astype(np.int32, copy=False), 16).astype(np.int16)

    def _encode(self, block: Samples) -> None:
        planes = block.T if self._format.endswith("p") else block.reshape(1, -1)
        frame = self._av.AudioFrame.from_ndarray(np.ascontiguousarray(planes), self._format, self._layout)
        frame.sample_rate, frame.pts = self._rate_hz, self._written
        self._written += len(block)
        self._mux(self._stream.encode(frame))

    def _mux(self, packets: object) -> None:
        try:
            self._container.mux(packets)
        except self._av.FFmpegError as error:
            raise _system_error(error) from None

    @staticmethod
    def _rate(subtype: str, kbps: float) -> float:
        """A rate that the codec has, the asked one or the next above."""
        if subtype != "AC3":
            return kbps
        return next((rate for rate in _AC3_KBPS if rate >= kbps - 0.5), _AC3_KBPS[-1])


def _system_error(error: Exception) -> OSError:
    return OSError(getattr(error, "errno", None) or 5, getattr(error, "strerror", None) or str(error))
