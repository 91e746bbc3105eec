"""The two audio backends, JACK and PortAudio, and the callback in C++."""

from ._callback import copy as copy_shared
from ._callback import load as load_shared
from ._callback import replace as replace_shared
from .backend import Backend, LiveError
from .jack_backend import JackBackend, list_ports
from .sounddevice_backend import SoundDeviceBackend, list_devices

__all__ = [
    "Backend",
    "JackBackend",
    "LiveError",
    "SoundDeviceBackend",
    "copy_shared",
    "list_devices",
    "list_ports",
    "load_shared",
    "replace_shared",
]
