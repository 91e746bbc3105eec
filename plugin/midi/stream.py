"""From a raw MIDI byte stream to complete channel messages: running status, interleaved real-time bytes, truncation.

Source: MIDI 1.0 Detailed Specification, "Running Status" and "System Real Time Messages". mido's own parser drops
messages in running status, which cables and serial bridges send; ports of the system and of JACK never do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_DATA_BYTES = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}


class StreamSplitter:
    """Splits a stream; feed it pieces of any size. System messages are left out."""

    def __init__(self) -> None:
        self._status = 0  # running; 0 for none
        self._data: list[int] = []

    def feed(self, piece: Iterable[int]) -> Iterator[bytes]:
        """Channel messages that are complete after this piece. Never raises for bytes 0–255."""
        for byte in piece:
            if byte >= 0xF8:  # real time: may stand inside other messages, and changes nothing
                continue
            if byte >= 0x80:  # a new status ends whatever was incomplete; a system message ends running status too
                self._status = byte if byte < 0xF0 else 0
                self._data.clear()
            elif self._status:
                self._data.append(byte)
                if len(self._data) == _DATA_BYTES[self._status & 0xF0]:
                    yield bytes((self._status, *self._data))
                    self._data.clear()
