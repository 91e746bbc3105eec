from collections.abc import Callable
from pathlib import Path

import pytest

from .building import compile_host
from .screen import Screen


@pytest.fixture(scope="session")
def plugins(installed_plugin) -> Path:
    """All formats as the command builds them, with a window where the headers for it are found."""
    return installed_plugin / "work" / "plugins"


@pytest.fixture(scope="session")
def program(once) -> Callable[..., Path]:
    """`program(source, *flags)`: a small host of the tests, compiled once for all of them."""

    def compiled(source: str, *flags: str) -> Path:
        name = Path(source).stem
        return once(name, lambda folder: compile_host(folder, *flags, source=source)) / "host"

    return compiled


@pytest.fixture
def screen():
    screen = Screen()
    yield screen
    screen.close()
