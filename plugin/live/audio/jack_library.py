"""What JACK-Client does not pass on: callbacks that are not Python's, and the latency of ports.

JACK-Client has the library loaded and the client open; here the same library is called through `ctypes`.
"""

from __future__ import annotations

import ctypes
from ctypes.util import find_library
from typing import Any

from ._callback import Callback

_CAPTURE, _PLAYBACK = 0, 1  # JackLatencyCallbackMode


class _LatencyRange(ctypes.Structure):
    _fields_ = (("least", ctypes.c_uint32), ("most", ctypes.c_uint32))


class JackLibrary:
    """The functions of libjack that are needed, for one open client of JACK-Client.

    Raises
    ------
    OSError
        The library is not where JACK-Client found it.
    """

    def __init__(self, client: Any) -> None:
        from _jack import ffi  # JACK-Client's own interface module

        name = find_library("jack") or find_library("jack64") or find_library("libjack64") or "libjack.so.0"
        self._lib = ctypes.CDLL(name)
        self._client = int(ffi.cast("uintptr_t", client._ptr))
        self._lib.jack_port_by_name.restype = ctypes.c_void_p
        self._lib.jack_port_by_name.argtypes = (ctypes.c_void_p, ctypes.c_char_p)
        self._lib.jack_set_process_callback.argtypes = (ctypes.c_void_p,) * 3
        self._lib.jack_set_xrun_callback.argtypes = (ctypes.c_void_p,) * 3
        self._lib.jack_port_get_latency_range.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)

    def attach(self, callback: Callback, ins: list[str], outs: list[str], midi: str) -> bool:
        """Let it process these ports of the client's, and count xruns. The client must not be active yet."""
        process, xrun, argument = callback.jack(
            get_buffer=self._address("jack_port_get_buffer"),
            event_count=self._address("jack_midi_get_event_count"),
            event_get=self._address("jack_midi_event_get"),
            midi=self._port(midi),
            ins=[self._port(name) for name in ins],
            outs=[self._port(name) for name in outs],
        )
        refused = self._lib.jack_set_process_callback(self._client, process, argument)
        return not (refused or self._lib.jack_set_xrun_callback(self._client, xrun, argument))

    def latency_frames(self, port: str, capture: bool) -> int:
        """How long ago the audio of an input port was recorded at most, or how long until an output port's is heard."""
        found = _LatencyRange()
        mode = _CAPTURE if capture else _PLAYBACK
        self._lib.jack_port_get_latency_range(self._port(port), mode, ctypes.byref(found))
        return int(found.most)

    def _port(self, name: str) -> int:
        return int(self._lib.jack_port_by_name(self._client, name.encode()) or 0)

    def _address(self, name: str) -> int:
        return ctypes.cast(getattr(self._lib, name), ctypes.c_void_p).value or 0
