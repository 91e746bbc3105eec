"""Reading with FFmpeg's libraries, in the shape of `soundfile.SoundFile`."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .codecs import CONTAINER_OF, mask_of, subtype_of

#: A stream may end so much before its container says, in seconds: encoders' delays, times in milliseconds.
_SLACK_S = 0.25
#: Edit lists count milliseconds.
_EDITED_S = 0.002
#: Tags that muxers write of themselves.
_TECHNICAL = frozenset({"encoder", "duration", "major_brand", "minor_version", "compatible_brands", "creation_time"})


class MissingFFmpeg(ImportError):
    """PyAV is not installed."""


@dataclass(frozen=True)
class Stream:
    """What a stream holds, found by decoding it once: FFmpeg's estimates are not exact."""

    container: str
    subtype: str
    sample_rate_hz: int
    channels: int
    frames: int
    mask: int | None
    bit_rate_kbps: float | None
    truncated: bool
    others: tuple[str, ...]


def has_ffmpeg() -> bool:
    """Whether PyAV is installed."""
    return importlib.util.find_spec("av") is not None


def reads(path: Path) -> bool:
    """Whether FFmpeg finds audio in a file. Raises `MissingFFmpeg`."""
    av = _av()
    with suppress(av.FFmpegError, ValueError, OSError), av.open(str(path), metadata_errors="replace") as container:
        return _container_name(container) is not None and bool(container.streams.audio)
    return False


def other_streams(path: Path) -> tuple[str, ...]:
    """The streams of a file that are not its first audio stream, without cover pictures."""
    with FFmpegSource(path) as source:
        return source.stream.others


def container_tags(path: Path) -> dict[str, str]:
    """What the container says of itself and its first audio stream, by lower-case names."""
    with _av().open(str(path), metadata_errors="replace") as container:
        found = {**container.streams.audio[0].metadata, **container.metadata}
    return {key.lower(): value for key, value in found.items() if key.lower() not in _TECHNICAL}


class FFmpegSource:
    """The first audio stream of a file.

    Attributes are those of `soundfile.SoundFile`; `read` raises `RuntimeError` where the stream cannot be decoded.
    """

    endian = "FILE"

    def __init__(self, path: Path) -> None:
        status = path.stat()
        self._path = path
        self.stream = _scan(path, status.st_mtime_ns, status.st_size)
        self.samplerate, self.channels, self.frames = (
            self.stream.sample_rate_hz,
            self.stream.channels,
            self.stream.frames,
        )
        self.format, self.subtype = self.stream.container, self.stream.subtype
        self._position = 0
        self._blocks: Iterator[NDArray[np.float64]] = iter(())
        self._left: NDArray[np.float64] = np.zeros((0, self.channels), dtype=np.float64)
        self._restart()

    def read(self, frames: int, dtype: str = "float64", always_2d: bool = True) -> NDArray[np.floating]:
        """The next frames, shape (frames, channels); fewer at the end."""
        frames = min(frames, self.frames - self._position)
        parts, there = [self._left], len(self._left)
        while there < frames:
            block = next(self._blocks, None)
            if block is None:
                break
            parts.append(block)
            there += len(block)
        found = np.concatenate(parts) if len(parts) > 1 else parts[0]
        taken, self._left = found[:frames], found[frames:]
        self._position += len(taken)
        return taken.astype(dtype)

    def seek(self, frame: int) -> int:
        """Go to a frame: forwards by decoding, backwards from the start."""
        if frame < self._position:
            self._restart()
        while self._position < frame and len(self.read(min(1 << 16, frame - self._position))):
            pass
        return self._position

    def close(self) -> None:
        """Close the file."""
        self._blocks = iter(())

    def __enter__(self) -> FFmpegSource:
        """The source."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def _restart(self) -> None:
        self._position, self._left = 0, self._left[:0]
        self._blocks = _decoded(self._path)


def _av() -> Any:
    try:
        import av
    except ImportError as error:
        raise MissingFFmpeg("PyAV is not installed") from error
    av.logging.set_level(None)
    return av


def _container_name(container: Any) -> str | None:
    return next((CONTAINER_OF[name] for name in container.format.name.split(",") if name in CONTAINER_OF), None)


def _decoded(path: Path) -> Iterator[NDArray[np.float64]]:
    """Blocks (frames, channels), full scale ±1."""
    for frame in _frames(path):
        yield _samples(frame)


def _frames(path: Path) -> Iterator[Any]:
    av = _av()
    try:
        with av.open(str(path), metadata_errors="replace") as container:
            yield from container.decode(container.streams.audio[0])
    except av.FFmpegError as error:
        raise RuntimeError(getattr(error, "strerror", None) or str(error)) from None


def _samples(frame: Any) -> NDArray[np.float64]:
    raw = frame.to_ndarray()
    planes = raw if frame.format.is_planar else raw.reshape(-1, len(frame.layout.channels)).T
    if planes.dtype == np.uint8:
        return np.asarray((planes.T.astype(np.float64) - 128) / 128)
    scale = 1.0 if planes.dtype.kind == "f" else 2.0 ** (8 * planes.dtype.itemsize - 1)
    return np.asarray(planes.T.astype(np.float64) / scale)


@lru_cache(maxsize=64)
def _scan(path: Path, changed: int, size: int) -> Stream:
    """Decode a stream for its exact length, the bits in use and its bit rate. Kept while the file stays the same."""
    av = _av()
    try:
        with av.open(str(path), metadata_errors="replace") as container:
            audio = container.streams.audio[0]
            context = audio.codec_context
            frames = coded = bits_set = end = 0
            for packet in container.demux(audio):
                coded += packet.size
                if packet.pts is not None and packet.duration:
                    end = max(end, round((packet.pts + packet.duration) * audio.time_base * context.sample_rate))
                for frame in packet.decode():
                    frames += frame.samples
                    if frame.format.name.startswith("s32"):
                        bits_set |= int(np.bitwise_or.reduce(frame.to_ndarray(), axis=None))
            used = _bits_used(context.format.name, bits_set)
            rate = int(context.sample_rate)
            name = _container_name(container) or container.format.name.upper()
            stated = _stated_frames(audio, container, rate)
            kept = frames
            if name == "MP4" and stated is not None:
                # The last packet is padded. Its time says by how much; the edit list does too, often in milliseconds.
                kept = min(frames, end if abs(end - stated) <= _EDITED_S * rate else stated)
            seconds = max(frames, 1) / rate
            others = [
                f"{stream.type} stream {stream.index}"
                for stream in container.streams
                if stream is not audio and "attached_pic" not in str(stream.disposition) and stream.type != "attachment"
            ]
            return Stream(
                name,
                subtype_of(context.name, context.format.name, used),
                rate,
                int(context.channels),
                kept,
                mask_of(tuple(channel.name for channel in context.layout.channels)),
                coded * 8 / seconds / 1000,
                stated is not None and name not in ("ADTS", "AC3", "EAC3") and frames < stated - _SLACK_S * rate,
                tuple(others),
            )
    except av.FFmpegError as error:
        raise RuntimeError(getattr(error, "strerror", None) or str(error)) from None


def _bits_used(sample_format: str, bits_set: int) -> int:
    """Bits of a sample in use: FFmpeg holds 24 bits in 32."""
    if not sample_format.startswith("s32"):
        return 8 if sample_format.startswith("u8") else 16
    return 24 if bits_set & 0xFF == 0 else 32


def _stated_frames(audio: Any, container: Any, rate: int) -> int | None:
    if audio.duration is not None:
        length: int = round(audio.duration * audio.time_base * rate)
        return length
    return round(container.duration * rate / 1_000_000) if container.duration else None
