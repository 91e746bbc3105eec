"""End to end through PortAudio, on its JACK side, as there is no sound card here."""

import re
import socket
import time

import numpy as np

from semeq.eq import Engine
from semeq.plugin import WordSpace

from .playing import BLOCK, RATE, cc
from .rig import portaudio_on, wait_until

START = ("-s", "warm", "--to", "bright", "--map", "21=morph", "--backend", "sounddevice", "--block", BLOCK)


def test_it_plays_the_same_bits_and_hears_midi(server, start_host, start_rig, random):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = portaudio_on(server)
    host = start_host(*START, "--midi", f"tcp:127.0.0.1:{port}", env=environment).ready()
    assert "latency" in host.lines[0]
    ours = server.client("look")
    for name in ("PortAudio:in_0", "PortAudio:in_1"):  # PortAudio connects the device it was asked for
        for other in ours.get_all_connections(name):
            ours.disconnect(other, name)
    ours.close()
    host.port = lambda short: f"PortAudio:{short[:-1]}{int(short[-1]) - 1}"  # in_1 is in_0 there
    rig = start_rig(server, host, midi=False)
    audio = (0.1 * random.standard_normal((2, RATE))).astype(np.float32)
    space = WordSpace.open()

    def plays(morph):
        sent, back, whole = rig.play(audio)
        assert whole
        engine = Engine(RATE, 2)
        engine.jump(space.params("warm", "bright", morph, 1.0))
        wanted = engine.process(sent)
        late = slice(RATE // 2, None)  # the filters forget what was before; PortAudio on JACK holds a block back
        return np.array_equal(back[:, late], wanted[:, RATE // 2 - BLOCK : -BLOCK])

    assert plays(0.0)
    with socket.create_connection(("127.0.0.1", port)) as sender:
        sender.sendall(cc(127))
        wait_until(lambda: plays(1.0), what="the new word")
    assert host.end() == 0
    assert host.stats["midi_messages"] == 1
    assert host.stats["device_latency_ms"][1] > 0
    assert host.stats["callbacks"] > 2 * RATE / BLOCK
    assert host.stats["lost_messages"] == 0


def test_it_says_when_the_device_is_lost(own_server, start_host):
    host = start_host(*START, env=portaudio_on(own_server)).ready()
    time.sleep(0.3)
    own_server.stop()
    assert host.end(None) == 1
    assert re.search(r"semeq: the audio device .*unplugged\?", host.lines[-1])
