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
from semeq.words import load_decoder, word_positions

from .screen import HANDLER_OF_ERRORS, WINDOW_NEEDS

pytestmark = WINDOW_NEEDS

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


VST3_SCRIPT = (
    """
import json, sys, threading
from pedalboard import load_plugin
plugin, closing = load_plugin(sys.argv[1]), threading.Event()
"""
    + HANDLER_OF_ERRORS
    + """def hands():
    sys.stdin.readline()
    closing.set()
threading.Thread(target=hands, daemon=True).start()
plugin.show_editor(closing)
print(json.dumps({name: p.raw_value for name, p in plugin.parameters.items()}), flush=True)
"""
)


def test_vst3_in_pedalboard(plugins, screen, words):
    process = subprocess.Popen(
        [sys.executable, "-c", VST3_SCRIPT, plugins / "semeq.vst3"],
        env=screen.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        screen.until(screen.stands)
        screen.until(screen.drawn)
        screen.click(word_place("harsh"))
        screen.click(BYPASS)
        output, _ = process.communicate("close\n", timeout=60)
    finally:
        process.kill()
    values = json.loads(output.splitlines()[-1])
    assert words[round(values["semantic"] * (len(words) - 1))] == "harsh"
    assert values["bypass"] == 1


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
    host = subprocess.Popen(["jalv.gtk3", "-n", name, "urn:semeq:semeq"], env=environment, stdout=subprocess.DEVNULL)
    try:
        screen.until(screen.stands)
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
