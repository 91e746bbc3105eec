"""Recording a live take: what was played, as a MIDI file, and what it was played on, as an audio file.

Both count frames from the stream's first one, so the one rendered by the other is what was heard.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from semeq.files import AudioFileError, AudioFormat, replacing, writing

from ..controls import Controls
from ..midi import Change, MidiMap, format_mapping, ticks_for, write_take
from ..moves import set_text, take_text
from .audio import LiveError
from .tap import Float32, Tap

#: How much audio the tap holds for the recording: a disk may be busy for half of it.
RECORDED_TAP_S = 8.0
_COLLECT_EVERY_S = 0.2
_CONTAINERS = {".wav": "WAV", ".w64": "W64", ".rf64": "RF64", ".caf": "CAF"}
_SAMPLE_BYTES = 4
_MOST_WAV_BYTES = 2**32 - 2**16

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


class InputRecording:
    """What came in, from the stream's first frame on, as float32: kept by a thread of its own while it plays.

    Audio that the disk was too slow for is replaced by as much silence, so that all else stays in its place.

    Parameters
    ----------
    path : Path
        Where to write it: .wav (4 GiB at most), .w64, .rf64 or .caf; must not exist.
    tap : Tap
        Of `RECORDED_TAP_S`.

    Raises
    ------
    LiveError
        Another suffix.
    """

    def __init__(self, path: Path, tap: Tap, sample_rate_hz: int) -> None:
        container = _CONTAINERS.get(path.suffix.lower())
        if container is None:
            raise LiveError(f"{path}: the input is recorded as {', '.join(_CONTAINERS)}")
        self._path, self._tap, self._rate = path, tap, sample_rate_hz
        channels = tap.ring.shape[1]
        self._form = AudioFormat(sample_rate_hz, channels, 0, container, "FLOAT", "FILE")
        self._most_frames = _MOST_WAV_BYTES // (_SAMPLE_BYTES * channels) if container == "WAV" else None
        self._file: Any = None
        self._frames = self._lost = 0
        #: Why it stopped, or what it lost; "" while all is well.
        self.trouble = ""
        self._full = False
        self._open = ExitStack()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="semeq-recording", daemon=True)

    def start(self) -> None:
        """Open the file, and begin. Raises `LiveError` where it exists or cannot be written."""
        try:
            partial = self._open.enter_context(replacing(self._path))
            self._file = self._open.enter_context(writing(partial, self._form, self._path))
        except AudioFileError as error:
            self._open.close()
            raise LiveError(str(error)) from None
        self._thread.start()

    def stop(self) -> None:
        """Write the rest, and close the file. Raises `LiveError` where that fails. Without a start, nothing."""
        if self._file is None:
            return
        self._stop.set()
        self._thread.join()
        self.collect()
        self._file = None
        try:
            self._open.close()
        except (AudioFileError, OSError) as error:
            raise LiveError(f"{self._path}: {error}") from None

    def collect(self) -> None:
        """Write what has come since the last call."""
        audio, end = self._tap.since(self._frames, 0)
        lost = end - self._frames - audio.shape[1]
        if lost and not self._full:
            self._lost += lost
            self.trouble = f"the disk is slow: {self._lost / self._rate:.1f} s of the recorded input are silence"
            self._write(np.zeros((len(audio), lost), np.float32))
        self._write(audio)

    def _write(self, audio: Float32) -> None:
        if self._full:
            return
        room = audio.shape[1] if self._most_frames is None else self._most_frames - self._frames
        try:
            self._file.write(audio[:, :room].T)
        except (AudioFileError, OSError, RuntimeError, AssertionError) as error:  # soundfile's own are RuntimeErrors
            self._full, self.trouble = True, f"recording the input stopped ({error or 'the disk is full'})"
            return
        self._frames += min(room, audio.shape[1])
        if room < audio.shape[1]:
            self._full, self.trouble = True, "recording the input stopped at 4 GiB; name it .w64 for more"

    def _run(self) -> None:
        while not self._stop.wait(_COLLECT_EVERY_S):
            self.collect()


def _is_channel_message(data: Iterable[int]) -> bool:
    status, *rest = data
    return _LENGTHS.get(status & 0xF0) == len(rest) + 1 and all(byte < 128 for byte in rest)
