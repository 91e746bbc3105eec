"""What goes wrong while it plays, and before: the host says so in one line and ends in order."""

import os
import re
import signal
import socket
import subprocess
import sys
import time

import mido
import pytest

from .rig import wait_until

START = ("-s", "warm", "--to", "bright", "--map", "21=morph")


def said(host):
    return "\n".join(host.lines)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(server, start_host, how):
    host = start_host(*START, server=server).ready()
    assert host.end(how) == 0
    assert host.stats["stopped_by"] == "request"
    assert len(host.lines) == 1


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_the_end_of_the_server_ends_it_with_one_line_and_status_1(own_server, start_host, tmp_path, how):
    take = tmp_path / "take.mid"
    host = start_host(*START, "--record", take, server=own_server).ready()
    time.sleep(0.3)
    own_server.stop(how)
    assert host.end(None) == 1
    assert "semeq: the JACK server ended" in host.lines[-1]
    assert "Traceback" not in said(host)
    assert "JACK server ended" in host.stats["stopped_by"]
    assert take.exists()


def test_a_midi_device_may_go_and_come_back(server, start_host):
    def plug():
        client = server.client("nano")
        client.midi_outports.register("nanoKONTROL2")
        client.activate()
        return client

    client = plug()
    host = start_host("-s", "warm", "--map", "21=morph", "--midi", "nanokontrol2", server=server).ready()
    wait_until(lambda: "MIDI from nano:nanoKONTROL2" in said(host), what="the connection")
    client.close()
    wait_until(lambda: "was unplugged" in said(host), what="the notice")
    client = plug()
    wait_until(lambda: said(host).count("MIDI from") == 2, what="the connection again")
    assert client.get_all_connections("nano:nanoKONTROL2")
    client.close()
    assert host.end() == 0


def test_midi_from_a_socket_and_a_sender_that_leaves(server, start_host):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    host = start_host(*START, "--midi", f"tcp:127.0.0.1:{port}", server=server).ready()
    for goes, value in enumerate((10, 20), 1):
        with socket.create_connection(("127.0.0.1", port)) as sender:
            sender.sendall(mido.Message("control_change", control=21, value=value).bin())
            wait_until(lambda: goes == 1 or "is back" in said(host), what="the notice")  # noqa: B023
            time.sleep(0.2)
        wait_until(lambda: said(host).count("hung up") == goes, what="the notice")  # noqa: B023
    assert host.end() == 0
    assert host.stats["midi_messages"] == 2


def portaudio_on(server):
    """Environment in which PortAudio finds this JACK server as a device; skips where it cannot."""
    environment = {"JACK_DEFAULT_SERVER": server.name, "JACK_NO_START_SERVER": "1"}
    code = "import sounddevice as s; print([s.query_hostapis(d['hostapi'])['name'] for d in s.query_devices()])"
    found = subprocess.run([sys.executable, "-c", code], env=os.environ | environment, capture_output=True, text=True)
    if "JACK" not in found.stdout:
        pytest.skip("no PortAudio with JACK, and there is no other audio device")
    return environment


def test_sounddevice_runs_on_portaudio(server, start_host):
    environment = portaudio_on(server)
    host = start_host("-s", "warm", "--backend", "sounddevice", "--block", "128", "--seconds", "2", env=environment)
    host.ready()
    assert host.end(None) == 0, said(host)
    assert host.stats["callbacks"] > 200
    assert "latency" in host.lines[0]
    assert host.stats["device_latency_ms"][1] > 0


def test_sounddevice_says_when_the_device_is_lost(own_server, start_host):
    host = start_host("-s", "warm", "--backend", "sounddevice", env=portaudio_on(own_server)).ready()
    time.sleep(0.3)
    own_server.stop()
    assert host.end(None) == 1
    assert re.search(r"semeq: the audio device .*unplugged\?", host.lines[-1])


@pytest.mark.parametrize(
    ("arguments", "status", "complaint"),
    [
        (["--input", "nowhere"], 1, "there is no JACK output 'nowhere'; there are: system:capture_1"),
        (["--midi", "nowhere"], 1, "there is no MIDI port 'nowhere' in JACK; there are: "),
        (["--midi", "tcp:1:x"], 1, "is not a MIDI socket"),
        (["--map", "22=wobble"], 2, "no control 'wobble'"),
        (["--map", "21=intensity"], 2, "same message"),
        (["--map", "pc=semantic{warm,brihgt}"], 2, "bright"),
        (["--to", "brihgt"], 2, "bright"),
        (["--record", "/nowhere/take.mid"], 1, "cannot be written"),
        (["--stats", "/nowhere/figures.json"], 1, "cannot be written"),
        (["--morph", "2"], 2, "morph is 2"),
        (["--block", "100"], 2, "100"),
    ],
)
def test_a_wrong_request_is_one_line(server, start_host, arguments, status, complaint):
    host = start_host(*START, *arguments, server=server)
    assert host.end(None) == status
    assert complaint in host.lines[-1]
    assert "Traceback" not in said(host)


def test_without_a_server_it_says_how_to_get_one(start_host):
    host = start_host(*START, "--server", "no-such-server")
    assert host.end(None) == 1
    assert "there is no JACK server named no-such-server" in host.lines[-1]


def test_a_take_is_never_written_over(server, start_host, tmp_path):
    (tmp_path / "take.mid").write_bytes(b"mine")
    host = start_host(*START, "--record", tmp_path / "take.mid", server=server)
    assert host.end(None) == 1
    assert "exists already" in host.lines[-1]
    assert (tmp_path / "take.mid").read_bytes() == b"mine"
