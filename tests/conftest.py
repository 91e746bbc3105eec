"""What tests share: real data where SEMEQ_DATA names it, and made signals."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data; skips where there is none."""
    where = os.environ.get("SEMEQ_DATA")
    if not where:
        pytest.skip("SEMEQ_DATA is not set: no real data here")
    path = Path(where)
    assert path.is_dir(), f"SEMEQ_DATA is {path}, which is not a folder"
    return path


@pytest.fixture
def random() -> np.random.Generator:
    """A seeded source of randomness."""
    return np.random.default_rng(20261121)
