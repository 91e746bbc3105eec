"""What tests share: real data where SEMEQ_DATA names it, and made signals."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

# The machine may be shared: how long one example takes says nothing.
settings.register_profile("semeq", deadline=None)
settings.load_profile("semeq")


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
