"""Which loudspeaker a channel is for, as WAVEX and its kin say it: one bit for each, in the order of the channels.

libsndfile writes a mask of its own, or none. Layouts: Microsoft's WAVEFORMATEXTENSIBLE, whose first 18 bits Core Audio
Format shares (``kAudioChannelLayoutTag_UseChannelBitmap``).
"""

from __future__ import annotations

import struct
from pathlib import Path

from .chunked import CAFF, RIFF, W64_TAIL, Chunk, chunk_body, walk, walk_w64

_EXTENSIBLE = 0xFFFE
_PLAIN_FMT, _EXTENSIBLE_FMT = 16, 40  # bytes of the chunk's body
_SUBTYPE_TAIL = bytes.fromhex("000000001000800000aa00389b71")
_MASK_AT = 20
_W64_HEAD, _W64_CHUNK = 40, 24
_CAF_HEAD = 8 + 12 + 32  # with its description
_USE_BITMAP = 1 << 16
_CAF_BITS = (1 << 18) - 1


def channel_mask(path: Path, container: str) -> int | None:
    """The mask in a file of WAVEX, RF64, W64 or CAF; None where there is none."""
    if container == "CAF":
        chan = next((chunk for chunk in walk(path, CAFF) if chunk.name == b"chan"), None)
        body = b"" if chan is None else chunk_body(path, chan)
        tag, bitmap = struct.unpack_from(">2I", body) if len(body) >= 8 else (0, 0)
        return int(bitmap) if tag == _USE_BITMAP else None
    fmt = _fmt(path, container)
    body = b"" if fmt is None else chunk_body(path, fmt)
    if len(body) < _EXTENSIBLE_FMT or struct.unpack_from("<H", body)[0] != _EXTENSIBLE:
        return None
    return int(struct.unpack_from("<I", body, _MASK_AT)[0])


def reserved_for_mask(container: str, mask: int | None) -> int:
    """Bytes to leave free in front of a file that libsndfile writes, for what holds the mask."""
    grows = container == "W64" or (container == "CAF" and _fits_caf(mask))
    return 24 if mask is not None and grows else 0


def put_mask(path: Path, container: str, mask: int) -> None:
    """Put a mask into a file that libsndfile wrote behind `reserved_for_mask` free bytes. Raises `OSError`."""
    if container == "W64":
        _put_w64(path, mask)
    elif container == "CAF" and _fits_caf(mask):
        with path.open("r+b") as file:
            file.seek(24)
            head = file.read(_CAF_HEAD)
            file.seek(0)
            file.write(head + struct.pack(">4sQ3I", b"chan", 12, _USE_BITMAP, mask, 0))
    elif container in ("WAVEX", "RF64") and (fmt := _fmt(path, container)) is not None and fmt.size >= _EXTENSIBLE_FMT:
        with path.open("r+b") as file:
            file.seek(fmt.start + _MASK_AT)
            file.write(struct.pack("<I", mask))


def _fmt(path: Path, container: str) -> Chunk | None:
    if container not in ("WAV", "WAVEX", "RF64", "W64"):
        return None
    chunks = walk_w64(path) if container == "W64" else walk(path, RIFF)
    return next((chunk for chunk in chunks if chunk.name == b"fmt "), None)


def _fits_caf(mask: int | None) -> bool:
    return mask is not None and not mask & ~_CAF_BITS


def _put_w64(path: Path, mask: int) -> None:
    """Make the format chunk an extensible one, which is 24 bytes longer."""
    with path.open("r+b") as file:
        file.seek(24)
        head, chunk, body = bytearray(file.read(_W64_HEAD)), file.read(_W64_CHUNK), file.read(_PLAIN_FMT)
        (size,) = struct.unpack_from("<Q", chunk, 16)
        if size != _W64_CHUNK + _PLAIN_FMT or chunk[:16] != b"fmt " + W64_TAIL:
            raise OSError(f"{path}: a W64 head of another form than was expected")
        struct.pack_into("<Q", head, 16, struct.unpack_from("<Q", head, 16)[0] + 24)
        tag, bits = struct.unpack_from("<H12xH", body)
        extended = struct.pack("<H", _EXTENSIBLE) + body[2:] + struct.pack("<HHIH", 22, bits, mask, tag)
        file.seek(0)
        file.write(head + chunk[:16] + struct.pack("<Q", _W64_CHUNK + _EXTENSIBLE_FMT) + extended + _SUBTYPE_TAIL)
