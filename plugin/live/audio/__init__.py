"""The two audio backends, JACK and PortAudio, the callback in C++, and how to read what it writes."""

from ._callback import copy, load, replace
from .backend import Backend, LiveError
from .jack_backend import JackBackend, list_ports
from .sounddevice_backend import SoundDeviceBackend, list_devices

__all__ = [
    "Backend",
    "JackBackend",
    "LiveError",
    "SoundDeviceBackend",
    "copy",
    "list_devices",
    "list_ports",
    "load",
    "replace",
]
