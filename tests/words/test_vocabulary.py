"""Words and the vocabulary: look-up, schools, faults, the JSON form."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semeq.words import LATENT_SIZE, School, UnknownWordError, Vocabulary, VocabularyError, Word


def point(seed: int) -> tuple[float, ...]:
    return tuple(np.random.default_rng(seed).uniform(-1, 1, LATENT_SIZE))


WARM = Word(
    "warm",
    "en",
    ("safe-db", "socialfx"),
    54,
    point(0),
    schools=(School("tilt", 30, point(1)), School("hump", 9, point(2))),
)
VOCABULARY = Vocabulary(
    [WARM, Word("bright", "en", ("safe-db",), 60, point(3)), Word("cálido", "es", ("socialfx",), 2, point(4), True)]
)


@pytest.mark.parametrize("spelling", ["warm", "WARM", "  Warm "])
def test_look_up_ignores_case_and_blanks(spelling):
    assert VOCABULARY.get(spelling) == WARM
    assert spelling in VOCABULARY


def test_a_school_is_found_by_number_and_by_name():
    second = VOCABULARY.get("warm/2")
    assert second == VOCABULARY.get("Warm/Hump")
    assert second.latent == WARM.schools[1].latent
    assert second.evidence == 9
    assert second.name == "warm"


def test_an_unknown_word_is_told_the_nearest():
    with pytest.raises(UnknownWordError, match=r"unknown word 'brigth'; nearest: bright"):
        VOCABULARY.get("brigth")
    with pytest.raises(UnknownWordError, match="known are warm"):
        VOCABULARY.get("xyzzy")
    assert "xyzzy" not in VOCABULARY
    assert 3 not in VOCABULARY


@pytest.mark.parametrize("name", ["warm/3", "warm/0", "warm/x", "warm/"])
def test_an_unknown_school_is_told_the_known_ones(name):
    with pytest.raises(UnknownWordError, match=r"warm/1 \(tilt\), warm/2 \(hump\)"):
        VOCABULARY.get(name)


def test_a_word_without_schools_says_so():
    with pytest.raises(UnknownWordError, match="has no schools"):
        VOCABULARY.get("bright/1")


def test_names_keep_their_order():
    assert VOCABULARY.names == ("warm", "bright", "cálido")
    assert [w.name for w in VOCABULARY] == ["warm", "bright", "cálido"]
    assert len(VOCABULARY) == 3


@given(
    st.lists(
        st.tuples(st.text(st.characters(categories=["Ll"]), min_size=1, max_size=9), st.integers(0, 99)),
        max_size=5,
        unique_by=lambda t: t[0].lower().strip(),
    )
)
def test_json_round_trip(entries):
    words = []
    for name, seed in entries:
        try:
            words.append(Word(name, "en", ("a",), seed, point(seed), bool(seed % 2), (School("s", 1, point(1)),)))
        except VocabularyError:
            continue
    read = Vocabulary.from_json(Vocabulary(words).to_json())
    assert list(read) == words


def test_two_words_of_one_name_are_refused():
    with pytest.raises(VocabularyError, match="stands twice"):
        Vocabulary([WARM, WARM])


@pytest.mark.parametrize("name", ["", " ", "Warm", "a/b", " warm"])
def test_bad_names_are_refused(name):
    with pytest.raises(VocabularyError, match="is not a word"):
        replace(WARM, name=name)


@pytest.mark.parametrize("latent", [(), (0.0,) * 31, (0.0,) * 31 + (1.5,), (0.0,) * 31 + (float("nan"),)])
def test_bad_points_are_refused(latent):
    with pytest.raises(VocabularyError, match="32 numbers"):
        replace(WARM, latent=latent)


def _json_with(**changes):
    table = json.loads(VOCABULARY.to_json())
    table.update(changes)
    return json.dumps(table)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("[]", "format None"),
        (_json_with(format="2.0.0"), "format '2.0.0'; this version reads 1.x"),
        (_json_with(format=1), "format 1;"),
        (_json_with(words={}), "no list of words"),
        (_json_with(words=[{"name": "warm"}]), "entry 'warm' lacks 'language'"),
        (_json_with(words=[3]), "entry 3 is malformed"),
        (
            _json_with(words=[{"name": "w", "language": "en", "sources": [], "evidence": 1, "latent": ["x"]}]),
            "malformed",
        ),
    ],
)
def test_a_faulty_file_is_refused_in_one_sentence(text, message):
    with pytest.raises(VocabularyError, match=message) as caught:
        Vocabulary.from_json(text)
    assert "\n" not in str(caught.value)


def test_a_newer_minor_version_is_read():
    assert len(Vocabulary.from_json(_json_with(format="1.7.0"))) == 3


def test_other_forms_of_a_word_are_found_under_it():
    muddy = Word("muddy", "en", ("mix-terms",), 0, point(5), origin="convention", aliases=("mud", "bright"))
    vocabulary = Vocabulary([*VOCABULARY, muddy])
    assert vocabulary.get("Mud") == muddy
    assert "mud" in vocabulary
    assert "mud" not in vocabulary.names
    assert vocabulary.get("bright").name == "bright"  # a word's own name comes first
    with pytest.raises(UnknownWordError, match="has no schools"):
        vocabulary.get("mud/1")


def test_contested_origin_and_aliases_are_kept_and_older_files_have_none():
    word = replace(WARM, contested=True, origin="people+convention", aliases=("warmth",))
    (back,) = Vocabulary.from_json(Vocabulary([word]).to_json())
    assert back == word
    table = json.loads(Vocabulary([WARM]).to_json())
    assert not {"contested", "origin", "aliases"} & set(table["words"][0])
    (old,) = Vocabulary.from_json(json.dumps({**table, "format": "1.0.0"}))
    assert (old.contested, old.origin, old.aliases) == (False, "people", ())
