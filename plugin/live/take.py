"""Recording a live take: collected from the audio thread while it runs, written as a MIDI file at the end."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from pathlib import Path

from ..controls import Controls
from ..midi import Change, MidiMap, format_mapping, ticks_for, write_take
from ..moves import set_text, take_text
from .audio import LiveError

_LENGTHS = {0x80: 3, 0x90: 3, 0xA0: 3, 0xB0: 3, 0xC0: 2, 0xD0: 2, 0xE0: 3}


class Take:
    """What was played, at which frames.

    Parameters
    ----------
    path : Path
        Where to write it; must not exist, and its folder must be writable.
    controls : Controls
        The state at the start.

    Raises
    ------
    LiveError
        The file exists or cannot be written, or the sample rate has no MIDI time base.
    """

    def __init__(self, path: Path, controls: Controls, midi_map: MidiMap, sample_rate_hz: int) -> None:
        if path.exists():
            raise LiveError(f"{path} exists already; choose another name for the take")
        try:
            ticks_for(sample_rate_hz)
        except ValueError as error:
            raise LiveError(f"{path}: {error}") from None
        self._path, self._rate = path, sample_rate_hz
        self._text = take_text(controls, map(format_mapping, midi_map))
        self._events: list[tuple[int, bytes | str]] = []
        self.write()  # now, so that a folder that cannot be written to is known before anyone plays

    def collect(self, taken: deque[tuple[int, bytes | Change]]) -> None:
        """Take over what the processor has noted."""
        for _ in range(len(taken)):
            frame, what = taken.popleft()
            if isinstance(what, Change):
                self._events.append((frame, set_text(what)))
            elif _is_channel_message(what):
                self._events.append((frame, what))

    def write(self) -> None:
        """Write the take as it stands. Raises `LiveError`."""
        try:
            write_take(self._path, self._rate, self._events, self._text)
        except OSError as error:
            raise LiveError(f"{self._path}: cannot be written ({error.strerror or error})") from None

    def __len__(self) -> int:
        """How many events it has."""
        return len(self._events)


def _is_channel_message(data: Iterable[int]) -> bool:
    status, *rest = data
    return _LENGTHS.get(status & 0xF0) == len(rest) + 1 and all(byte < 128 for byte in rest)
