"""The plugin for Windows, compiled by MinGW on Linux and played by the CLAP hosts of these tests under Wine."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from semeq.plugin import SemanticEQ

from .building import DPF, HERE, NEEDS, semeq_export

COMPILER = "x86_64-w64-mingw32-g++-posix"
WINE = next(filter(None, map(shutil.which, ("wine64", "wine", "/usr/lib/wine/wine64"))), None)
RATE = 48_000

pytestmark = [
    *NEEDS,
    pytest.mark.skipif(shutil.which(COMPILER) is None, reason="no MinGW (Debian: g++-mingw-w64-x86-64-posix)"),
]


@pytest.fixture(scope="module")
def windows(tmp_path_factory):
    """A folder with the CLAP plugin and the hosts' programs."""
    folder = tmp_path_factory.mktemp("windows")
    options = ["--formats", "clap", "--no-gui", "--out", folder]
    done = semeq_export("plugin", *options, CMAKE_TOOLCHAIN_FILE=str(HERE / "mingw.cmake"))
    assert done.returncode == 0, done.stderr
    for program in ("clap_host", "clap_checks"):
        include = f"-I{DPF}/distrho/src"
        command = [COMPILER, "-std=c++17", "-O1", "-static", include, HERE / f"{program}.cpp"]
        subprocess.run([*command, "-o", folder / f"{program}.exe"], check=True)
    return folder


@pytest.fixture(scope="module")
def wine(windows):
    if WINE is None:
        pytest.skip("Wine is not installed (Debian: wine64)")
    environment = {**os.environ, "WINEPREFIX": str(windows / "prefix"), "WINEDEBUG": "-all", "HOME": str(windows)}

    def run(program: str, *arguments: object) -> str:
        command = [WINE, f"{program}.exe", *map(str, arguments)]
        done = subprocess.run(
            command, cwd=windows, env=environment, capture_output=True, text=True, timeout=180, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_it_is_a_module_of_windows(windows):
    assert (windows / "semeq.clap").read_bytes().startswith(b"MZ")


def test_what_clap_validator_checks_holds_under_wine(wine):
    assert len(wine("clap_checks", "semeq.clap").splitlines()) == 18


def test_it_plays_under_wine_what_the_effect_plays(wine, windows: Path):
    audio = np.random.default_rng(4).uniform(-0.5, 0.5, (2, RATE)).astype(np.float32)
    (windows / "in.raw").write_bytes(audio.tobytes())
    wine("clap_host", "render", 2, "semeq.clap", "in.raw", "out.raw", RATE, 256, "2=0.4", "3=1.3", "4=-2")
    found = np.frombuffer((windows / "out.raw").read_bytes(), np.float32).reshape(audio.shape)
    wanted = SemanticEQ("warm", "bright", 0.4, 1.3, -2.0)(audio, RATE)
    assert 10 * np.log10(np.mean((found - wanted) ** 2) / np.mean(wanted**2)) < -108
