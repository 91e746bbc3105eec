"""Where MIDI comes from: the system's MIDI ports (python-rtmidi), JACK MIDI, or a socket on this machine or another.

A port is named by part of its name, the system's before JACK's; as ``jack:NAME``; or as ``tcp:HOST:PORT``, where plain
MIDI bytes are taken, as mido's sockets send them.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from ..jack_client import open_jack_client
from .stream import StreamSplitter

Sink = Callable[[bytes], object]

_SOCKET, _JACK = "tcp:", "jack:"
_LEAVE_S = 1.0
#: JACK clients that could not be closed. What is referred to is not collected, which would close it.
_LEFT: list[Any] = []


class PortError(RuntimeError):
    """No MIDI system, or no such port; the message says what there is."""


class MidiInput(Protocol):
    """An open input. It hands complete messages, as bytes, to the sink it was opened with, from a thread of its own."""

    name: str

    @property
    def trouble(self) -> str:
        """What is wrong now ("" for nothing): the device was unplugged, the sender hung up."""

    def close(self) -> None:
        """Stop."""


def system_ports() -> list[str]:
    """Names of the system's MIDI inputs.

    Raises
    ------
    PortError
        python-rtmidi is not installed, or this machine has no MIDI system.
    """
    backend = _rtmidi()
    try:
        with _quiet_libraries():
            return list(backend.get_input_names())
    except Exception as error:  # rtmidi's own types, or its SystemError where /dev/snd/seq is absent
        raise PortError(f"this machine has no MIDI system ({_first_line(error)})") from None


def jack_ports(server: str | None = None) -> list[str]:
    """Names of the JACK MIDI outputs one can listen to. Raises `PortError` where there is no JACK server."""
    client = open_jack_client("semeq-ports", server, PortError)
    try:
        return [port.name for port in client.get_ports(is_midi=True, is_output=True)]
    finally:
        client.close()


def choose(wanted: str, names: list[str], kind: str) -> str:
    """The one name that is, or contains, `wanted` (in any case).

    Raises
    ------
    PortError
        None does, or several do; lists them.
    """
    for matches in ([n for n in names if n == wanted], [n for n in names if wanted.lower() in n.lower()]):
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise PortError(f"{wanted!r} fits several {kind}: {', '.join(matches)}")
    there = ", ".join(names) if names else "none"
    raise PortError(f"there is no {kind} {wanted!r}; there are: {there}")


def open_input(spec: str, sink: Sink, server: str | None = None) -> MidiInput:
    """Open an input by name (see the module) and hand its messages to `sink`. `server`: the JACK server's name.

    Raises
    ------
    PortError
        It cannot be opened.
    """
    if spec.startswith(_SOCKET):
        return SocketInput(spec, sink)
    if spec.startswith(_JACK):
        return JackInput(spec[len(_JACK) :], sink, server)
    there: list[str] = []
    missing: list[str] = []
    for system, names in (("system", system_ports), ("JACK", lambda: jack_ports(server))):
        try:
            found = names()
        except PortError as error:
            missing.append(str(error))
            continue
        if any(spec.lower() in name.lower() for name in found):
            return SystemInput(spec, sink) if system == "system" else JackInput(spec, sink, server)
        there += found
    if len(missing) == 2:
        raise PortError("; ".join(missing))
    raise PortError(f"there is no MIDI input {spec!r}; there are: {', '.join(dict.fromkeys(there)) or 'none'}")


def name_in_maps(spec: str) -> str:
    """What a map file should say of a port that was named so: part of its name; "" for what has none."""
    return "" if spec.startswith(_SOCKET) else spec.removeprefix(_JACK)


class SystemInput:
    """A port of the system, by python-rtmidi. Looks once a second whether it is still there, and takes it up again."""

    def __init__(self, wanted: str, sink: Sink) -> None:
        self._sink = sink
        self.name = choose(wanted, system_ports(), "MIDI input")
        self.trouble = ""
        self._port = self._open()
        self._stop = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="semeq-midi-watch", daemon=True)
        self._watcher.start()

    def close(self) -> None:
        """Stop listening."""
        self._stop.set()
        self._watcher.join(5.0)
        if self._port is not None:
            self._port.close()

    def _open(self) -> Any:
        try:
            return _rtmidi().open_input(self.name, callback=lambda message: self._sink(bytes(message.bytes())))
        except Exception as error:  # as in system_ports
            raise PortError(f"MIDI input {self.name!r} cannot be opened ({_first_line(error)})") from None

    def _watch(self) -> None:
        while not self._stop.wait(1.0):
            with contextlib.suppress(Exception):  # the MIDI system itself may come and go: look again next time
                present = self.name in _rtmidi().get_input_names()
                if self._port is not None and not present:
                    self.trouble = f"MIDI input {self.name!r} was unplugged"
                    self._port.close()
                    self._port = None
                elif self._port is None and present:
                    self._port = self._open()
                    self.trouble = ""


class SocketInput:
    """MIDI bytes over TCP: listens on HOST:PORT and takes one sender at a time; a new one may come after it left."""

    def __init__(self, spec: str, sink: Sink) -> None:
        host, _, port = spec[len(_SOCKET) :].rpartition(":")
        if not port.isdigit() or not 0 < int(port) < 65536:
            raise PortError(f"{spec!r} is not a MIDI socket; write tcp:127.0.0.1:9080")
        self.name, self._sink = spec, sink
        self.trouble = ""
        try:
            self._server = socket.create_server((host or "127.0.0.1", int(port)))
        except OSError as error:
            raise PortError(f"cannot listen on {spec} ({error.strerror or error})") from None
        self._server.settimeout(0.2)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="semeq-midi-socket", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._stop.set()
        self._thread.join(5.0)
        self._server.close()

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                sender, _address = self._server.accept()
            except OSError:  # nobody came in the last 0.2 s
                continue
            self.trouble = ""
            with sender:
                self._listen(sender)
            self.trouble = f"the sender on {self.name} hung up"

    def _listen(self, sender: socket.socket) -> None:
        sender.settimeout(0.2)
        splitter = StreamSplitter()
        while not self._stop.is_set():
            try:
                data = sender.recv(4096)
            except TimeoutError:
                continue
            except OSError:
                return
            if not data:
                return
            for message in splitter.feed(data):
                self._sink(message)


class JackInput:
    """A JACK MIDI input of our own, connected to the port asked for ("" for none: connect it yourself)."""

    def __init__(self, wanted: str, sink: Sink, server: str | None = None) -> None:
        self._client = open_jack_client("semeq-midi", server, PortError)
        self._port = self._client.midi_inports.register("in")
        self.name = self._port.name
        self.trouble = ""
        self._leaving, self._left = False, threading.Event()

        from jack import CallbackExit

        def process(_frames: int) -> None:
            if self._leaving:
                self._left.set()
                raise CallbackExit
            for _offset, data in self._port.incoming_midi_events():
                sink(bytes(data))

        def shutdown(_status: object, reason: str) -> None:
            self.trouble = f"the JACK server ended ({reason})"

        self._client.set_process_callback(process)
        self._client.set_shutdown_callback(shutdown)
        try:
            names = [p.name for p in self._client.get_ports(is_midi=True, is_output=True)]
            chosen = choose(wanted, names, "JACK MIDI port") if wanted else None
        except BaseException:
            self._client.close()
            raise
        try:
            self._client.activate()
            if chosen:
                self._client.connect(chosen, self._port)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Leave the JACK graph.

        Never by deactivating: libjack then cancels the client's thread wherever it is (`pthread_cancel`), and one that
        was just waiting for the interpreter takes the interpreter's lock with it; every thread waits for ever. So the
        callback itself says that it wants no more, which ends its thread in order. Where JACK does not call it, the
        client is disconnected and ends with the process.
        """
        self._leaving = True
        if self.trouble:
            self._client.close()
        elif self._left.wait(_LEAVE_S):
            time.sleep(_LEAVE_S / 10)  # until the thread is out of libjack
            self._client.close()
        else:
            _LEFT.append(self._client)
            with contextlib.suppress(Exception):
                self._port.disconnect()


def _rtmidi() -> Any:
    import mido  # takes a while, and a batch has no MIDI

    try:
        # mido's own variable, for example mido.backends.rtmidi/UNIX_JACK
        backend = mido.Backend(os.environ.get("MIDO_BACKEND", "mido.backends.rtmidi"), load=True)
    except ImportError:
        raise PortError("system MIDI ports need python-rtmidi: pip install 'semeq[midi]'") from None
    return backend


@contextlib.contextmanager
def _quiet_libraries() -> Iterator[None]:
    """Keep ALSA, which reports to standard error what is an exception here anyway, from doing so."""
    sys.stderr.flush()
    saved, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
