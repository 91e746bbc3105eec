"""Words keep their numbers: whatever happens to the vocabulary, a session means what it meant."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semeq.eq import curve, rms_db
from semeq.export import word_list
from semeq.export.errors import ExportError
from semeq.export.factory_programs import factory_programs
from semeq.export.plugin_names import PluginIdentity
from semeq.export.word_list import (
    MAX_WORDS,
    continued,
    keep_word_list,
    list_file,
    plugin_words,
    read_word_list,
    shipped_word_list,
    word_list_text,
)
from semeq.presets import PresetStore
from semeq.words import OWN, Decoder, Vocabulary, Word, WordSpace, load_bundle, mix_terms, plain_name

IDENTITY = PluginIdentity("My EQ")


@pytest.fixture(scope="module")
def bundle():
    return load_bundle()


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SEMEQ_WORDS", str(tmp_path / "words.toml"))
    return tmp_path


def with_words(bundle, words):
    return replace(bundle, vocabulary=Vocabulary(words, flat=bundle.vocabulary.flat))


def names(listed):
    return [word.name for word in listed]


def own(name, point):
    return Word(name, "en", (OWN,), 1, tuple(point), origin=OWN)


def test_the_shipped_list_is_what_the_shipped_model_makes_of_it(bundle):
    listed = plugin_words(bundle)
    assert names(listed) == [name for name, _ in shipped_word_list()]
    for (name, params), word in zip(shipped_word_list(), listed, strict=True):
        assert rms_db(curve(params) - curve(word.params)) < 0.01, name
        if name in bundle.vocabulary:
            assert word.latent == bundle.vocabulary.get(name).latent


def test_every_factory_preset_is_a_program_with_the_sound_of_the_preset(bundle):
    listed = {word.name: word for word in plugin_words(bundle)}
    space = WordSpace(Decoder(bundle))
    programs = {program.name: program for program in factory_programs()}
    assert set(programs) == {stored.name for stored in PresetStore().all() if stored.factory}
    assert len(programs) == 20
    for program in programs.values():
        assert rms_db(curve(listed[program.semantic].params) - curve(space.params(program.semantic, None, 0, 1))) < 0.01
        assert program.to is None or program.to in listed


def test_the_first_128_words_are_english_those_of_the_trade_among_them_and_the_list_leaves_room(bundle):
    listed = names(plugin_words(bundle))
    first = listed[:128]
    assert first == sorted(first)
    assert all(bundle.vocabulary.get(name).language == "en" for name in first)
    assert {plain_name(term.name) for term in mix_terms()} <= set(first)
    assert len(listed) <= MAX_WORDS - 20


def test_another_order_of_the_vocabulary_moves_no_number(bundle):
    before = plugin_words(bundle)
    words = list(bundle.vocabulary)
    np.random.default_rng(1).shuffle(words)
    assert names(plugin_words(with_words(bundle, words))) == names(before)


def test_a_word_that_is_gone_keeps_its_number_and_its_sound(bundle):
    before = plugin_words(bundle)
    rest = [word for word in bundle.vocabulary if word.name not in ("clear", "warm")]
    after = plugin_words(with_words(bundle, rest))
    assert names(after) == names(before)
    for was, now in zip(before, after, strict=True):
        assert rms_db(curve(was.params) - curve(now.params)) < 0.3, was.name


def test_new_words_come_behind_and_stay_where_they_came(bundle, home):
    words = list(bundle.vocabulary)
    first = plugin_words(with_words(bundle, [*words, own("ours", words[3].latent)]), IDENTITY)
    assert names(first)[-1] == "ours"
    keep_word_list(IDENTITY, first)
    second = plugin_words(with_words(bundle, [own("aaa", words[5].latent), *words]), IDENTITY)
    assert names(second) == [*names(first), "aaa"]  # "ours" was removed, and is still there
    assert rms_db(curve(second[-2].params) - curve(first[-1].params)) < 0.3
    keep_word_list(IDENTITY, second)
    assert names(plugin_words(bundle, IDENTITY)) == names(second)
    assert names(plugin_words(bundle, PluginIdentity("My EQ mono"))) == names(second)
    assert names(plugin_words(bundle, PluginIdentity("Other"))) == names(plugin_words(bundle))


@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_whatever_is_built_one_after_another_no_number_ever_means_another_word(data):
    bundle = load_bundle()
    pool = [f"w{i}" for i in range(12)]
    kept = ()
    for _ in range(data.draw(st.integers(1, 5))):
        chosen = data.draw(st.lists(st.sampled_from(pool), min_size=1, unique=True))
        points = {name: (0.02 * int(name[1:]) - 0.3,) * 32 for name in chosen}
        words = [Word(name, "en", ("test",), 5, points[name]) for name in chosen]
        listed = continued(with_words(bundle, words), kept)
        assert names(listed)[: len(kept)] == [name for name, _ in kept]
        assert set(chosen) <= set(names(listed))
        assert len(set(names(listed))) == len(listed)
        kept = tuple((word.name, word.params) for word in listed)


def test_a_list_that_is_full_takes_no_more(bundle):
    words = [Word(f"w{i:03}", "en", ("test",), 5, (0.0,) * 32) for i in range(MAX_WORDS)]
    full = continued(with_words(bundle, words), ())
    assert len(full) == MAX_WORDS
    kept = tuple((word.name, word.params) for word in full)
    assert names(continued(with_words(bundle, [*words, own("more", (0.1,) * 32)]), kept)) == names(full)


def test_a_model_with_other_words_begins_a_list_of_its_own(bundle):
    words = [Word(name, "en", ("test",), 5, (0.1,) * 32) for name in ("zeta", "alpha", "warm")]
    assert names(plugin_words(with_words(bundle, words))) == ["zeta", "alpha", "warm"]


def test_settings_survive_the_file(bundle, home):
    listed = plugin_words(bundle)
    keep_word_list(IDENTITY, listed)
    found = read_word_list(list_file(IDENTITY))
    assert [name for name, _ in found] == names(listed)
    np.testing.assert_allclose([p for _, p in found], [w.params for w in listed], rtol=1e-4, atol=1e-4)
    assert Decoder(bundle).decode(np.array(listed[0].latent)).shape == (13,)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("format = 'x'", "its format is 'x'"),
        ("format = '1.0'\n[[word]]\nname = 'a'", "word number 0 is malformed"),
        ("format = '1.0'\n[[word]]\nname = 'a'\nsetting = [1, 2]", "word number 0 is malformed"),
        ("{", "sessions need this list"),
    ],
)
def test_a_damaged_list_is_one_sentence_and_is_not_replaced(bundle, home, text, says):
    file = list_file(IDENTITY)
    file.parent.mkdir(parents=True)
    file.write_text(text)
    with pytest.raises(ExportError, match=says) as caught:
        plugin_words(bundle, IDENTITY)
    assert str(caught.value).startswith(str(file))
    assert file.read_text() == text


def test_the_text_is_stable(bundle):
    listed = plugin_words(bundle)[:5]
    assert word_list_text(listed) == word_list_text(listed)
    assert word_list_text(listed).count("[[word]]") == 5


def test_writing_the_shipped_list_again_changes_nothing(bundle, tmp_path, monkeypatch):
    """The numbers, the text and its first line; a new model changes settings only."""
    shipped = Path(word_list.__file__).with_name("plugin_words.toml").read_text(encoding="utf-8")
    monkeypatch.setattr(word_list, "write_whole", lambda path, text: (tmp_path / path.name).write_text(text))
    assert (tmp_path / word_list.write_shipped_words().name).read_text(encoding="utf-8") == shipped
