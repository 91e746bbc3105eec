"""A live stream whose audio callback is C++: a thread turns MIDI into targets, and the callback takes them.

The callback never waits for Python. What a message changes is meant for the frame one block after the message's own, so
that there is a block's time to work it out; a target that comes later than that is applied at once, and counted.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ._callback import Callback

if TYPE_CHECKING:  # the processor reads what the callback writes, by functions from here
    from ..processor import LiveProcessor

_LOOK_S = 0.1


class NativeStream:
    """The control side of a running stream.

    Parameters
    ----------
    processor : LiveProcessor
        What knows the controls; its meters, times and fade are written by the callback.
    block_frames : int
        The audio system's block: how much later a control is heard than its message came.
    """

    def __init__(self, processor: LiveProcessor, block_frames: int) -> None:
        self.delay_frames = block_frames
        self.processor = processor
        times, tap = processor.times, processor.tap
        self.callback = Callback(
            processor.sample_rate_hz,
            tap.ring,
            tap.written,
            times.histogram,
            times.counts,
            processor.faded,
            processor.fade,
        )
        controls = processor.performer.controls
        self.callback.jump(processor.target, controls.effective_output_db)
        self._position = 0  # stream frames before which everything is worked out
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="semeq-control", daemon=True)

    def start(self) -> None:
        """Begin; the callback may run already."""
        self.processor.on_request = self.callback.wake
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for it. The callback fades to silence, should someone still call it."""
        self._stopping = True
        self.processor.fade_out()
        self.processor.on_request = lambda: None
        self.callback.wake()
        self._thread.join(2.0)

    def resized(self, block_frames: int) -> None:
        """Another block from now on."""
        self.delay_frames = block_frames
        self.processor.times.block_us = 1e6 * block_frames / self.processor.sample_rate_hz

    def _run(self) -> None:
        while not self._stopping:
            self.callback.wait(_LOOK_S)
            try:
                self.advance()
            except Exception as error:  # a thread that dies would leave the knobs dead without a word
                self.processor.failure = f"{type(error).__name__}: {error}"
                return

    def advance(self) -> None:
        """Work out what the blocks that have begun change."""
        callback, processor = self.callback, self.processor
        entered = callback.entered
        if entered > self._position:
            messages = callback.messages(entered)
            start = self._position
            if not processor.performer.moving:  # nothing happened while this thread slept
                start = max(start, entered - self.delay_frames)
                start = min([start, *(frame for frame, _ in messages[:1])])
            events = processor.control(start, entered - start, messages, self.delay_frames)
            if events is not None:
                callback.post(events.at + (start + self.delay_frames), events.params, events.output_db)
            self._position = entered
        callback.follow(processor.performer.moving or processor.asked)
        callback.settle(self._position + self.delay_frames)
