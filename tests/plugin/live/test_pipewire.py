"""PipeWire: what is said without `pw-jack`, and which ports `system` means."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

import semeq.plugin.jack_client as jack_client
from semeq.plugin.live.audio.jack_connections import fitting

from .rig import MAIN, need_jack, wait_until

NODE = "{ factory.name=%s media.class=%s node.name=%s audio.position=[FL FR] object.linger=true }"
PROGRAMS = ("pipewire", "wireplumber", "pw-cli", "pw-link", "pw-jack", "dbus-run-session")


@pytest.fixture
def runtime():
    """A folder for sockets: their paths must be short."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.mark.parametrize("variable", ["PIPEWIRE_RUNTIME_DIR", "XDG_RUNTIME_DIR"])
def test_where_pipewire_runs_the_message_says_to_use_pw_jack(runtime, monkeypatch, variable):
    need_jack()
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "no-such-server")
    for name in ("PIPEWIRE_RUNTIME_DIR", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(runtime / "none"))
    monkeypatch.setenv(variable, str(runtime))

    def complaint(server=None):
        with pytest.raises(RuntimeError, match="there is no JACK server") as raised:
            jack_client.open_jack_client("semeq", server, RuntimeError)
        return str(raised.value)

    assert complaint().endswith("start one, for example: jackd -d alsa")
    with socket.socket(socket.AF_UNIX) as session:
        session.bind(str(runtime / "pipewire-0"))
        monkeypatch.setattr(shutil, "which", lambda _program: "/usr/bin/pw-jack")
        assert complaint().endswith("PipeWire runs here, so start it as: pw-jack semeq …")
        monkeypatch.setattr(shutil, "which", lambda _program: None)
        assert "install its JACK library" in complaint()
        assert complaint("studio") == "there is no JACK server named studio; start one, for example: jackd -d alsa"


class Graph:
    """Ports as a client sees them: (name, whether they are hardware's, whether they are outputs)."""

    def __init__(self, *ports):
        self._ports = ports

    def get_ports(self, is_audio, is_midi, is_output, is_input, is_physical=False):
        assert (is_audio, is_midi, is_input) == (True, False, not is_output)
        found = [name for name, hard, out in self._ports if out == is_output and (hard or not is_physical)]
        return [SimpleNamespace(name=name) for name in found]

    def owns(self, port):
        return port.name.startswith("semeq:")


def test_system_means_hardware_whatever_it_is_called():
    graph = Graph(
        ("semeq:out_1", False, True),
        ("My system:out", False, True),
        ("Sound card:capture_FL", True, True),
        ("Sound card:playback_FL", True, False),
        ("Sound card:monitor_FL", False, True),
    )
    assert fitting(graph, "system", True, False) == ["Sound card:capture_FL"]
    assert fitting(graph, "System", False, False) == ["Sound card:playback_FL"]
    assert fitting(graph, "monitor", True, False) == ["Sound card:monitor_FL"]
    assert fitting(Graph(("system:out", False, True)), "system", True, False) == ["system:out"]  # no hardware


@pytest.fixture
def session(runtime, tmp_path, monkeypatch):
    """A PipeWire session with a sound card of two nodes."""
    need_jack()
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)} (Debian: pipewire, pipewire-jack, wireplumber, dbus)")
    config = tmp_path / "pipewire" / "pipewire.conf.d" / "test.conf"
    config.parent.mkdir(parents=True)
    config.write_text("context.spa-libs = { audiotestsrc = audiotestsrc/libspa-audiotestsrc }\n")
    for name, folder in (("XDG_CONFIG_HOME", tmp_path), ("XDG_STATE_HOME", tmp_path), ("XDG_RUNTIME_DIR", runtime)):
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "no-such-server")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = [subprocess.Popen(["pipewire"], **quiet)]
    wait_until(lambda: (runtime / "pipewire-0").exists() or running[0].poll() is not None, what="PipeWire's start")
    running.append(subprocess.Popen(["dbus-run-session", "wireplumber"], start_new_session=True, **quiet))
    for node in (("support.null-audio-sink", "Audio/Sink", "speakers"), ("audiotestsrc", "Audio/Source", "mic")):
        subprocess.run(["pw-cli", "create-node", "adapter", NODE % node], check=False, timeout=30, **quiet)
    try:
        wait_until(lambda: {"speakers:playback_FR", "mic:capture_FR"} <= set(links("-io")), what="the sound card")
        yield
    finally:
        os.killpg(running[1].pid, signal.SIGTERM)  # dbus-run-session does not end what it started
        running[0].terminate()
        for process in running:
            process.wait(10)


def links(*options):
    return subprocess.run(["pw-link", *options], capture_output=True, text=True, check=False).stdout.split("\n")


@pytest.mark.slow
def test_the_readmes_line_works_with_pw_jack_and_without_it_says_so(session):
    ports = ("--input", "system", "--output", "system")
    command = [sys.executable, "-c", MAIN, "live", "-s", "warm", *ports, "--plain", "--seconds", "20"]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (refused.returncode, refused.stderr) == (
        1,
        "semeq: there is no JACK server; PipeWire runs here, so start it as: pw-jack semeq …\n",
    )
    environment = {name: value for name, value in os.environ.items() if name != "JACK_DEFAULT_SERVER"}
    host = subprocess.Popen(["pw-jack", *command], env=environment, stderr=subprocess.PIPE, text=True)
    try:
        wanted = ["mic:capture_FL", "  |-> semeq:in_1", "mic:capture_FR", "  |-> semeq:in_2"]
        wait_until(lambda: "\n".join(wanted) in "\n".join(links("-l")), 30, "the connection of the inputs")
        wanted = ["semeq:out_1", "  |-> speakers:playback_FL", "semeq:out_2", "  |-> speakers:playback_FR"]
        wait_until(lambda: "\n".join(wanted) in "\n".join(links("-l")), 30, "the connection of the outputs")
    finally:
        host.terminate()
        host.communicate(timeout=30)
