"""Three people are enough: where the limit of low evidence stands, and which words a native plugin lists."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from semeq.export.model_bundle import word_entry
from semeq.export.plugin_names import PluginIdentity
from semeq.export.word_list import plugin_words
from semeq.training import WordPoint
from semeq.words import Vocabulary, Word, load_bundle


def point(evidence):
    latent = np.linspace(-0.9, 0.9, 32) + 1e-7
    return WordPoint("warm", "en", ("safe-db",), evidence, 4.0, latent)


@pytest.mark.parametrize(("people", "low"), [(1, True), (2, True), (3, False), (4, False)])
def test_a_word_of_fewer_than_three_people_is_of_low_evidence(people, low):
    assert word_entry(point(people)).low_evidence is low


def test_points_are_written_to_six_decimals():
    written = np.array(word_entry(point(3)).latent)
    assert np.abs(written - point(3).latent).max() <= 5e-7
    assert np.abs(written - point(3).latent).max() > 5e-8
    assert all(round(v, 6) == v for v in word_entry(point(3)).latent)


def test_the_shipped_vocabulary_holds_to_the_limit():
    vocabulary = load_bundle().vocabulary
    assert len(vocabulary) == 494
    assert all(word.low_evidence == (word.evidence < 3 and "convention" not in word.origin) for word in vocabulary)
    assert sum(word.low_evidence for word in vocabulary) == 256  # README, model card


# -------------------------------------------------------------------------------------------------- native plugin


def bundle_of(*words):
    """The shipped bundle with another vocabulary: (name, people)."""
    entries = [
        Word(name=name, language="en", sources=("a",), evidence=people, latent=(0.0,) * 32, low_evidence=people < 3)
        for name, people in words
    ]
    return replace(load_bundle(), vocabulary=Vocabulary(entries, flat=(0.0,) * 32))


def choose_words(bundle):
    return [word.name for word in plugin_words(bundle)]


def test_the_plugin_lists_what_three_people_used():
    assert choose_words(bundle_of(("a", 2), ("b", 3), ("c", 1), ("d", 9))) == ["b", "d"]
    shipped = load_bundle()
    listed = choose_words(shipped)
    words = [name for name in listed if name in shipped.vocabulary]  # the others are phrases of factory presets
    assert not any(shipped.vocabulary.get(name).low_evidence for name in words)
    assert {"warm", "bright", "claro"} <= set(listed)
    assert (len(words), len(listed)) == (220, 231)


def test_a_vocabulary_without_evidence_is_listed_all_the_same():
    assert choose_words(bundle_of(("a", 2), ("b", 1))) == ["a", "b"]


@pytest.mark.parametrize("count", [254, 255, 256, 300])
def test_at_most_255_words_are_listed_those_that_most_people_used_in_their_order(count):
    people = {f"w{i:03}": 3 + (i * 37) % 101 for i in range(count)}
    listed = choose_words(bundle_of(*people.items()))
    assert len(listed) == min(count, 255)
    assert listed == sorted(listed)
    left = [people[name] for name in people if name not in listed]
    assert max(left, default=0) <= min(people[name] for name in listed)


def test_words_with_accents_are_listed_without():
    assert choose_words(bundle_of(("cálido", 3), ("warm", 3), ("暖", 9))) == ["calido", "warm"]


def test_identities_differ_by_name_and_never_change():
    one, other = PluginIdentity("My EQ"), PluginIdentity("My EQ mono")
    assert (one.slug, one.uri, one.clap_id) == ("my-eq", "urn:semeq:my-eq", "org.semeq.my-eq")
    assert one.code != other.code
    assert one.vst3_class_id != other.vst3_class_id
    assert len(one.code) == 4
    assert one.code.isalpha()
    # Sessions know a plugin by these: another way to make them would lose it.
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    assert one.code == "".join(letters[b % 52] for b in hashlib.sha256(b"My EQ").digest()[:4])
    words = b"DPF ", b"clas", one.code.encode(), b"\0\0\0\0"
    assert one.vst3_class_id == b"".join(word[::-1] for word in words).hex().upper()
