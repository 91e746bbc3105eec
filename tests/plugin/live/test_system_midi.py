"""System MIDI ports through python-rtmidi, on its JACK side, as there is no sound card here."""

import importlib.util
import os
import subprocess
import sys
import time

import pytest

from .rig import MAIN, Knob, wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("rtmidi") is None, reason="python-rtmidi is not installed (pip install 'semeq[midi]')"
    ),
]


def test_a_system_port_is_found_by_part_of_its_name_lost_and_found_again(server):
    environment = {
        **os.environ,
        "MIDO_BACKEND": "mido.backends.rtmidi/UNIX_JACK",
        "JACK_DEFAULT_SERVER": server.name,
        "JACK_NO_START_SERVER": "1",
    }

    def semeq(*arguments):
        return [sys.executable, "-u", "-c", MAIN, "midi", *arguments]

    knob = Knob(server)
    listed = subprocess.run(semeq("ports"), env=environment, capture_output=True, text=True, timeout=60)
    if "UNIX_JACK" in listed.stderr or "no MIDI system" in listed.stdout.splitlines()[0]:
        knob.close()
        pytest.skip("this python-rtmidi has no JACK side")
    assert "nanoKONTROL2" in listed.stdout
    wrong = subprocess.run(
        semeq("monitor", "--midi", "launchpad"), env=environment, capture_output=True, text=True, timeout=60
    )
    assert wrong.returncode == 1
    assert "there is no MIDI input 'launchpad'; there are: " in wrong.stderr
    assert "nanoKONTROL2" in wrong.stderr

    monitor = subprocess.Popen(
        semeq("monitor", "--midi", "nanokontrol2", "--map", "21=morph", "--seconds", "9"),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    wait_until(lambda: knob.connected, what="the connection")
    knob.send(bytes((0xB0, 21, 127)))
    time.sleep(0.5)
    knob.close()
    time.sleep(2.5)
    knob = Knob(server)
    wait_until(lambda: knob.connected, what="the connection again")
    time.sleep(0.2)
    knob.send(bytes((0xB0, 21, 0)))
    out, _ = monitor.communicate(timeout=30)
    knob.close()
    assert "morph → 1.000" in out
    assert "unplugged" in out
    assert "is back" in out
    assert "morph → 0.000" in out
