"""Compiling the plugin, by the command, and the small hosts of the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

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


def compile_host(folder, *flags, source="clap_host.cpp"):
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
