"""What pluginval does with a VST3 plugin's window, redone in pedalboard, which is JUCE as pluginval is."""

from __future__ import annotations

import subprocess
import sys

import pytest

from .screen import HANDLER_OF_ERRORS, WINDOW_NEEDS

pytestmark = WINDOW_NEEDS

SCRIPT = (
    """
import sys, threading, time
import numpy as np
from pedalboard import load_plugin
plugin, random = load_plugin(sys.argv[1]), np.random.default_rng(2)
noise = random.uniform(-1, 1, (2, 512)).astype(np.float32)
"""
    + HANDLER_OF_ERRORS
    + """
def nothing():
    time.sleep(0.05)
def processing():
    assert np.isfinite(plugin.process(noise, 48_000, reset=False, buffer_size=512)).all()
def automation():
    for parameter in plugin.parameters.values():
        parameter.raw_value = float(random.random())
    time.sleep(0.01)
def state():
    saved = plugin.raw_state
    for name in ("semantic", "to", "morph", "intensity", "output_db"):
        plugin.parameters[name].raw_value = float(random.random())
    plugin.raw_state = saved
    assert plugin.raw_state == saved
    time.sleep(0.02)
def work(doing, stop):
    try:
        while not stop.is_set():
            doing()
    except BaseException as error:
        print(repr(error), flush=True)
for name in sys.argv[2:]:
    stop, closing = threading.Event(), threading.Event()
    threading.Thread(target=lambda: (sys.stdin.readline(), closing.set()), daemon=True).start()
    worker = threading.Thread(target=work, args=(globals()[name], stop))
    worker.start()
    plugin.show_editor(closing)
    stop.set()
    worker.join()
    processing()
    print("closed", flush=True)
"""
)

#: By pluginval's names: what goes on while the window stands, once or in turn.
CHECKS = {
    "editor": ["nothing", "nothing"],
    "open-editor-whilst-processing": ["processing", "processing"],
    "editor-automation": ["automation"],
    "background-thread-state": ["state"],
}


@pytest.mark.parametrize("check", CHECKS)
def test_what_pluginval_does_with_a_window(plugins, screen, check):
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, plugins / "semeq.vst3", *CHECKS[check]],
        env=screen.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    try:
        for _ in CHECKS[check]:
            screen.until(screen.stands)
            screen.until(screen.drawn)
            process.stdin.write("close\n")
            assert process.stdout.readline() == "closed\n"
        assert process.wait(30) == 0
    finally:
        process.kill()
