"""The terminal view and the keys, in a terminal of its own."""

import contextlib
import os
import select
import sys
import time

import pytest
from rich.console import Console

from semeq.plugin import Controls, WordSpace
from semeq.plugin.live import LiveDoor, LiveProcessor
from semeq.plugin.live.keys import Keyboard
from semeq.plugin.live.view import LiveState, bar, packed, render
from semeq.plugin.midi import format_mapping, read_maps, read_midi_file, shipped_maps

from .rig import MAIN

pty = pytest.importorskip("pty")


def test_bars_are_as_full_as_their_fraction():
    assert bar(0.0, 8) == "········"
    assert bar(1.0, 8) == "████████"
    assert bar(0.5, 8) == "████····"
    assert {len(bar(i / 100, 8)) for i in range(-10, 120)} == {8}


def test_lines_are_packed_in_order_and_no_part_is_broken():
    parts = ["aa", "bbb", "c", "dddddddd", "e"]
    for width in range(1, 30):
        lines = packed(parts, width, " ")
        assert " ".join(lines).split() == parts
        assert all(len(line) <= width or line in parts for line in lines)
    assert packed(parts, 8, " ") == ["aa bbb c", "dddddddd", "e"]


def shown(width, **changes):
    values = {"semantic": "warm", "to": "bright", "morph": 0.5, "intensity": 1.0, "output_db": -24.0, "bypass": True}
    values |= {"level_match": True, "match_db": -12.3, "adaptive": True, "amount": 0.37}
    state = {"levels_dbfs": ((-120.0,) * 2,) * 2, "share": 1.0, "xruns": 99_999, "midi_messages": 999_999}
    state |= {"description": "JACK client semeq: 48000 Hz, 128 frames (2.7 ms)", "notice": "", "keys": True}
    state |= {"prompt": "", "map_name": "", "mappings": (), **changes}
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123
        console = Console(width=width, file=nowhere, record=True)
        console.print(render(LiveState(values=values, **state), width))
        return console.export_text().rstrip("\n").split("\n")


@pytest.mark.parametrize("width", [50, 60, 80, 200])
@pytest.mark.parametrize("name", ["", *shipped_maps()])
def test_nothing_is_wrapped_where_there_are_50_columns(width, name):
    midi_map = read_maps([name] if name else [])
    lines = shown(width, map_name=midi_map.name, mappings=tuple(map(format_mapping, midi_map)))
    assert max(map(len, lines)) <= width
    keys = 1 if width >= 80 else 2
    knobs = (2 if width == 200 else 3) if name else 0
    assert len(lines) == 1 + 11 + knobs + keys
    assert any("37 % applied" in line for line in lines)
    assert not name or any("morph" in line for line in lines[-keys - 2 :])


def test_a_word_that_is_typed_takes_the_place_of_the_keys():
    assert not any("quit" in line for line in shown(60, prompt="start word: br_"))
    assert shown(60, prompt="start word: br_")[-1] == "start word: br_"


class Keys:
    """A keyboard on a session that does not run."""

    def __init__(self, **controls):
        self.space = WordSpace.open()
        midi_map = read_maps([])
        self._processor = LiveProcessor(self.space, Controls("warm", **controls), midi_map, 48_000, 2, 128)
        self.board = Keyboard(LiveDoor(self.space, self._processor, midi_map, False, lambda: None))

    def __call__(self, *keys):
        self.board.press(keys)
        self._processor.control(0, 128)
        return self._processor.performer.values


def test_a_word_is_typed_for_either_end_of_the_morph():
    keys = Keys()
    keys(*"sbrip")
    assert keys.board.prompt == "start word: brip_"
    keys("\x7f")
    assert keys.board.prompt.startswith("start word: bri_   bright")
    values = keys("\t", "\n")
    assert (values["semantic"], values["to"], keys.board.prompt) == ("bright", None, "")
    assert keys(*"tairy\n")["to"] == "airy"
    assert keys(*"t\n")["to"] is None
    assert keys(*"s\n")["semantic"] == "bright"  # there is always a first word
    assert not keys.board.quits


def test_a_word_that_is_unknown_or_given_up_changes_nothing():
    keys = Keys()
    assert keys(*"sbrihgt\n")["semantic"] == "warm"
    assert "bright" in keys.board.complaint
    assert keys(*"sbright", "\x1b")["semantic"] == "warm"
    assert keys.board.prompt == ""
    assert keys(*"sa bit warm\n")["semantic"] == "a bit warm"  # a phrase, as anywhere
    assert keys.board.complaint == ""
    assert keys(*"sq", "up", "\x1b")["intensity"] == 1.0  # what else a key does, it does not while a word is typed
    assert not keys.board.quits
    keys("q")
    assert keys.board.quits


def test_steps_stay_in_range_and_add_up():
    keys = Keys(morph=0.97)
    assert keys("right", "right", "right")["morph"] == 1.0
    assert keys("left", "left")["morph"] == pytest.approx(0.96)
    assert keys("up", "b", "l", "b")["intensity"] == pytest.approx(1.05)


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
    terminal.press("tair")
    terminal.until("target word: air_   air")
    terminal.press("y\n")
    terminal.until("→  airy")
    terminal.press("q")
    assert terminal.wait() == 0
    texts = [event.text for event in read_midi_file(tmp_path / "t.mid")]
    assert sum("morph" in text for text in texts[1:]) == 2
    assert any("bypass" in text for text in texts[1:])
    assert any('"to"' in text and "airy" in text for text in texts[1:])
