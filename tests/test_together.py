"""The tests of one file run on one worker."""

import os

import pytest


def test_pytest_xdist_keeps_a_files_tests_together(request):
    """Since pytest 9.2, pytest-xdist 3.8 drops every group without a word, and tests of JACK ran into each other."""
    if not getattr(request.config.option, "loadgroup", False) or "PYTEST_XDIST_WORKER" not in os.environ:
        pytest.skip("not run by `make test`: without workers, or without their groups")
    assert request.node.nodeid.endswith("@test_together.py")
