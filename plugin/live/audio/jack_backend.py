"""JACK: audio and MIDI ports in the graph of jackd or PipeWire, so that any program there can insert the EQ."""

from __future__ import annotations

import contextlib
from typing import Any

from ...jack_client import open_jack_client
from ..processor import LiveProcessor
from ._callback import MOST_FRAMES
from .backend import LiveError, in_time
from .jack_library import JackLibrary
from .native_stream import NativeStream

_CLOSE_S = 5.0


class JackBackend:
    """A JACK client ``semeq`` with ports ``in_1 …``, ``out_1 …`` and ``midi``.

    Parameters
    ----------
    name : str
        The client's name; JACK appends a number where it is taken.
    channels : int
    inputs, outputs : str, optional
        Part of the names of the ports to connect to; None: connect nothing.
    midi : str, optional
        Part of the names of the MIDI ports to listen to; taken up again when they come back.
    block_frames : int, optional
        Set the server's block, for all its clients. None: take it as it is.
    server : str, optional
        The server's name; None: the default one.

    Raises
    ------
    LiveError
        No JACK library, no server, no such port.
    """

    def __init__(
        self,
        name: str = "semeq",
        channels: int = 2,
        inputs: str | None = None,
        outputs: str | None = None,
        midi: str | None = None,
        block_frames: int | None = None,
        server: str | None = None,
    ) -> None:
        self._client = client = open_jack_client(name, server, LiveError)
        self.name: str = client.name
        self._wanted, self._midi_wanted = (inputs, outputs), midi
        self._notices: list[str] = []
        self._closed, self.trouble = False, ""
        self._ports_changed = True
        self._midi_connected: set[str] = set()
        self._latency_ms: tuple[float, float] | None = None
        self._stream: NativeStream | None = None
        try:
            self._library = JackLibrary(client)
            if block_frames is not None and client.blocksize != block_frames:
                client.blocksize = block_frames
            self.sample_rate_hz, self.block_frames, self.channels = client.samplerate, client.blocksize, channels
            self._ins = [client.inports.register(f"in_{i + 1}") for i in range(channels)]
            self._outs = [client.outports.register(f"out_{i + 1}") for i in range(channels)]
            self._midi = client.midi_inports.register("midi")
            for wanted, is_output in ((inputs, True), (outputs, False)):
                if wanted is not None:
                    self._matching(wanted, is_output)
        except LiveError:
            client.close()
            raise
        except Exception as error:  # JackError and, from cffi, others
            client.close()
            raise LiveError(f"JACK refused: {error}") from None

    @property
    def notices(self) -> list[str]:
        """See `Backend`."""
        told, self._notices = self._notices, []
        return told

    def describe(self) -> str:
        """See `Backend`."""
        block_ms = 1000 * self.block_frames / self.sample_rate_hz
        return f"JACK client {self.name}: {self.sample_rate_hz} Hz, {self.block_frames} frames ({block_ms:.1f} ms)"

    def latency_ms(self) -> tuple[float, float] | None:
        """See `Backend`; as the ports tell it: from where they are connected to."""
        if self._closed or self.trouble:
            return self._latency_ms
        ms = 1000 / self.sample_rate_hz
        into = max(self._library.latency_frames(port.name, capture=True) for port in self._ins)
        out = max(self._library.latency_frames(port.name, capture=False) for port in self._outs)
        self._latency_ms = (into * ms, out * ms)
        return self._latency_ms

    def start(self, processor: LiveProcessor) -> None:
        """See `Backend`. JACK calls C++; a thread works out what MIDI and keys change."""
        client, ins, outs = self._client, self._ins, self._outs
        stream = self._stream = NativeStream(processor, self.block_frames)
        in_names, out_names = [port.name for port in ins], [port.name for port in outs]
        if not self._library.attach(stream.callback, in_names, out_names, self._midi.name):
            raise LiveError("JACK refused the callbacks")

        def shutdown(_status: object, reason: str) -> None:
            self.trouble = f"the JACK server ended ({reason})" if reason else "the JACK server ended"

        def resized(frames: int) -> None:
            if frames > MOST_FRAMES:
                self.trouble = f"JACK asks for blocks of {frames} frames; at most {MOST_FRAMES} are supported"
            elif frames != self.block_frames:
                self._notices.append(f"JACK's block is now {frames} frames")
                self.block_frames = frames
                stream.resized(frames)

        def ports_changed(_port: object, _registered: bool) -> None:
            self._ports_changed = True  # connecting is not allowed in a callback

        client.set_shutdown_callback(shutdown)
        client.set_blocksize_callback(resized)
        client.set_freewheel_callback(lambda on: stream.callback.freewheel(bool(on)))
        client.set_port_registration_callback(ports_changed, only_available=False)
        stream.start()
        try:
            client.activate()
            for ours, wanted, is_output in ((ins, self._wanted[0], True), (outs, self._wanted[1], False)):
                if wanted is not None:
                    others = self._matching(wanted, is_output)
                    if len(others) < len(ours):
                        self._notices.append(f"{wanted} has {len(others)} ports for {len(ours)} channels")
                    for own, other in zip(ours, others, strict=False):
                        client.connect(*((other, own) if is_output else (own, other)))
        except LiveError:
            raise
        except Exception as error:  # as above
            raise LiveError(f"JACK refused: {error}") from None

    def look_after(self) -> None:
        """Connect MIDI ports that appeared; tell of those that went."""
        if self._midi_wanted is None or not self._ports_changed or self.trouble:
            return
        self._ports_changed = False
        try:
            present = {
                port.name
                for port in self._client.get_ports(is_midi=True, is_output=True)
                if self._midi_wanted.lower() in port.name.lower()
            }
            for gone in sorted(self._midi_connected - present):
                self._notices.append(f"MIDI port {gone} was unplugged")
            for new in sorted(present - self._midi_connected):
                self._client.connect(new, self._midi)
                self._notices.append(f"MIDI from {new}")
            self._midi_connected = present
        except Exception as error:  # a port may go while it is being connected: look again next time
            self._ports_changed = True
            self._notices.append(f"MIDI: {error}")

    def close(self) -> None:
        """See `Backend`."""
        if self._closed:
            return
        with contextlib.suppress(Exception):
            self.latency_ms()  # for the figures at the end
        self._closed = True
        # Deactivating cancels the thread that calls us: harmless in C++ (callback.cpp), never to be done to one that
        # calls Python (semeq.plugin.midi.ports.JackInput says why).
        steps = [self._client.close] if self.trouble else [self._client.deactivate, self._client.close]
        if not in_time(_CLOSE_S, self._stream, *steps):
            self._notices.append("the JACK server does not answer; closed without it")
        if self._stream is not None:  # after the client: nobody calls the callback any more
            self._stream.stop()

    def _matching(self, wanted: str, is_output: bool) -> list[Any]:
        ports = self._client.get_ports(is_audio=True, is_output=is_output, is_input=not is_output)
        ports = [port for port in ports if not self._client.owns(port)]
        matching = [port for port in ports if wanted.lower() in port.name.lower()]
        if not matching:
            side = "output" if is_output else "input"
            there = ", ".join(port.name for port in ports) or "none"
            raise LiveError(f"there is no JACK {side} {wanted!r}; there are: {there}")
        return matching


def list_ports(server: str | None = None) -> dict[str, list[str]]:
    """Names of the JACK ports one can connect to, by kind. Raises `LiveError`."""
    client = open_jack_client("semeq-list", server, LiveError)
    try:
        kinds = {"inputs": (True, True), "outputs": (True, False), "MIDI": (False, True)}
        return {
            kind: [
                port.name
                for port in client.get_ports(is_audio=audio, is_midi=not audio, is_output=out, is_input=not out)
            ]
            for kind, (audio, out) in kinds.items()
        }
    finally:
        client.close()
