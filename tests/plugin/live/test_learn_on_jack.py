"""`semeq midi learn` on a JACK MIDI port, and a host that plays the map."""

import subprocess
import sys
import time

import pytest

from semeq.plugin.midi import PortError, load_map, name_in_maps, open_input, parse_mapping

from .rig import MAIN, Knob, wait_until

pytestmark = pytest.mark.slow


def test_a_knob_of_a_jack_port_is_learnt_and_the_map_finds_the_port(server, start_host, tmp_path):
    knob, path = Knob(server), tmp_path / "mine.toml"
    options = ("--midi", "nanokontrol2", "--server", server.name, "--out", path, "--seconds", "60")
    command = [sys.executable, "-c", MAIN, "midi", "learn", "morph", *map(str, options)]
    learn = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: knob.connected, 30, "the connection")
    for value in range(0, 120, 5):
        knob.send(bytes((0xB0, 21, value)))
    _, said = learn.communicate(timeout=60)
    assert learn.returncode == 0, said
    assert "morph does nothing without a second word" in said
    assert load_map(path).port == "nanokontrol2"
    assert [*load_map(path)] == [parse_mapping("ch1:21=morph")]

    host = start_host("-s", "warm", "--map", path, server=server).ready()
    wait_until(lambda: knob.connected, what="the connection")
    knob.send(bytes((0xB0, 21, 99)))
    time.sleep(0.5)
    assert host.end() == 0
    assert host.stats["midi_messages"] == 1
    assert sum("morph, which does nothing without a second word" in line for line in host.lines) == 1
    knob.close()


def test_a_port_that_is_nowhere_is_told_with_those_of_jack(server):
    knob = Knob(server)
    with pytest.raises(PortError, match=r"there is no MIDI input 'launchpad'; there are: .*nanoKONTROL2"):
        open_input("launchpad", print, server.name)
    knob.close()


@pytest.mark.parametrize(
    ("named", "in_map"),
    [("nanoKONTROL2", "nanoKONTROL2"), ("jack:nano", "nano"), ("jack:", ""), ("tcp:127.0.0.1:9", "")],
)
def test_what_a_map_says_of_a_port(named, in_map):
    assert name_in_maps(named) == in_map
