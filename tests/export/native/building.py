"""Compiling the plugin, by the command, and the small hosts of the tests; what they render."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

DPF = Path(os.environ.get("DPF_DIR", "/usr/share/dpf"))
HERE = Path(__file__).parent

#: What every test of a compiled plugin needs.
NEEDS = [
    pytest.mark.slow,
    pytest.mark.skipif(not (DPF / "distrho").is_dir(), reason="DPF is not installed (Debian: dpf-source)"),
    pytest.mark.skipif(shutil.which("cmake") is None or shutil.which("c++") is None, reason="no CMake or C++ compiler"),
    pytest.mark.xdist_group("native"),
]


def compile_host(folder, *flags, source):
    program = folder / "host"
    include = f"-I{DPF}/distrho/src"
    command = ["c++", "-std=c++17", "-O1", "-g", "-rdynamic", include, HERE / source, "-o", program]
    subprocess.run([*command, *flags, "-ldl", "-pthread"], check=True)
    return program


def semeq_export(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-c", "from semeq.export.cli import main; main()", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


def render(host, plugin, audio, tmp_path, *changes, rate=48_000, block=64, ports=None):
    """What a plugin makes of `audio` (channels, frames) in one of the small hosts; changes as the host has them.

    `ports`: "1:2" is one input and two outputs; None: as many of both as the audio has channels.
    """
    source, sink = tmp_path / "in.raw", tmp_path / "out.raw"
    source.write_bytes(np.ascontiguousarray(audio, np.float32).tobytes())
    ports = ports or str(len(audio))
    subprocess.run([host, "render", ports, plugin, source, sink, str(rate), str(block), *changes], check=True)
    return np.frombuffer(sink.read_bytes(), np.float32).reshape(int(ports[-1]), -1)


def error_db(found, expected):
    """The energy of the difference over that of what is expected."""
    return 10 * np.log10(np.mean((found - expected) ** 2) / np.mean(expected**2) + 1e-20)
