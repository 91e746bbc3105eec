from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def plugins(installed_plugin) -> Path:
    """All formats as the command builds them, with a window where the headers for it are found."""
    return installed_plugin / "work" / "plugins"
