import pytest

from .building import semeq_export


@pytest.fixture(scope="session")
def plugins(tmp_path_factory):
    """All formats, by the command; with a window where the headers for it are found."""
    out = tmp_path_factory.mktemp("plugins")
    done = semeq_export("plugin", "--out", out, "--name", "Test EQ")
    assert done.returncode == 0, done.stderr
    assert "checked in pedalboard" in done.stdout
    return out
