"""A real JACK server without hardware, the live host as a process of its own, and two clients that play and record."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import numpy as np
import pytest

from .playing import BLOCK, RATE

MAIN = "from semeq.plugin.cli import main; main()"


def need_jack():
    """The jack module; skips where it, its library or the server is absent."""
    if shutil.which("jackd") is None:
        pytest.skip("jackd is not installed (Debian: jackd2)")
    try:
        import jack
    except (ImportError, OSError) as error:
        pytest.skip(f"no JACK client library: {error}")
    jack.set_error_function(lambda _message: None)
    jack.set_info_function(lambda _message: None)
    return jack


def wait_until(condition, seconds=15.0, what="it"):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} did not happen within {seconds} s"
        time.sleep(0.02)


class Server:
    """A jackd of its own name, with the dummy driver."""

    def __init__(self, block=BLOCK):
        self.jack = need_jack()
        self.name = f"semeq-test-{os.getpid()}-{uuid.uuid4().hex[:6]}"
        self._block = block
        self.process = self._run()
        end = time.monotonic() + 10
        while True:
            try:
                self.client("probe").close()
                return
            except self.jack.JackOpenError:
                if self.process.poll() is not None or time.monotonic() > end:
                    self.stop()
                    pytest.skip("jackd does not start here")
                time.sleep(0.1)

    def _run(self):
        command = ["jackd", "-n", self.name, "-r", "-d", "dummy", "-r", str(RATE), "-p", str(self._block)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(command, preexec_fn=_end_with_parent, **quiet)

    def client(self, name):
        return self.jack.Client(name, no_start_server=True, servername=self.name)

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)  # a test may have stopped it
            self.process.send_signal(how)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                how = signal.SIGKILL
                self.process.kill()
                self.process.wait(5)
            if how == signal.SIGKILL:
                # A server that was killed keeps one of JACK's eight places until one of its name ends in order.
                self.process = self._run()
                time.sleep(1)
                self.stop()


def _end_with_parent():
    """Let jackd end when the test run does, however that ends."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG; Linux only


def portaudio_on(server):
    """Environment in which PortAudio finds this JACK server as a device; skips where it cannot."""
    environment = {"JACK_DEFAULT_SERVER": server.name, "JACK_NO_START_SERVER": "1"}
    code = "import sounddevice as s; print([s.query_hostapis(d['hostapi'])['name'] for d in s.query_devices()])"
    found = subprocess.run([sys.executable, "-c", code], env=os.environ | environment, capture_output=True, text=True)
    if "JACK" not in found.stdout:
        pytest.skip("no PortAudio with JACK, and there is no other audio device")
    return environment


class Host:
    """`semeq live` in a process of its own."""

    def __init__(self, *arguments, server=None, folder: Path, name="semeq", env=None):
        self.stats_path = folder / f"{name}-stats.json"
        command = [sys.executable, "-c", MAIN, "live", "--name", name, "--stats", str(self.stats_path)]
        command += ["--server", server.name] if server else []
        self.name, self._server = name, server
        self.process = subprocess.Popen(
            [*command, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONFAULTHANDLER": "1", **(env or {})},
        )
        self._lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stderr:
            self._lines.append(line.rstrip("\n"))

    @property
    def lines(self):
        return list(self._lines)

    def ready(self):
        """Wait until it runs: it says so in its first line."""
        wait_until(lambda: self._lines or self.process.poll() is not None, 30, "the host's start")
        assert self.process.poll() is None, self._lines
        return self

    def end(self, how=signal.SIGINT):
        """End it; returns its exit status."""
        if how is not None and self.process.poll() is None:
            self.process.send_signal(how)
        try:
            status = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)  # makes it say where it hangs
            self._reader.join(5)
            self.process.kill()
            raise AssertionError("the host does not end:\n" + "\n".join(self._lines)) from None
        self._reader.join(5)
        return status

    def port(self, short):
        """The full JACK name of one of its ports: in_N, out_N or midi."""
        return f"{self.name}:{short}"

    @property
    def stats(self):
        return json.loads(self.stats_path.read_text())


class Knob:
    """A JACK client with a MIDI output that sends what it is given."""

    def __init__(self, server, name="nanoKONTROL2"):
        self._exit = server.jack.CallbackExit
        self._client = server.client("nano")
        self._port = self._client.midi_outports.register(name)
        self._waiting = []
        self._closing, self._closed = False, threading.Event()
        self._client.set_process_callback(self._process)
        self._client.activate()

    def _process(self, _frames):
        if self._closing:  # see `leave`: who ends by itself is not cancelled
            self._closed.set()
            raise self._exit
        self._port.clear_buffer()
        while self._waiting:
            self._port.write_midi_event(0, self._waiting.pop(0))

    def send(self, data):
        self._waiting.append(data)

    @property
    def connected(self):
        return bool(self._port.connections)

    def close(self):
        self._closing = True
        assert self._closed.wait(10)
        time.sleep(0.1)
        self._client.close()


class Rig:
    """Plays a signal and MIDI into a host, and records what it played and what came back, on one time line."""

    def __init__(self, server, host, channels=2, midi=True):
        self.channels = channels
        self._sender, self._recorder = server.client("sender"), server.client("recorder")
        self._outs = [self._sender.outports.register(f"out_{i + 1}") for i in range(channels)]
        self._midi = self._sender.midi_outports.register("midi")
        self._ins = [self._recorder.inports.register(f"in_{i + 1}") for i in range(2 * channels)]
        self._signal = np.zeros((channels, 0), np.float32)
        self._messages: list[tuple[int, bytes]] = []
        self._begin: int | None = None
        self._captured = np.zeros((2 * channels, 0), np.float32)
        self._end = 0
        self.xruns = 0
        self._sender.set_process_callback(self._send)
        self._recorder.set_process_callback(self._record)
        self._freewheels = threading.Event()
        self._recorder.set_freewheel_callback(lambda on: self._freewheels.set() if on else self._freewheels.clear())
        self._recorder.set_xrun_callback(lambda _us: setattr(self, "xruns", self.xruns + 1))
        self._sender.activate()
        self._recorder.activate()
        connect = self._recorder.connect
        for i in range(channels):
            connect(self._outs[i], host.port(f"in_{i + 1}"))
            connect(self._outs[i], self._ins[i])
            connect(host.port(f"out_{i + 1}"), self._ins[channels + i])
        if midi:
            connect(self._midi, host.port("midi"))

    def _send(self, frames):
        now = self._sender.last_frame_time
        self._midi.clear_buffer()
        at = -1 if self._begin is None else now - self._begin
        block = self._signal[:, at : at + frames] if at >= 0 else self._signal[:, :0]
        for port, samples in zip(self._outs, block, strict=True):
            out = np.frombuffer(port.get_buffer(), np.float32)
            out[: len(samples)] = samples
            out[len(samples) :] = 0.0
        while at >= 0 and self._messages and self._messages[0][0] < at + frames:
            frame, data = self._messages.pop(0)
            self._midi.write_midi_event(max(frame - at, 0), data)

    def _record(self, frames):
        if self._begin is None:
            return
        at = self._recorder.last_frame_time - self._begin
        if at >= 0 and at + frames <= self._captured.shape[1]:
            for port, row in zip(self._ins, self._captured, strict=True):
                row[at : at + frames] = np.frombuffer(port.get_buffer(), np.float32)
        self._end = at + frames

    def play(self, audio, messages=(), freewheel=True):
        """Play; returns (what was sent, what came back), each (channels, frames), and whether nothing was lost."""
        frames = -(-audio.shape[1] // BLOCK) * BLOCK
        self._signal = np.pad(audio, ((0, 0), (0, frames - audio.shape[1]))).astype(np.float32)
        self._messages = sorted(messages)
        self._captured = np.zeros((2 * self.channels, frames), np.float32)
        self._end = 0
        # A little ahead, on the grid of the server's blocks, and by the clock on the wall: a freewheeling server, a
        # hundred times as fast, would be past it before a busy machine has said it.
        self.xruns, self._begin = 0, self._recorder.last_frame_time + (800 if freewheel else 40) * BLOCK
        try:
            if freewheel:
                self._recorder.set_freewheel(True)
                assert self._freewheels.wait(10)
            wait_until(lambda: self._end >= frames, 60 + frames / RATE, "the end of the signal")
        finally:
            if freewheel:
                self._recorder.set_freewheel(False)
            self._begin = None
        sent, back = self._captured[: self.channels], self._captured[self.channels :]
        # A freewheeling server waits for everyone: what it reports late are xruns of before.
        return sent, back, (freewheel or self.xruns == 0) and np.array_equal(sent, self._signal)

    def close(self):
        for client in (self._sender, self._recorder):
            leave(client)


#: Clients that were left: as long as they are referred to, nothing closes them.
_LEFT = []


def leave(client):
    """Take a JACK client out of the graph; it ends with its server.

    Neither deactivated nor closed: libjack cancels the client's thread wherever it is (`pthread_cancel`), and one that
    was just waiting for the interpreter takes the interpreter's lock with it. Every thread then waits for ever.
    """
    with contextlib.suppress(Exception):
        for port in (*client.inports, *client.outports, *client.midi_outports):
            port.disconnect()
    _LEFT.append(client)
