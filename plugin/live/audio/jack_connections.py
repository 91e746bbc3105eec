"""Connections to ports of other JACK clients: made at the start, and again where ports went and came back."""

from __future__ import annotations

import errno
import time
from collections.abc import Sequence
from typing import Any

from .backend import LiveError, in_time

#: The name that stands for the ports of hardware, whatever they are called (PipeWire names them after the device).
HARDWARE = "system"

_CONNECT_S = 1.0
_SEEN_AFTER_S = 0.5  # JACK shows a connection from one of its next cycles on
_ENDED_BY_SOMEONE_S = 1.0  # JACK tells of a port that went long before


class _Held:
    """A connection of ours: to which of our ports, since when, and whether it was seen."""

    def __init__(self, index: int) -> None:
        self.index, self.made_s = index, time.monotonic()
        self.seen = self.let_go = False
        self.alone_since_s: float | None = None


class Connections:
    """A client's own ports of one kind, connected to those of other clients that fit a name.

    Each audio port has one partner, in order. Where partners went and come back, they are connected again; so are new
    ports that fit, where a place is free. A connection that someone ends by hand stays ended until its port goes.

    Parameters
    ----------
    client : jack.Client
    own : sequence of jack.OwnPort
    wanted : str
        Part of the other ports' names; ``system`` are the ports of hardware.
    is_midi : bool
        Then all ports that fit are connected to the one in `own`; there may be none.
    """

    def __init__(self, client: Any, own: Sequence[Any], wanted: str, is_midi: bool = False) -> None:
        self._client, self._own, self._wanted, self._is_midi = client, list(own), wanted, is_midi
        self._held: dict[str, _Held] = {}
        self._gone: dict[str, int] = {}  # and to which of our ports they were connected
        self._known: set[str] = set()  # ports that were passed over: no partners for a place that becomes free

    def check(self) -> None:
        """Raise `LiveError`, with the ports there are, where no audio port fits."""
        if not self._is_midi and not fitting(self._client, self._wanted, self._own[0].is_input, self._is_midi):
            there = fitting(self._client, "", self._own[0].is_input, self._is_midi)
            side = "output" if self._own[0].is_input else "input"
            raise LiveError(f"there is no JACK {side} {self._wanted!r}; there are: {', '.join(there) or 'none'}")

    def begin(self) -> list[str]:
        """Connect at the start; what there is to say. Raises `LiveError` where no audio port fits."""
        if self._is_midi:
            return []
        self.check()
        names = fitting(self._client, self._wanted, self._own[0].is_input, self._is_midi)
        for name, index in zip(names, range(len(self._own)), strict=False):
            if not self._connect(name, index):
                raise LiveError(f"JACK does not connect {name} and {self._own[index].name}")
        self._known = set(names) - set(self._held)
        few = len(names) < len(self._own)
        return [f"{self._wanted} has {len(names)} ports for {len(self._own)} channels"] if few else []

    def look(self, ports_changed: bool) -> tuple[list[str], bool]:
        """Connect what came back. Returns what there is to say, and whether to look again as if ports had changed.

        `ports_changed`: whether ports came or went since the last look. One that went and came back between two looks
        is there, but not connected any more.
        """
        there = fitting(self._client, self._wanted, self._own[0].is_input, self._is_midi)
        news, again = [], False
        for name, held in list(self._held.items()):
            went = name not in there
            if not went and not held.let_go:
                went, unsure = self._went_between(name, held, ports_changed)
                again |= unsure
            if went:
                del self._held[name]
                self._gone[name] = held.index
                news.append(f"MIDI port {name} was unplugged" if self._is_midi else f"audio port {name} is gone")
        for name in there:
            place = self._place(name)
            if place is None:
                continue
            if self._connect(name, place):
                back = "is back" if self._gone.pop(name, None) is not None else "is connected"
                news.append(f"MIDI from {name}" if self._is_midi else f"audio port {name} {back}")
            else:
                again = True
        return news, again

    def _went_between(self, name: str, held: _Held, ports_changed: bool) -> tuple[bool, bool]:
        """Whether a port that is there lost its connection by going; and whether that is not clear yet."""
        now = time.monotonic()
        if self._own[held.index].is_connected_to(name):
            held.seen, held.alone_since_s = True, None
            return False, False
        held.alone_since_s = now if held.alone_since_s is None else held.alone_since_s
        held.let_go = now - held.alone_since_s > _ENDED_BY_SOMEONE_S
        if held.let_go or not ports_changed:
            return False, False
        known = held.seen or now - held.made_s > _SEEN_AFTER_S
        return known, not known

    def _place(self, name: str) -> int | None:
        """To which of our ports a port that is there should be connected; None for none."""
        if name in self._held or name in self._known:
            return None
        if self._is_midi:
            return 0
        taken = {held.index for held in self._held.values()}
        places = [index for index in range(len(self._own)) if index not in taken]
        before = self._gone.get(name)
        return before if before in places else next(iter(places), None)

    def _connect(self, name: str, index: int) -> bool:
        """Connect, without waiting for ever for a server that hangs."""
        own = self._own[index]
        ends = (name, own.name) if own.is_input else (own.name, name)
        done: list[bool] = []

        def connect() -> None:
            try:
                self._client.connect(*ends)
            except Exception as error:  # JackErrorCode and, from cffi, others
                if getattr(error, "code", None) != errno.EEXIST:
                    return
            done.append(True)

        in_time(_CONNECT_S, self._client, connect)
        if done:
            self._held[name] = _Held(index)
        return bool(done)


def fitting(client: Any, wanted: str, are_outputs: bool, are_midi: bool) -> list[str]:
    """Names of the ports of other clients that fit `wanted`: part of the name in any case, or hardware's."""
    kind = {"is_audio": not are_midi, "is_midi": are_midi, "is_output": are_outputs, "is_input": not are_outputs}
    if wanted.lower() == HARDWARE:
        hardware = [port.name for port in client.get_ports(**kind, is_physical=True) if not client.owns(port)]
        if hardware:
            return hardware
    ports = [port for port in client.get_ports(**kind) if not client.owns(port)]
    return [port.name for port in ports if wanted.lower() in port.name.lower()]
