"""What compiling the plugin takes: DPF, CMake, a compiler, and the headers of a window."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from ..errors import BuildError

DPF_PLACES = ("/usr/share/dpf", "/usr/local/share/dpf")

#: What a window is compiled with on Linux: a header, and Debian's package of it.
WINDOW_HEADERS = {
    "GL/gl.h": "libgl1-mesa-dev",
    "X11/Xlib.h": "libx11-dev",
    "X11/Xcursor/Xcursor.h": "libxcursor-dev",
    "X11/extensions/sync.h": "libxext-dev",
    "X11/extensions/Xrandr.h": "libxrandr-dev",
}

#: What the additions to DPF (``framework.cpp``) stand on, by DPF's file: other versions have other names there.
OF_DPF = {
    "VST3": (
        "struct dpf_audio_processor",
        "struct dpf_edit_controller",
        "gComponentGarbage",
        "void* getInstancePointer()",
        "fConnectionFromCtrlToView",
    ),
    "CLAP": (
        "clap_create_plugin",
        "class PluginCLAP",
        "std::malloc(sizeof(clap_plugin_t))",
        "const clap_plugin_entry_t clap_entry =",
    ),
}


def find_dpf() -> Path:
    """The DISTRHO Plugin Framework: ``DPF_DIR``, or where Debian's package puts it."""
    named = os.environ.get("DPF_DIR")
    for place in [named] if named else DPF_PLACES:
        if (Path(place) / "distrho" / "DistrhoPluginMain.cpp").exists():
            _check_version(Path(place))
            return Path(place)
    where = f"not in DPF_DIR={named}" if named else "not found"
    raise BuildError(
        f"the DISTRHO Plugin Framework is {where}; install Debian's dpf-source, or set DPF_DIR to a checkout"
    )


def _check_version(dpf: Path) -> None:
    for name, wanted in OF_DPF.items():
        file = dpf / "distrho" / "src" / f"DistrhoPlugin{name}.cpp"
        source = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
        missing = [text for text in wanted if text not in source]
        if missing:
            raise BuildError(
                f"the DISTRHO Plugin Framework in {dpf} is not version 1.6, which semeq's additions are written for: "
                f"its {file.name} lacks {missing[0]!r}"
            )


def find_cmake() -> str:
    """CMake, and a C++ compiler for it to find."""
    cmake = shutil.which("cmake") or shutil.which("cmake", path=str(Path(sys.executable).parent))
    if cmake is None:
        raise BuildError("CMake is not installed; try: pip install cmake")
    compilers = [os.environ.get("CXX", ""), "c++", "g++", "clang++", "cl"]
    if not any(name and shutil.which(name.split()[0]) for name in compilers):
        raise BuildError("there is no C++ compiler; install g++ or clang (Debian: apt install g++), or set CXX")
    return cmake


def window_lacks() -> list[str]:
    """The packages that a window would need and this system lacks; none: it can be compiled."""
    if sys.platform != "linux":
        return []
    folders = [Path(folder) for folder in os.environ.get("CPATH", "").split(":") if folder]
    folders += [Path("/usr/include"), Path("/usr/local/include")]
    return [
        package for header, package in WINDOW_HEADERS.items() if not any((place / header).exists() for place in folders)
    ]
