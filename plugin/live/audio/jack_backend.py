"""JACK: audio and MIDI ports in the graph of jackd or PipeWire, so that any program there can insert the EQ."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from ...jack_client import open_jack_client
from ._callback import MOST_FRAMES
from .backend import LiveError, in_time
from .jack_connections import Connections
from .jack_library import JackLibrary
from .native_stream import NativeStream

if TYPE_CHECKING:  # the processor reads what the callback writes, by functions from here
    from ..processor import LiveProcessor

_CLOSE_S = 5.0
_CLOSE_HUNG_S, _ANSWERS_WITHIN_S = 0.5, 0.3
#: Without a callback for so long, or so many blocks where they are longer, the server hangs.
_HANGS_AFTER_S, _HANGS_AFTER_BLOCKS = 1.0, 4


class JackBackend:
    """A JACK client ``semeq`` with ports ``in_1 …``, ``out_1 …`` and ``midi``.

    Parameters
    ----------
    name : str
        The client's name; JACK appends a number where it is taken.
    channels : int
    inputs, outputs : str, optional
        Part of the names of the ports to connect to, ``system`` for those of hardware; taken up again when they come
        back. None: connect nothing.
    midi : str, optional
        Part of the names of the MIDI ports to listen to; taken up again when they come back.
    block_frames : int, optional
        Set the server's block, for all its clients, until the end. None: take it as it is.
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
        self._notices: list[str] = []
        self._closed, self.trouble = False, ""
        self._ports_changed, self._hangs = True, False
        self._seen, self._seen_at_s = -1, 0.0  # callbacks
        self._block_change: tuple[int, int] | None = None  # what the server had, and what was asked for
        self._latency_ms: tuple[float, float] | None = None
        self._stream: NativeStream | None = None
        try:
            self._library = JackLibrary(client)
            self._ins = [client.inports.register(f"in_{i + 1}") for i in range(channels)]
            self._outs = [client.outports.register(f"out_{i + 1}") for i in range(channels)]
            self._midi = client.midi_inports.register("midi")
            sides = ((self._ins, inputs, False), (self._outs, outputs, False), ([self._midi], midi, True))
            self._connections = [
                Connections(client, own, wanted, is_midi) for own, wanted, is_midi in sides if wanted is not None
            ]
            for connections in self._connections:
                connections.check()
            if block_frames is not None and client.blocksize != block_frames:
                self._block_change, client.blocksize = (client.blocksize, block_frames), block_frames
            self.sample_rate_hz, self.block_frames, self.channels = client.samplerate, client.blocksize, channels
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
            if self._closed:
                return
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
            for connections in self._connections:
                self._notices += connections.begin()
        except LiveError:
            raise
        except Exception as error:  # as above
            raise LiveError(f"JACK refused: {error}") from None

    def look_after(self) -> None:
        """Connect ports that came back, tell of those that went, and notice a server that hangs."""
        if self.trouble or self._stream is None:
            return
        self._watch_server(self._stream)
        if self._hangs:
            return
        changed, self._ports_changed = self._ports_changed, False
        for connections in self._connections:
            try:
                news, again = connections.look(changed)
            except Exception as error:  # a port may go while it is being looked at: look again next time
                news, again = [f"JACK: {error}"], True
            self._notices += news
            self._ports_changed |= again

    def _watch_server(self, stream: NativeStream) -> None:
        calls, now = stream.processor.times.callbacks, time.monotonic()
        if calls != self._seen:
            self._seen, self._seen_at_s = calls, now
            if self._hangs:
                self._hangs = False
                self._notices.append("the JACK server answers again")
        longest = max(_HANGS_AFTER_S, _HANGS_AFTER_BLOCKS * self.block_frames / self.sample_rate_hz)
        if not self._hangs and now - self._seen_at_s > longest:
            self._hangs = True
            self._notices.append("the JACK server does not answer; Ctrl-C ends")

    def close(self) -> None:
        """See `Backend`."""
        if self._closed:
            return
        with contextlib.suppress(Exception):
            self.latency_ms()  # for the figures at the end
        self._closed = True
        # Deactivating cancels the thread that calls us: harmless in C++ (callback.cpp), never to be done to one that
        # calls Python (semeq.plugin.midi.ports.JackInput says why).
        steps = [self._client.close] if self.trouble else [self._client.deactivate, self._give_block_back]
        steps += [] if self.trouble else [self._client.close]
        patience_s = _CLOSE_S if self._stream is None or self._answers(self._stream) else _CLOSE_HUNG_S
        if not in_time(patience_s, self._stream, *steps) and not self.trouble:
            self.trouble = "the JACK server does not answer; closed without it"
        if self._stream is not None:  # after the client: nobody calls the callback any more
            self._stream.stop()

    def _answers(self, stream: NativeStream) -> bool:
        """Whether a callback comes within a moment: a server may hang since the last look."""
        times, block_s = stream.processor.times, self.block_frames / self.sample_rate_hz
        before, until = times.callbacks, time.monotonic() + max(_ANSWERS_WITHIN_S, _HANGS_AFTER_BLOCKS * block_s)
        while times.callbacks == before and time.monotonic() < until:
            time.sleep(0.005)
        return times.callbacks != before

    def _give_block_back(self) -> None:
        """Set the server's block to what it was, unless someone else has changed it since."""
        if self._block_change is not None and self._client.blocksize == self._block_change[1]:
            self._client.blocksize = self._block_change[0]


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
