"""Whether a file is as long as its own header says: libsndfile forgives in silence what was cut off."""

from __future__ import annotations

import struct
from pathlib import Path

from .chunked import CAFF, FORM, walk, walk_w64
from .mp3 import Mp3Stream
from .ogg import ends_its_stream
from .wav import check_wav_complete

_UNTIL_THE_END = 0xFFFFFFFF_FFFFFFFF  # a CAF that was streamed
_BEFORE_THE_AUDIO = "is truncated: it ends before the audio"


def check_complete(path: Path, container: str) -> str | None:
    """Say in a phrase how a file is truncated; None where it is whole, or its container says nothing of its size.

    FLAC tells only when it is decoded to its end.
    """
    if container in ("WAV", "WAVEX", "RF64"):
        return check_wav_complete(path)
    if container == "OGG":
        return None if ends_its_stream(path) else "is truncated: its last page does not end the stream"
    if container == "MP3":
        found = Mp3Stream.scan(path)
        missing = found.missing_frames if found is not None else 0
        return f"is truncated: {missing} of {found.said_frames} frames are missing" if found and missing else None
    if container == "AU":
        return _au(path)
    family = {"AIFF": FORM, "CAF": CAFF}.get(container)
    if family is None and container != "W64":
        return None
    size = path.stat().st_size
    for chunk in walk_w64(path) if family is None else walk(path, family):
        if chunk.name in (b"SSND", b"data"):
            present = size - chunk.start
            if chunk.size == _UNTIL_THE_END or present >= chunk.size:
                return None
            return f"is truncated: {present} of {chunk.size} bytes of audio are there"
    return _BEFORE_THE_AUDIO


def _au(path: Path) -> str | None:
    with path.open("rb") as file:
        head = file.read(12)
    if len(head) < 12:
        return _BEFORE_THE_AUDIO
    start, size = struct.unpack(">4x2I" if head[:4] == b".snd" else "<4x2I", head)
    present = path.stat().st_size - start
    if size == 0xFFFFFFFF or present >= size:
        return None
    return f"is truncated: {max(present, 0)} of {size} bytes of audio are there"
