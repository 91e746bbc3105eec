"""The native plugin: a bundle as C++ source, compiled, checked in a host, installed; its LV2 presets."""

from .build import FORMATS, Format, build_plugin, build_vst3, install
from .check import check_vst3
from .toolchain import window_lacks

__all__ = [
    "FORMATS",
    "Format",
    "build_plugin",
    "build_vst3",
    "check_vst3",
    "install",
    "window_lacks",
]
