"""JACK servers and hosts for the live tests."""

import pytest

from .rig import Host, Rig, Server


@pytest.fixture(scope="module")
def server():
    running = Server()
    yield running
    running.stop()


@pytest.fixture
def own_server():
    """A server that the test may end."""
    running = Server()
    yield running
    running.stop()


@pytest.fixture
def start_host(tmp_path):
    """Start hosts; what still runs at the end is ended."""
    started = []

    def start(*arguments, server=None, name="semeq", env=None):
        host = Host(*arguments, server=server, folder=tmp_path, name=name, env=env)
        started.append(host)
        return host

    yield start
    for host in started:
        if host.process.poll() is None:
            host.process.kill()
            host.process.wait(5)


@pytest.fixture
def start_rig():
    """Start rigs; they are closed at the end."""
    started = []

    def start(*arguments, **options):
        started.append(Rig(*arguments, **options))
        return started[-1]

    yield start
    for rig in started:
        rig.close()
