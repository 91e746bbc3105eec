"""`--channels` and `--rate` on a real JACK server: every channel is filtered alike, and the rate is the server's."""

import numpy as np
import pytest

from semeq.eq import Engine
from semeq.plugin import WordSpace

from .rig import RATE, wait_until

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("channels", [1, 3, 8])
def test_every_channel_has_its_ports_and_plays_what_the_engine_gives(server, start_host, start_rig, random, channels):
    host = start_host("-s", "warm", "--channels", channels, server=server).ready()
    rig = start_rig(server, host, channels=channels)
    audio = random.normal(0, 0.1, (channels, RATE)).astype(np.float32)
    sent, back, whole = rig.play(audio)
    assert whole
    engine = Engine(RATE, channels)
    engine.jump(WordSpace.open().params("warm", None, 0.0, 1.0))
    np.testing.assert_array_equal(back, engine.process(sent))
    assert host.end() == 0


def test_a_rate_does_nothing_and_says_so(server, start_host):
    host = start_host("-s", "warm", "--rate", 96_000, server=server).ready()
    wait_until(lambda: any("JACK client" in line for line in host.lines), what="its first line")
    assert "--rate does nothing with JACK, which has a rate of its own" in host.lines[0]
    assert any(f"JACK client semeq: {RATE} Hz" in line for line in host.lines)
    assert host.end() == 0


def test_ports_that_are_too_few_are_told(server, start_host):
    """The dummy driver has two playback ports: two of four channels are connected."""
    host = start_host("-s", "warm", "--channels", 4, "--output", "system:playback", server=server).ready()
    wait_until(lambda: any("2 ports" in line for line in host.lines), what="the notice")
    assert any("system:playback has 2 ports for 4 channels" in line for line in host.lines)
    client = server.client("look")
    try:
        reached = [[port.name for port in client.get_all_connections(f"semeq:out_{n}")] for n in range(1, 5)]
    finally:
        client.close()
    assert reached == [["system:playback_1"], ["system:playback_2"], [], []]
    assert host.end() == 0
