"""What goes wrong while it plays, and before: the host says so in one line and ends in order."""

import signal
import socket
import time

import mido
import pytest

from semeq.plugin.midi import PortError
from semeq.plugin.midi.ports import JackInput

from .playing import BLOCK
from .rig import Knob, wait_until

pytestmark = pytest.mark.slow

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
    wait_until(lambda: client.get_all_connections("nano:nanoKONTROL2"), what="JACK's word of it")
    for goes in range(3, 6):  # between two looks
        client.close()
        client = plug()
        wait_until(lambda: said(host).count("MIDI from") == goes, what="the connection again")  # noqa: B023
        wait_until(lambda: client.get_all_connections("nano:nanoKONTROL2"), what="JACK's word of it")  # noqa: B023
    client.close()
    assert host.end() == 0


class Player:
    """A JACK client with two outputs and no sound. Without a callback of Python's it may be closed at any time."""

    def __init__(self, server, name="player"):
        self._client = server.client(name)
        self.outs = [self._client.outports.register(f"out_{i + 1}") for i in range(2)]
        self._client.activate()

    @property
    def partners(self):
        return [[port.name for port in out.connections] for out in self.outs]

    def disconnect(self):
        for out in self.outs:
            out.disconnect()

    def close(self):
        self._client.close()


def test_audio_ports_may_go_and_come_back(server, start_host):
    player = Player(server)
    host = start_host("-s", "warm", "--input", "player", "--output", "system", server=server).ready()
    ours = [[host.port("in_1")], [host.port("in_2")]]
    wait_until(lambda: player.partners == ours, what="the connection")
    player.close()
    wait_until(lambda: said(host).count("is gone") == 2, what="the notices")
    assert "audio port player:out_1 is gone" in said(host)
    player = Player(server)
    wait_until(lambda: player.partners == ours, what="the connection again")
    wait_until(lambda: said(host).count("is back") == 2, what="the notices")
    for goes in range(2, 7):  # between two looks
        player.close()
        player = Player(server)
        wait_until(lambda: player.partners == ours, what="the connection again")  # noqa: B023
        wait_until(lambda: said(host).count("is back") == 2 * goes, what="the notices")  # noqa: B023
    assert said(host).count("is gone") == 12
    assert "system:" not in said(host)
    player.close()
    assert host.end() == 0


def test_a_connection_that_someone_ends_by_hand_stays_ended(server, start_host):
    player = Player(server)
    host = start_host("-s", "warm", "--input", "player", server=server).ready()
    wait_until(lambda: all(player.partners), what="the connection")
    player.disconnect()
    time.sleep(1.5)
    other = Player(server, "another")  # ports that come are no reason to connect it
    time.sleep(0.5)
    assert player.partners == [[], []], host.lines
    for client in (player, other):
        client.close()
    assert host.end() == 0


def test_a_server_that_hangs_is_told_and_left(own_server, start_host):
    host = start_host(*START, "--input", "system", server=own_server).ready()
    time.sleep(0.3)
    own_server.process.send_signal(signal.SIGSTOP)
    wait_until(lambda: "the JACK server does not answer" in said(host), what="the notice")
    own_server.process.send_signal(signal.SIGCONT)
    wait_until(lambda: "the JACK server answers again" in said(host), what="the notice")
    own_server.process.send_signal(signal.SIGSTOP)
    wait_until(lambda: said(host).count("does not answer") == 2, what="the notice")
    assert host.end() == 1
    assert host.lines[-1] == "semeq: the JACK server does not answer; closed without it"
    assert len(host.lines) == 5
    assert "does not answer" in host.stats["stopped_by"]


def test_a_server_that_hangs_just_before_the_end_is_told_and_left(own_server, start_host):
    host = start_host(*START, server=own_server).ready()
    time.sleep(0.3)
    own_server.process.send_signal(signal.SIGSTOP)
    assert host.end() == 1
    assert host.lines[1:] == ["semeq: the JACK server does not answer; closed without it"]


def test_a_server_that_hangs_from_the_start_is_told(own_server, start_host):
    own_server.process.send_signal(signal.SIGSTOP)
    host = start_host(*START, server=own_server)
    assert host.end(None) == 1
    assert host.lines == [f"semeq: the JACK server named {own_server.name} does not answer"]


@pytest.mark.parametrize("meanwhile", [None, 256])
def test_the_server_gets_its_block_back_unless_someone_changed_it(own_server, start_host, meanwhile):
    watcher = own_server.client("watcher")
    host = start_host("-s", "warm", "--block", 64, server=own_server).ready()
    assert watcher.blocksize == 64, host.lines
    if meanwhile:
        watcher.blocksize = meanwhile
        wait_until(lambda: "block is now 256 frames" in said(host), what="the notice")
    assert host.end() == 0
    assert watcher.blocksize == (meanwhile or BLOCK)
    assert host.stats["block_frames"] == (meanwhile or 64)
    watcher.close()


def test_a_request_that_is_refused_leaves_the_servers_block_alone(server, start_host):
    watcher = server.client("watcher")
    assert start_host(*START, "--block", 64, "--input", "nowhere", server=server).end(None) == 1
    assert watcher.blocksize == BLOCK
    watcher.close()


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


def test_a_jack_midi_port_of_our_own_hears_and_leaves_the_graph(server):
    heard, knob = [], Knob(server)
    for value in (10, 20):  # and may come again
        port = JackInput("nanokontrol2", heard.append, server.name)
        wait_until(lambda: knob.connected, what="the connection")
        knob.send(bytes((0xB0, 21, value)))
        wait_until(lambda: heard and heard[-1][2] == value, what="the message")  # noqa: B023
        port.close()
        wait_until(lambda: not knob.connected, what="the end of the connection")
    with pytest.raises(PortError, match=r"no JACK MIDI port 'launchpad'; there are: .*nanoKONTROL2"):
        JackInput("launchpad", heard.append, server.name)
    knob.close()
    with pytest.raises(PortError, match="there is no JACK server named no-such-server; start one"):
        JackInput("", heard.append, "no-such-server")


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
        (["--record", "/dev/null/take.mid"], 1, "cannot be written"),
        (["--stats", "/dev/null/figures.json"], 1, "cannot be written"),
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
