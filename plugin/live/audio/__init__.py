"""The two audio backends, JACK and PortAudio, and the callback in C++."""

from .backend import Backend, LiveError
from .jack_backend import JackBackend, list_ports
from .sounddevice_backend import SoundDeviceBackend, list_devices

__all__ = [
    "Backend",
    "JackBackend",
    "LiveError",
    "SoundDeviceBackend",
    "list_devices",
    "list_ports",
]
