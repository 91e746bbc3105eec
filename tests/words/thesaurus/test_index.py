"""The thesaurus: a round trip, damage, and what the shipped one says."""

import gzip

import numpy as np
import pytest

from semeq.eq import curve
from semeq.words import Thesaurus, ThesaurusError, WordSpace, shipped_thesaurus


def test_round_trip():
    entries = {"velvety": {"smooth": 0.6, "soft": 0.3, "hard": -0.1}, "dim": {"dark": 1.0}}
    data = Thesaurus(entries, "by hand").to_bytes()
    again = Thesaurus.from_bytes(data)
    assert {word: dict(again.get(word)) for word in again} == entries
    assert again.source == "by hand"
    assert list(again.get("velvety")) == ["smooth", "soft", "hard"]  # the heaviest first
    assert again.to_bytes() == data
    assert again.get("unheard-of") == {}


GOOD = Thesaurus({"dim": {"dark": 1.0}}).to_bytes()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no gzip",
        GOOD[:-9],
        GOOD[:20] + bytes([GOOD[20] ^ 0xFF]) + GOOD[21:],
        gzip.compress(b"no JSON\ndim\t0:100"),
        gzip.compress(b"[]\ndim\t0:100"),
        gzip.compress(b'{"format": "1.0.0", "known": ["dark"]}\ndim\t7:100'),
        gzip.compress(b'{"format": "1.0.0", "known": ["dark"]}\ndim\tdark'),
        gzip.compress(b'{"format": "1.0.0"}\ndim\t0:100'),
        gzip.compress(b"\xff\xfe"),
    ],
    ids=range(10),  # a gzip's bytes hold the time
)
def test_a_damaged_index_is_one_sentence(data):
    with pytest.raises(ThesaurusError, match=r"^the thesaurus is damaged \(\w+\); install semeq again$"):
        Thesaurus.from_bytes(data)


def test_another_format_is_refused():
    with pytest.raises(ThesaurusError, match=r"format 2\.0\.0"):
        Thesaurus.from_bytes(gzip.compress(b'{"format": "2.0.0", "known": []}'))


def test_the_shipped_one_explains_in_words_of_the_shipped_model():
    thesaurus, vocabulary = shipped_thesaurus(), WordSpace.open().vocabulary
    assert len(thesaurus) > 5000
    assert len(thesaurus.to_bytes()) < 1_500_000
    for word in thesaurus:
        weights = thesaurus.get(word)
        assert word not in vocabulary
        assert all(known in vocabulary for known in weights), word
        assert sum(abs(weight) for weight in weights.values()) == pytest.approx(1, abs=0.05), word


def tilt_db(space, word):
    """What it does above 2 kHz, less what it does below 300 Hz."""
    response = curve(space.decoder.decode(space.latent(word)))
    freqs = np.geomspace(20, 20_000, len(response))
    return response[freqs > 2000].mean() - response[freqs < 300].mean()


@pytest.mark.parametrize(
    ("word", "sign"),
    [("gloomy", -1), ("murky", -1), ("luminous", 1), ("radiant", 1), ("crystalline", 1), ("plump", -1), ("dim", -1),
     ("limpid", 1), ("squeaky", 1)],
)  # fmt: skip
def test_words_outside_the_vocabulary_tilt_as_their_sense_says(word, sign):
    space = WordSpace.open()
    assert word not in space.vocabulary
    assert sign * tilt_db(space, word) > 1


def test_an_explanation_is_told():
    said = WordSpace.open().remarks("velvety")
    assert any(line.startswith("velvety: smooth 5") and "understood by its synonyms" in line for line in said), said
