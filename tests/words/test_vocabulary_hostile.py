"""Any text is a vocabulary or a `VocabularyError` of one sentence."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semeq.words import School, UnknownWordError, Vocabulary, VocabularyError, Word

from ..hostile import mutations

POINT = tuple(i / 40 for i in range(32))
GOOD = json.loads(
    Vocabulary(
        [
            Word("warm", "en", ("a", "b"), 3, POINT, schools=(School("one", 1, POINT), School("two", 2, POINT))),
            Word("frío", "es", (), 1, POINT, True),
        ],
        POINT,
    ).to_json()
)


def read(text):
    """The vocabulary, or None; any other exception is a failure, and so is a message of several lines."""
    try:
        return Vocabulary.from_json(text)
    except VocabularyError as error:
        message = str(error)
    assert message
    assert "\n" not in message
    assert len(message) < 500
    return None


@settings(max_examples=150, deadline=None)
@given(mutations(GOOD))
def test_odd_values_anywhere(table):
    vocabulary = read(json.dumps(table))
    if vocabulary is not None:
        assert read(vocabulary.to_json()).names == vocabulary.names
        assert all(len(word.latent) == 32 and all(-1 <= v <= 1 for v in word.latent) for word in vocabulary)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200) | st.integers(0, 2000).map(lambda end: json.dumps(GOOD)[:end]))
def test_any_text_or_a_truncated_one(text):
    read(text)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, '{"words": ' + "1" * 5000 + "}", "\ufeff{}", "NaN"])
def test_nesting_long_numbers_and_marks(text):
    assert read(text) is None


def test_flat_must_be_a_point():
    for flat in (["a"] * 32, [None] * 32, [2.0] * 32, [0.0] * 31, "x", 3):
        assert read(json.dumps({**GOOD, "flat": flat})) is None


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_a_word_or_unknown_in_one_line(text):
    vocabulary = Vocabulary.from_json(json.dumps(GOOD))
    try:
        word = vocabulary.get(text)
    except UnknownWordError as error:
        message = str(error)
    else:
        message = word.name
    assert "\n" not in message
