"""The terminal view and the keys, in a terminal of its own."""

import contextlib
import os
import select
import sys
import time

import pytest

from semeq.plugin.live.view import bar
from semeq.plugin.midi import read_midi_file

from .rig import MAIN

pty = pytest.importorskip("pty")


def test_bars_are_as_full_as_their_fraction():
    assert bar(0.0, 8) == "········"
    assert bar(1.0, 8) == "████████"
    assert bar(0.5, 8) == "████····"
    assert {len(bar(i / 100, 8)) for i in range(-10, 120)} == {8}


class Terminal:
    """A command in a pseudo-terminal."""

    def __init__(self, *arguments):
        self.pid, self._handle = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm", COLUMNS="100", LINES="30")
            os.execv(sys.executable, [sys.executable, "-c", MAIN, *map(str, arguments)])
        self.text = ""

    def read(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if select.select([self._handle], [], [], 0.05)[0]:
                with contextlib.suppress(OSError):
                    self.text += os.read(self._handle, 65_536).decode("utf-8", "replace")

    def until(self, text, seconds=20.0):
        end = time.monotonic() + seconds
        while text not in self.text:
            assert time.monotonic() < end, f"{text!r} was not shown: {self.text[-2000:]}"
            self.read(0.1)

    def press(self, keys):
        os.write(self._handle, keys.encode())

    def wait(self):
        for _ in range(200):
            self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                os.close(self._handle)
                return os.waitstatus_to_exitcode(status)
        raise AssertionError("it did not end")


def test_keys_move_what_the_view_shows_and_q_ends_it(server, tmp_path):
    terminal = Terminal("live", "-s", "warm", "--to", "bright", "--server", server.name, "--record", tmp_path / "t.mid")
    terminal.until("q quit")
    for shown in ("warm", "bright", "morph", "intensity", "callback", "xruns", "dBFS", "48000 Hz"):
        terminal.until(shown)
    terminal.press("\x1b[C\x1b[C\x1b[A")
    terminal.until("0.04")
    terminal.until("1.05")
    terminal.press("b")
    terminal.until("BYPASS")
    terminal.press("q")
    assert terminal.wait() == 0
    texts = [event.text for event in read_midi_file(tmp_path / "t.mid")]
    assert sum("morph" in text for text in texts[1:]) == 2
    assert any("bypass" in text for text in texts[1:])
