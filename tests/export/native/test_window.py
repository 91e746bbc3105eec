"""The plugin's window under Xvfb, with clicks and drags by xdotool: in a small CLAP host, in pedalboard and in jalv."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest

from semeq.export.factory_programs import factory_programs
from semeq.export.native import window_lacks
from semeq.words import load_decoder, word_positions

from .building import NEEDS

PROGRAMS = {"Xvfb": "xvfb", "xdotool": "xdotool", "import": "imagemagick"}
MISSING = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]

pytestmark = [
    *NEEDS,
    pytest.mark.skipif(sys.platform != "linux", reason="these windows are X11's"),
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
    pytest.mark.skipif(bool(window_lacks()), reason=f"no window here without {', '.join(window_lacks())}"),
]

# Places in the window of 980 × 600, as export/native/cpp/window/page_drawing.cpp lays it out.
MAP = (13, 102, 527, 485)
MORPH, OUTPUT = (651, 449, 227), (651, 521, 227)  # left end, middle, length of the track
BYPASS, UNDO, AB, SEARCH, NEXT_PROGRAM = (586, 555), (870, 28), (817, 28), (460, 81), (623, 28)
LEVEL_MATCH, PROGRAM_LIST, PROGRAM_ROWS = (710, 555), (490, 28), 55
SEMANTIC, TO, MORPH_VALUE, INTENSITY, OUTPUT_DB, BYPASSED, LEVEL_MATCHED = range(7)


def word_place(name):
    """Where a word stands in the map."""
    decoder = load_decoder()
    vocabulary = decoder.bundle.vocabulary
    x, y = dict(zip(vocabulary.names, word_positions(decoder, vocabulary), strict=True))[name]
    left, top, width, height = MAP
    across, up = width / 2 - min(46, width * 0.08), height / 2 - min(30, height * 0.1)
    return round(left + width / 2 + x * across), round(top + height / 2 - 14 - y * up)


class Screen:
    """A display of its own, with hands and eyes."""

    def __init__(self):
        read, write = os.pipe()
        self.process = subprocess.Popen(
            # Without -noreset it starts anew when its last client leaves, and refuses whoever comes meanwhile.
            ["Xvfb", "-displayfd", str(write), "-noreset", "-screen", "0", "1280x800x24"],
            pass_fds=(write,),
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()
        if not number:
            pytest.skip("Xvfb does not start here")
        self.environment = {**os.environ, "DISPLAY": f":{number}", "LIBGL_ALWAYS_SOFTWARE": "1"}
        self.origin = (0, 0)

    def close(self):
        self.process.terminate()
        self.process.wait(10)

    def hand(self, *words):
        subprocess.run(["xdotool", *map(str, words)], env=self.environment, check=True, capture_output=True)

    def at(self, place):
        return place[0] + self.origin[0], place[1] + self.origin[1]

    def click(self, place, button=1):
        self.hand("mousemove", *self.at(place), "sleep", 0.1, "click", button, "sleep", 0.2)

    def drag(self, *places):
        first, *rest = [self.at(place) for place in places]
        moves = [word for place in rest for word in ("mousemove", *place, "sleep", 0.1)]
        self.hand("mousemove", *first, "sleep", 0.1, "mousedown", 1, "sleep", 0.1, *moves, "mouseup", 1, "sleep", 0.2)

    def picture(self):
        done = subprocess.run(
            ["import", "-window", "root", "-depth", "8", "rgb:-"], env=self.environment, check=True, capture_output=True
        )
        x, y = self.origin
        return np.frombuffer(done.stdout, np.uint8).reshape(800, 1280, 3).astype(np.int16)[y : y + 600, x : x + 980]

    def until(self, done, seconds=40.0):
        end = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < end, f"not within {seconds} s"
            time.sleep(0.1)

    def drawn(self):
        """Whether the window stands there: many colours, and its accent among them."""
        image = self.picture()
        accent = (np.abs(image - np.array([0xF5, 0xA7, 0x42])).max(axis=2) < 8).sum()
        return accent > 300 and len(np.unique(image.reshape(-1, 3), axis=0)) > 200


@pytest.fixture
def screen():
    screen = Screen()
    yield screen
    screen.close()


class ClapWindow:
    """The CLAP in a host with a window; `values()` are the parameters as the plugin has them."""

    def __init__(self, program, plugin, screen, sound="noise"):
        self.process = subprocess.Popen(
            [program, plugin, sound],
            env=screen.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        line = self.process.stdout.readline()
        assert line.startswith("window "), line

    def values(self):
        self.process.stdin.write("values\n")
        return [float(value) for value in self.process.stdout.readline().split()]

    def becomes(self, index, value, within=1e-6, seconds=30.0):
        """Wait until a parameter has a value: a busy machine takes its time to follow the hand."""
        end = time.monotonic() + seconds
        while abs(self.values()[index] - value) > within:
            assert time.monotonic() < end, f"parameter {index} is {self.values()[index]}, not {value}"
            time.sleep(0.1)

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(20) == 0


@pytest.fixture(scope="module")
def clap_program(program):
    return program("clap_window.cpp", "-lX11")


@pytest.fixture
def clap(clap_program, plugins, screen):
    window = ClapWindow(clap_program, plugins / "semeq.clap", screen)
    screen.until(screen.drawn)
    yield window
    window.close()


@pytest.fixture(scope="module")
def words(plugins, program):
    return subprocess.run(
        [program("clap_host.cpp"), "words", plugins / "semeq.clap"], capture_output=True, text=True, check=True
    ).stdout.splitlines()


def test_words_of_the_map_are_taken_by_click(clap, screen, words):
    screen.click(word_place("harsh"))
    screen.click(word_place("smooth"), button=3)
    clap.becomes(SEMANTIC, words.index("harsh"))
    clap.becomes(TO, words.index("smooth"))
    screen.click(UNDO)
    clap.becomes(TO, words.index("bright"))


def test_dragging_the_point_on_its_path_morphs(clap, screen):
    warm, bright = word_place("warm"), word_place("bright")
    between = ((warm[0] + bright[0]) // 2, (warm[1] + bright[1]) // 2)
    screen.drag(warm, (warm[0] + 5, warm[1] - 60), between)
    screen.until(lambda: 0.15 < clap.values()[MORPH_VALUE] < 0.85)
    screen.click(NEXT_PROGRAM)
    clap.becomes(MORPH_VALUE, 0)


def test_sliders_bypass_and_two_states(clap, screen):
    x, y, length = MORPH
    screen.drag((x, y), (x + 30, y), (x + length // 4, y))
    clap.becomes(MORPH_VALUE, 0.25, within=0.02)
    x, y, length = OUTPUT
    screen.drag((x + length // 2, y), (x + 30, y), (x + length // 4, y))
    clap.becomes(OUTPUT_DB, -12, within=0.7)
    screen.click(BYPASS)
    clap.becomes(BYPASSED, 1)
    changed = clap.values()
    screen.click(AB)
    clap.becomes(BYPASSED, 0)
    assert clap.values()[MORPH_VALUE] == 0
    screen.click(AB)
    clap.becomes(BYPASSED, 1)
    assert clap.values() == changed


def test_a_factory_preset_is_taken_from_the_list_and_undone(clap, screen, words):
    screen.click(PROGRAM_LIST)
    names = ["start", *(program.name for program in factory_programs())]
    screen.click((PROGRAM_LIST[0], PROGRAM_ROWS + 25 * names.index("mud out") + 12))
    clap.becomes(SEMANTIC, words.index("less muddy"))
    assert clap.values()[INTENSITY] == 0.5
    screen.click(UNDO)
    clap.becomes(SEMANTIC, words.index("warm"))


def test_level_match_is_switched(clap, screen):
    screen.click(LEVEL_MATCH)
    clap.becomes(LEVEL_MATCHED, 1)
    screen.click(LEVEL_MATCH)
    clap.becomes(LEVEL_MATCHED, 0)


def test_a_word_is_found_by_typing(clap, screen, words):
    screen.click(SEARCH)
    screen.hand("type", "--delay", "60", "pinch")
    screen.hand("key", "Return", "sleep", "0.3")
    clap.becomes(SEMANTIC, words.index("pinched"))


def lower_plot(screen):
    """How red the plot is from 1 kHz up, near its lower end: the curve does not reach there."""
    return np.median(screen.picture()[330:350, 810:940, 0])


def test_the_spectrum_of_the_output_is_drawn(clap, screen):
    screen.until(lambda: lower_plot(screen) > 45)


def test_without_sound_there_is_no_spectrum(clap_program, plugins, screen):
    window = ClapWindow(clap_program, plugins / "semeq.clap", screen, "silence")
    screen.until(screen.drawn)
    assert lower_plot(screen) < 35
    window.close()


VST3_SCRIPT = """
import ctypes, json, sys, threading
from pedalboard import load_plugin
plugin, closing = load_plugin(sys.argv[1]), threading.Event()
# JUCE asks about window 0 where no window manager runs, which ends a program without a handler of errors.
handler = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(lambda display, error: 0)
ctypes.CDLL("libX11.so.6").XSetErrorHandler(handler)
def hands():
    sys.stdin.readline()
    closing.set()
threading.Thread(target=hands, daemon=True).start()
plugin.show_editor(closing)
print(json.dumps({name: p.raw_value for name, p in plugin.parameters.items()}), flush=True)
"""


def test_vst3_in_pedalboard(plugins, screen, words):
    process = subprocess.Popen(
        [sys.executable, "-c", VST3_SCRIPT, plugins / "semeq.vst3"],
        env=screen.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        screen.until(lambda: window_stands(screen))
        screen.until(screen.drawn)
        screen.click(word_place("harsh"))
        screen.click(BYPASS)
        output, _ = process.communicate("close\n", timeout=60)
    finally:
        process.kill()
    values = json.loads(output.splitlines()[-1])
    assert words[round(values["semantic"] * (len(words) - 1))] == "harsh"
    assert values["bypass"] == 1


def window_stands(screen):
    """Find the window by its size, and remember where it is."""
    found = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--name", ""],
        env=screen.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    places = []
    for window in found.stdout.split():
        shell = subprocess.run(
            ["xdotool", "getwindowgeometry", "--shell", window],
            env=screen.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        place = {name: int(value) for name, _, value in (line.partition("=") for line in shell.stdout.splitlines())}
        if (place.get("WIDTH"), place.get("HEIGHT")) == (980, 600):
            places.append((place["Y"], place["X"]))
    if places:  # xdotool counts the offset of a window in another one twice: the first is right
        screen.origin = min(places)[::-1]
    return bool(places)


def jack_server(name):
    """A JACK server that answers. Where others start theirs at the same moment the first try may fail."""
    for _ in range(3):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        server = subprocess.Popen(["jackd", "-n", name, "-r", "-d", "dummy"], **quiet)
        if subprocess.run(["jack_wait", "-s", name, "-w", "-t", "10"], check=False, **quiet).returncode == 0:
            return server
        server.kill()
        server.wait(10)
    pytest.skip("no JACK server starts here")
    return None


@pytest.mark.skipif(shutil.which("jalv.gtk3") is None, reason="jalv.gtk3 is not installed (Debian: jalv)")
@pytest.mark.skipif(shutil.which("jackd") is None, reason="jackd is not installed (Debian: jackd2)")
def test_lv2_in_jalv(plugins, screen):
    name = f"semeq-window-{os.getpid()}"
    environment = {**screen.environment, "JACK_DEFAULT_SERVER": name, "LV2_PATH": str(plugins)}
    environment["JACK_NO_AUDIO_RESERVATION"] = "1"
    server = jack_server(name)
    host = subprocess.Popen(["jalv.gtk3", "urn:semeq:semeq"], env=environment, stdout=subprocess.DEVNULL)
    try:
        screen.until(lambda: window_stands(screen))
        screen.until(screen.drawn)
        before = screen.picture()
        screen.click(BYPASS)
        screen.until(lambda: np.abs(screen.picture() - before)[540:570, 560:620].max() > 60)
        screen.click(word_place("harsh"))
        screen.until(lambda: np.abs(screen.picture() - before)[490:, :540].max() > 60)
    finally:
        for process in (host, server):
            process.terminate()
            process.wait(10)
