"""WAV through pipes: a stream read block by block from its first byte to its last, and written as it comes.

A pipe cannot be searched, so chunks behind the audio are out of reach, those before it are passed over, and where the
input's head does not know its length, neither does the output's.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from semeq.eq import MAX_CHANNELS, Quantiser

from .errors import AudioFileError
from .reading import Audio, block_frames

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_UNKNOWN = 0xFFFFFFFF
_UNKNOWN_SIZES = (0, 0x7FFFFFFF, _UNKNOWN)
_MOST_SKIPPED = 1 << 28  # bytes before the audio
_MOST_FMT = 4096
NAME = "stdin"


@dataclass(frozen=True)
class WavStream:
    """What the head of a stream says.

    Parameters
    ----------
    fmt : bytes
        The body of its format chunk, which the output gets as it is.
    frames : int or None
        Where the head tells; None: until the stream ends.
    """

    fmt: bytes
    sample_rate_hz: int
    channels: int
    bits: int
    floating: bool
    frames: int | None

    @classmethod
    def read(cls, source: BinaryIO) -> WavStream:
        """Read up to the first sample. Raises `AudioFileError`."""
        head = _exactly(source, 12)
        if head[:4] not in (b"RIFF", b"RF64") or head[8:] != b"WAVE":
            raise AudioFileError(
                f"{NAME}: is not a WAV stream (for example: ffmpeg -i FILE -f wav - | semeq process - …)"
            )
        fmt, wide, skipped = b"", None, 0
        while True:
            name, size = struct.unpack("<4sI", _exactly(source, 8))
            if name == b"data":
                break
            padded = size + (size & 1)
            skipped += padded
            if skipped > _MOST_SKIPPED or (name == b"fmt " and size > _MOST_FMT):
                raise AudioFileError(f"{NAME}: is not a WAV stream that can be read (a chunk of {size} bytes)")
            if name in (b"fmt ", b"ds64"):
                body = _exactly(source, padded)[:size]
                fmt = body if name == b"fmt " else fmt
                wide = struct.unpack_from("<8xQ", body)[0] if name == b"ds64" and size >= 16 else wide
                continue
            while padded:
                padded -= len(_exactly(source, min(padded, 1 << 20)))
        if len(fmt) < 16:
            raise AudioFileError(f"{NAME}: has no format before its audio")
        tag, channels, rate, _, align, bits = struct.unpack_from("<HHIIHH", fmt)
        if tag == _EXTENSIBLE and len(fmt) >= 26:
            (tag,) = struct.unpack_from("<H", fmt, 24)
        known = (tag == _PCM and bits in (16, 24, 32)) or (tag == _FLOAT and bits in (32, 64))
        if not known or align != channels * bits // 8 or not 1 <= channels <= MAX_CHANNELS or not 1e3 <= rate <= 1e6:
            raise AudioFileError(
                f"{NAME}: is WAV of a kind that is not streamed (format {tag}, {bits} bits, {channels} channels, "
                f"{rate} Hz); 16, 24 and 32 bits and float are"
            )
        length = wide if size == _UNKNOWN and wide is not None else None if size in _UNKNOWN_SIZES else size
        return cls(fmt, rate, channels, bits, tag == _FLOAT, None if length is None else length // align)

    @property
    def _align(self) -> int:
        return self.channels * self.bits // 8

    def blocks(self, source: BinaryIO) -> Iterator[Audio]:
        """The audio, (frames, channels) of float32, or float64 where that is needed.

        Raises `AudioFileError` where the stream ends early or a sample is not finite.
        """
        done, most = 0, block_frames(self.channels)
        while self.frames is None or done < self.frames:
            wanted = most if self.frames is None else min(most, self.frames - done)
            data = source.read(wanted * self._align)
            data = data[: len(data) // self._align * self._align]
            if data:
                block = self._decoded(data)
                if self.floating and not np.isfinite(block).all():
                    raise AudioFileError(f"{NAME}: has samples that are not finite, after {done} frames")
                done += len(block)
                yield block
            if len(data) < wanted * self._align:
                if self.frames is not None:
                    raise AudioFileError(f"{NAME}: ends after {done} of {self.frames} frames; it is truncated")
                return

    def head(self) -> bytes:
        """What comes before the first sample of the output."""
        size = None if self.frames is None else self.frames * self._align
        whole = 20 + len(self.fmt) + (len(self.fmt) & 1)
        fits = size is not None and size + whole + 1 < _UNKNOWN
        riff, data = (size + (size & 1) + whole, size) if size is not None and fits else (_UNKNOWN, _UNKNOWN)
        fmt = struct.pack("<4sI", b"fmt ", len(self.fmt)) + self.fmt + bytes(len(self.fmt) & 1)
        return struct.pack("<4sI4s", b"RIFF", riff, b"WAVE") + fmt + struct.pack("<4sI", b"data", data)

    def tail(self, frames: int) -> bytes:
        """What comes after the last of `frames`: the padding of an odd length."""
        return bytes(frames * self._align & 1)

    def quantiser(self) -> Quantiser | None:
        """What `encoded` needs for up to 24 bits."""
        return None if self.floating or self.bits > 24 else Quantiser(self.bits)

    def encoded(self, audio: Audio, quantiser: Quantiser | None, dither: bool) -> bytes:
        """Samples (frames, channels) as bytes; integer ones are clipped at full scale."""
        if self.floating:
            return bytes(audio.astype("<f4" if self.bits == 32 else "<f8").tobytes())
        if quantiser is None:
            return bytes(np.rint(np.clip(audio * 2.0**31, -(2.0**31), 2.0**31 - 1)).astype("<i4").tobytes())
        whole = quantiser(audio, dither=dither)
        if self.bits == 16:
            return bytes(whole.astype("<i2").tobytes())
        return bytes(np.ascontiguousarray(whole.astype("<i4").view(np.uint8).reshape(-1, 4)[:, 1:]).tobytes())

    def _decoded(self, data: bytes) -> Audio:
        if self.floating:
            floats = np.frombuffer(data, "<f4" if self.bits == 32 else "<f8").reshape(-1, self.channels)
            return np.array(floats, dtype=np.float32 if self.bits == 32 else np.float64)
        if self.bits == 24:
            padded = np.zeros((len(data) // 3, 4), np.uint8)
            padded[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
            whole = padded.view("<i4").reshape(-1, self.channels)
        else:
            whole = np.frombuffer(data, f"<i{self.bits // 8}").reshape(-1, self.channels)
        scale = 2.0 ** -(15 if self.bits == 16 else 31)
        kind = np.float64 if self.bits == 32 else np.float32
        return np.asarray(whole.astype(kind) * kind(scale))


def _exactly(source: BinaryIO, size: int) -> bytes:
    data = source.read(size)
    if len(data) < size:
        raise AudioFileError(f"{NAME}: ends before the audio")
    return data
