"""A live session from start to end: a backend, a processor, those who listen, and the terminal."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from rich.console import Console
from rich.live import Live

from semeq.files import write_whole
from semeq.words import WordSpace

from ..controls import Controls
from ..midi import MidiInput, MidiMap, open_input
from .adapting import Adaptation
from .audio import Backend, LiveError
from .companion import Companion, LiveDoor
from .keys import Keyboard, pressed, reading_keys
from .levels import peak_dbfs
from .processor import TAP_S, LiveProcessor
from .take import RECORDED_TAP_S, InputRecording, Take
from .view import LiveState, render
from .workers import Listener

_LOOK_S = 0.05
_SHOW_EVERY = 2  # looks
_COLLECT_EVERY = 100  # looks
_SWITCH_PART = 1 / 8  # of a block
_FADE_WAIT_S = 0.5


@dataclass(frozen=True)
class LiveSettings:
    """How a session is to run.

    Parameters
    ----------
    controls : Controls
        The state at the start.
    midi_map : MidiMap
    midi_port : str, optional
        A MIDI port beside the backend's own: part of a system port's name, or ``tcp:HOST:PORT``.
    stats : Path, optional
        Write figures there at the end, as JSON.
    record : Path, optional
        Write the take there, as a MIDI file.
    record_audio : Path, optional
        Write the input there from the take's first frame on, so that the take can be rendered on it.
    seconds : float, optional
        End after this long.
    view : bool
        Show the session in the terminal, if there is one.
    """

    controls: Controls
    midi_map: MidiMap = field(default_factory=MidiMap)
    midi_port: str | None = None
    stats: Path | None = None
    record: Path | None = None
    record_audio: Path | None = None
    seconds: float | None = None
    view: bool = True


class Session:
    """Runs the EQ on a backend until someone or something ends it.

    Parameters
    ----------
    space : WordSpace
    backend : Backend
        Open; the session closes it.
    settings : LiveSettings
    adaptation : Adaptation, optional
        What adaptive mode uses; without it the control `adaptive` does nothing.
    tell : callable
        Takes lines for the user where no view is shown.
    companion : Companion, optional
        What runs beside it and may move it, such as the desk.
    """

    def __init__(
        self,
        space: WordSpace,
        backend: Backend,
        settings: LiveSettings,
        adaptation: Adaptation | None = None,
        tell: Callable[[str], None] = print,
        companion: Companion | None = None,
    ) -> None:
        self._backend, self._settings, self._tell = backend, settings, tell
        self._stopping = False  # plain, not an Event: a signal handler that takes a lock may deadlock
        self._input: MidiInput | None = None
        self._input_trouble = ""
        self._notice = ""
        self._told: set[str] = set()
        self._reads_keys = False
        self._busy_ns, self._busy_callbacks, self._share = 0, 0, 0.0
        folder = None if settings.stats is None else settings.stats.parent
        if folder is not None and not (folder.is_dir() and os.access(folder, os.W_OK)):
            raise LiveError(f"{settings.stats}: cannot be written (no such folder, or no right to)")
        controls, midi_map = settings.controls, settings.midi_map
        rate = backend.sample_rate_hz
        self._take = None if settings.record is None else Take(settings.record, controls, midi_map, rate)
        audio, records = settings.record_audio, self._take is not None
        self._processor = LiveProcessor(
            *(space, controls, midi_map, rate, backend.channels, backend.block_frames, records),
            tap_s=TAP_S if audio is None else RECORDED_TAP_S,
        )
        self._recording = None if audio is None else InputRecording(audio, self._processor.tap, rate)
        self._listener = Listener(self._processor, adaptation)
        self._companion = companion
        self._door = LiveDoor(space, self._processor, midi_map, records, self._state)
        self._keyboard = Keyboard(self._door)

    def run(self) -> dict[str, Any]:
        """Run until Ctrl-C, the key q, the end of the time asked for, or a failure; return the `figures`.

        Raises
        ------
        LiveError
            It cannot start, or it had to stop by itself.
        """
        began = time.monotonic()
        block_s = self._backend.block_frames / self._backend.sample_rate_hz
        try:
            with self._stopping_signals(), _quiet_interpreter(block_s), ExitStack() as stack:
                if self._settings.midi_port is not None:
                    self._input = open_input(self._settings.midi_port, self._processor.request)
                    stack.callback(self._input.close)
                if self._recording is not None:
                    self._recording.start()
                stack.callback(self._finish)
                self._backend.start(self._processor)
                self._listener.start()
                stack.callback(self._listener.stop)
                self._backend.look_after()
                if self._companion is not None:
                    self._companion.start(self._door)
                    stack.callback(self._companion.stop)
                self._watch(began, stack)
        finally:
            self._backend.close()
            for line in self._backend.notices:
                self._tell(line)
            seconds = time.monotonic() - began
            self._write(seconds)
        why = self._why_stopped()
        if why:
            raise LiveError(why)
        return self.figures(seconds)

    # --------------------------------------------------------------------------------------------------- the loop

    def _watch(self, began: float, stack: ExitStack) -> None:
        console = Console()
        show = self._settings.view and console.is_terminal
        live: Live | None = None
        if show:
            self._reads_keys = stack.enter_context(reading_keys())
            live = stack.enter_context(Live(console=console, auto_refresh=False, transient=False))
        else:
            self._tell(self._backend.describe())
        looks = 0
        end = None if self._settings.seconds is None else began + self._settings.seconds
        while not self._stopping:
            time.sleep(_LOOK_S)
            looks += 1
            self._backend.look_after()
            self._tell_news(live is None)
            if self._take is not None:
                self._take.collect(self._processor.taken)
            if self._why_stopped() or (end is not None and time.monotonic() >= end):
                return
            if self._reads_keys:
                self._keyboard.press(pressed())
                self._stopping |= self._keyboard.quits
            if live is not None and looks % _SHOW_EVERY == 0:
                live.update(render(self._state(), console.width), refresh=True)
            if looks % _COLLECT_EVERY == 0:
                gc.collect()

    def _why_stopped(self) -> str:
        return self._backend.trouble or self._processor.failure

    def _tell_news(self, print_it: bool) -> None:
        news = list(self._backend.notices)
        if self._input is not None and self._input.trouble != self._input_trouble:
            self._input_trouble = self._input.trouble
            news.append(self._input_trouble or f"{self._input.name} is back")
        troubles = [self._listener.failure, "" if self._recording is None else self._recording.trouble]
        news += [trouble for trouble in troubles if trouble and trouble not in self._told]
        self._told.update(troubles)
        for line in news:
            self._notice = line
            if print_it:
                self._tell(line)

    def _state(self) -> LiveState:
        processor, times = self._processor, self._processor.times
        callbacks = times.callbacks - self._busy_callbacks
        if callbacks * times.block_us > 250_000:
            self._share = (times.busy_ns - self._busy_ns) / 1000 / (callbacks * times.block_us)
            self._busy_ns, self._busy_callbacks = times.busy_ns, times.callbacks
        recent = int(0.1 * processor.sample_rate_hz)
        levels = [tuple(float(x) for x in peak_dbfs(processor.tap.last(recent, side))) for side in (0, 1)]
        return LiveState(
            values=dict(processor.performer.values),
            levels_dbfs=(levels[0], levels[1]),
            share=self._share,
            xruns=times.xruns,
            midi_messages=processor.midi_messages,
            description=self._backend.describe(),
            notice=self._keyboard.complaint or self._notice,
            keys=self._reads_keys,
            prompt=self._keyboard.prompt,
            map_name=self._settings.midi_map.name,
            mappings=self._door.mappings,
        )

    # ---------------------------------------------------------------------------------------------------- the end

    def _finish(self) -> None:
        """Fade out, unless nobody asks for audio any more."""
        if not self._backend.trouble:
            self._processor.fade_out()
            until = time.monotonic() + _FADE_WAIT_S
            while not self._processor.silent and time.monotonic() < until:
                time.sleep(0.005)

    def _write(self, seconds: float) -> None:
        with ExitStack() as stack:
            if self._recording is not None:
                stack.callback(self._recording.stop)
            if self._take is not None:
                self._take.collect(self._processor.taken)
                self._take.write()
        if self._settings.stats is not None:
            text = json.dumps(self.figures(seconds), indent=1) + "\n"
            try:
                write_whole(self._settings.stats, text)
            except OSError as error:
                reason = error.strerror or error
                raise LiveError(f"{self._settings.stats}: cannot be written ({reason})") from None

    def figures(self, seconds: float) -> dict[str, Any]:
        """What ``--stats`` writes: times in µs, latencies in ms."""
        return {
            "backend": self._backend.describe(),
            "sample_rate_hz": self._backend.sample_rate_hz,
            "block_frames": self._backend.block_frames,
            "channels": self._backend.channels,
            "latency_added_frames": 0,
            "device_latency_ms": self._backend.latency_ms(),
            "seconds": round(seconds, 2),
            **self._processor.times.report(),
            "midi_messages": self._processor.midi_messages,
            "stopped_by": self._why_stopped() or "request",
        }

    @contextmanager
    def _stopping_signals(self) -> Iterator[None]:
        """Let SIGINT and SIGTERM end the session in order; a second one ends it at once."""

        def stop(number: int, _frame: FrameType | None) -> None:
            if self._stopping:
                raise KeyboardInterrupt
            self._stopping = True

        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@contextmanager
def _quiet_interpreter(block_s: float) -> Iterator[None]:
    """Let the control thread in within a part of a block, and never keep it waiting for a collection of garbage.

    Garbage is collected now and then by the main thread; what exists at the start is frozen, so that is quick.
    """
    interval, enabled = sys.getswitchinterval(), gc.isenabled()
    gc.collect()
    gc.freeze()
    gc.disable()
    sys.setswitchinterval(_SWITCH_PART * block_s)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        gc.unfreeze()
        if enabled:
            gc.enable()
