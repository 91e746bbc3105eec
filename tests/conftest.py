"""What tests share: real data where SEMEQ_DATA names it, and made signals."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

# The machine may be shared: how long one example takes says nothing.
settings.register_profile("semeq", deadline=None)
settings.load_profile("semeq")

# Files whose tests share nothing and take long.
HERE = Path(__file__).parent
APART = {"test_documents"}


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tell pytest-xdist which tests belong on one worker: a file's, as they share what is dear to make, and JACK's.

    libjack names a client's socket after the client and the user, not after the server: of two clients of one name that
    start at the same moment neither may get in, even on servers of their own.
    """
    for item in items:
        if {"server", "own_server", "jack_server"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group("jack"))
        elif item.get_closest_marker("xdist_group") is None and item.path.stem not in APART:
            item.add_marker(pytest.mark.xdist_group(item.path.relative_to(HERE).as_posix()))
    # pytest-xdist hands out the largest groups first, and single tests as they stand here: the long ones, then.
    items.sort(key=lambda item: not item.name.startswith("test_commands_that_need"))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a long text or long bytes by its length: names go through the environment, which takes neither."""
    return f"{argname}-of-{len(val)}" if isinstance(val, (bytes, str)) and len(val) > 60 else None


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data; skips where there is none."""
    where = os.environ.get("SEMEQ_DATA")
    if not where:
        pytest.skip("SEMEQ_DATA is not set: no real data here")
    path = Path(where)
    assert path.is_dir(), f"SEMEQ_DATA is {path}, which is not a folder"
    return path


@pytest.fixture(scope="session", autouse=True)
def no_words_of_the_user(tmp_path_factory):
    """The words that whoever runs the tests has added are not part of them."""
    os.environ["SEMEQ_WORDS"] = str(tmp_path_factory.mktemp("words") / "words.toml")


@pytest.fixture
def random() -> np.random.Generator:
    """A seeded source of randomness."""
    return np.random.default_rng(20261121)


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], None]], Path]:
    """`once(name, make)`: the folder that `make(folder)` filled, made by one worker of pytest-xdist for all."""
    fcntl = pytest.importorskip("fcntl")
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "once"

    def made(name: str, make: Callable[[Path], None]) -> Path:
        folder, done = shared / name, shared / f"{name}.made"
        shared.mkdir(exist_ok=True)
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                make(folder)
                done.touch()
        return folder

    return made


@pytest.fixture(scope="session")
def installed_plugin(once) -> Path:
    """What the README's `semeq-export plugin --install` leaves: ``work/plugins`` and the folders of ``home``.

    With a window where its headers are found. Compiling takes minutes, so all tests of compiled plugins share this one.
    """

    def make(folder: Path) -> None:
        for name in ("work", "home"):
            (folder / name).mkdir()
        command = [sys.executable, "-c", "from semeq.export.cli import main; main()", "plugin", "--install"]
        environment = os.environ | {"HOME": str(folder / "home")}
        done = subprocess.run(
            command, cwd=folder / "work", env=environment, capture_output=True, text=True, timeout=900, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "checked in pedalboard" in done.stdout

    return once("installed-plugin", make)


@pytest.fixture(scope="session")
def native_cache(once) -> Path:
    """A cache of `load_native`'s with the shipped model's VST3 plugin in it, which has no window."""

    def make(folder: Path) -> None:
        code = "from semeq.plugin import load_native; load_native()"
        subprocess.run([sys.executable, "-c", code], env=os.environ | {"XDG_CACHE_HOME": str(folder)}, check=True)

    return once("native-cache", make)


_RENUMBERED = """
import sys
from pathlib import Path
import numpy as np
from semeq.export.native import build_plugin
from semeq.export.word_list import plugin_words
from semeq.words import load_bundle
bundle = load_bundle()
words = list(plugin_words(bundle))
np.random.default_rng(2).shuffle(words)
build_plugin(bundle, "semeq", Path(sys.argv[1]), ("lv2", "vst3"), words)
"""


@pytest.fixture(scope="session")
def renumbered_plugin(once) -> Path:
    """The LV2 and VST3 plugin built with its words in another order, as a list that was lost would be."""
    return once("renumbered", lambda out: subprocess.run([sys.executable, "-c", _RENUMBERED, out], check=True))
