"""The README's own command, `semeq-export plugin --install`, from a folder that holds nothing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DPF = Path(os.environ.get("DPF_DIR", "/usr/share/dpf"))

pytestmark = [
    pytest.mark.skipif(not (DPF / "distrho").is_dir(), reason="DPF is not installed (Debian: dpf-source)"),
    pytest.mark.skipif(shutil.which("cmake") is None or shutil.which("c++") is None, reason="no CMake or C++ compiler"),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the folders are those of Linux"),
    pytest.mark.xdist_group("native"),
    pytest.mark.slow,
]


@pytest.fixture(scope="module")
def installed(installed_plugin):
    """The working folder and the home after the command, as typed."""
    return installed_plugin / "work", installed_plugin / "home"


def test_all_formats_are_built_and_copied_where_hosts_look(installed):
    work, home = installed
    names = {"semeq.vst3", "semeq.clap", "semeq.lv2"}
    assert {path.name for path in (work / "plugins").iterdir()} == names
    for kind in ("vst3", "clap", "lv2"):
        there = {path.name for path in (home / f".{kind}").iterdir()}
        assert there == {name for name in names if name.endswith(kind)}


def test_the_lv2_module_describes_itself(installed):
    _, home = installed
    folder = home / ".lv2" / "semeq.lv2"
    manifest = (folder / "manifest.ttl").read_text()
    assert "<urn:semeq:semeq>" in manifest
    assert "<semeq.so>" in manifest
    ports = (folder / "semeq.ttl").read_text().split("lv2:port [")
    audio = [port for port in "".join(ports).split("]") if "lv2:AudioPort" in port]
    assert ["lv2:connectionOptional" in port for port in audio] == [False, True, False, True]


def test_lv2_hosts_find_it(installed):
    if shutil.which("lv2ls") is None:
        pytest.skip("lilv-utils is not installed")
    _, home = installed
    done = subprocess.run(
        ["lv2ls"], env=os.environ | {"LV2_PATH": str(home / ".lv2")}, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == ["urn:semeq:semeq"]
