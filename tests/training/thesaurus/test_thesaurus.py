"""Words of WordNet in words of the vocabulary: a small WordNet written by hand, faults, and the shipped index."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from semeq.training.thesaurus import LEAST_SUPPORT, SignedFeatures, WordNetError, explain_all, left_out, read_wordnet
from semeq.words import Word, WordSpace, shipped_thesaurus

#: Adjectives: offset, words, satellite, pointers, gloss.
ADJECTIVES = {
    100: (["bright", "luminous"], False, ["! 200", "& 300"], 'giving much light; "a bright lamp"'),
    200: (["dark"], False, ["! 100", "& 400"], "lacking light"),
    300: (["radiant", "beaming"], True, ["& 100"], "bright with light"),
    400: (["dim", "dusky"], True, ["& 200"], "lacking in light; not bright"),
    500: (["soft", "gentle"], False, ["! 600"], "yielding to the touch"),
    600: (["hard(p)"], False, ["! 500"], "resisting the touch"),
    700: (["legal"], False, [], "established by law"),
}
FOLDER = Path("/usr/share/wordnet")


def write_wordnet(folder):
    folder.mkdir()
    data, index = ["  1 a licence"], {}
    for offset, (words, satellite, pointers, gloss) in ADJECTIVES.items():
        listed = " ".join(f"{word} 0" for word in words)
        targets = " ".join(f"{p.split()[0]} {int(p.split()[1]):08d} a 0000" for p in pointers)
        tail = f"{len(pointers):03d} {targets}".strip()
        data.append(f"{offset:08d} 00 {'s' if satellite else 'a'} {len(words):02x} {listed} {tail} | {gloss}  ")
        for word in words:
            index[word.partition("(")[0]] = offset
    (folder / "data.adj").write_text("\n".join(data) + "\n", encoding="latin-1")
    lines = [f"{word} a 1 1 & 1 0 {offset:08d}  " for word, offset in sorted(index.items())]
    (folder / "index.adj").write_text("\n".join(["  1 a licence", *lines]) + "\n", encoding="latin-1")
    for part in ("noun", "verb", "adv"):
        (folder / f"data.{part}").write_text("")
        (folder / f"index.{part}").write_text("")
    return folder


@pytest.fixture
def wordnet(tmp_path):
    return read_wordnet(write_wordnet(tmp_path / "wordnet"))


def known(*names, people=5):
    return [Word(name, "en", ("test",), people, (0.0,) * 32) for name in names]


def test_files_are_read(wordnet):
    assert len(wordnet.synsets) == 7
    assert wordnet.senses["luminous"] == (("a", 100),)
    bright = wordnet.synsets["a", 100]
    assert bright.definition == "giving much light"  # without its example
    assert bright.pointers == (("!", ("a", 200)), ("&", ("a", 300)))
    assert wordnet.synsets["a", 600].words == ("hard",)
    assert [k for k, s in wordnet.synsets.items() if s.satellite] == [("a", 300), ("a", 400)]


@pytest.mark.parametrize(("word", "lemma"), [("dark", "dark"), ("darkness", "dark"), ("softy", "soft"), ("xyz", None)])
def test_lemmas(wordnet, word, lemma):
    assert wordnet.lemma(word) == lemma


def test_synonyms_and_kin_count_for_a_word_and_antonyms_against_it(wordnet):
    features = SignedFeatures(wordnet, ["bright", "soft", "legal"])
    likeness = dict(zip(("luminous", "radiant", "dark", "dim", "hard"), features.likeness(
        ["luminous", "radiant", "dark", "dim", "hard"]), strict=True))  # fmt: skip
    bright, soft, legal = range(3)
    assert likeness["luminous"][bright] > likeness["radiant"][bright] > 0
    assert likeness["dark"][bright] < 0  # a direct antonym
    assert likeness["dim"][bright] < 0  # an antonym by way of the word it is similar to
    assert likeness["hard"][soft] < 0
    assert abs(likeness["radiant"][legal]) < 0.05
    assert np.all(np.abs(list(likeness.values())) <= 1)


def test_words_are_explained_with_shares_that_add_up_and_strange_ones_are_not(wordnet):
    words = known("bright", "soft", "legal")
    found = {k.word: k for k in explain_all(SignedFeatures(wordnet, [w.name for w in words]), words, [
        "luminous", "dark", "nothing-of-the-kind"])}  # fmt: skip
    assert set(found) == {"luminous", "dark"}
    assert next(iter(found["luminous"].weights)) == "bright"
    assert found["dark"].weights["bright"] < 0
    for kin in found.values():
        assert sum(abs(v) for v in kin.weights.values()) == pytest.approx(1)
        assert LEAST_SUPPORT <= kin.support <= 1


def test_what_many_people_say_weighs_more(wordnet):
    few, many = known("bright")[0], known("luminous")[0]
    for a, b, leads in ((1, 50, "luminous"), (50, 1, "bright")):
        words = [replace(few, evidence=a), replace(many, evidence=b)]
        features = SignedFeatures(wordnet, [w.name for w in words])
        (kin,) = explain_all(features, words, ["radiant"])
        assert next(iter(kin.weights)) == leads


def test_a_left_out_word_is_not_foretold_by_itself(wordnet):
    words = known("bright", "luminous", "dark")
    shape = np.sin(np.linspace(0, 3, 128))
    features = SignedFeatures(wordnet, [w.name for w in words])
    likeness, _ = left_out(features, words, np.stack([shape, shape, -shape]))
    assert likeness[:2] == pytest.approx([1, 1])  # each by the other, and by its antonym
    lone, _ = left_out(features, words, np.stack([shape, np.cos(5 * shape), -np.cos(5 * shape)]))
    assert lone[0] < 0.9


@pytest.mark.parametrize("fault", ["missing", "malformed", "two versions"])
def test_a_folder_that_is_not_wordnet_is_one_sentence(tmp_path, fault):
    folder = write_wordnet(tmp_path / "wordnet")
    if fault == "missing":
        (folder / "data.verb").unlink()
    elif fault == "malformed":
        (folder / "data.adj").write_text("00000100 00 a zz bright\n")
    else:
        (folder / "data.adj").write_text("")
    with pytest.raises(WordNetError, match="WordNet"):
        read_wordnet(folder)


@pytest.mark.slow
@pytest.mark.skipif(not (FOLDER / "data.adj").exists(), reason="WordNet (Debian: wordnet-base) is not installed")
def test_the_shipped_index_is_what_the_command_makes():
    wordnet, shipped = read_wordnet(FOLDER), shipped_thesaurus()
    words = [word for word in WordSpace.open().vocabulary if word.language == "en"]
    features = SignedFeatures(wordnet, [word.name for word in words])
    some = [*list(shipped)[::100], "democracy", "manganese", "table"]
    found = {kin.word: kin.weights for kin in explain_all(features, words, some)}
    assert set(found) == set(some[:-3])
    for word, weights in found.items():
        assert dict(shipped.get(word)) == {k: pytest.approx(v, abs=0.0051) for k, v in weights.items()}


@pytest.mark.slow
@pytest.mark.skipif(not (FOLDER / "data.adj").exists(), reason="WordNet (Debian: wordnet-base) is not installed")
def test_left_out_words_are_foretold_far_better_than_by_the_average_word():
    space = WordSpace.open()
    words = [word for word in space.vocabulary if word.language == "en"]
    features = SignedFeatures(read_wordnet(FOLDER), [word.name for word in words])
    curves = space.curves(words)
    likeness, _ = left_out(features, words, curves)
    held = [n for n, i in enumerate(features.covered) if words[i].evidence >= 3]
    shapes = curves - curves.mean(axis=1, keepdims=True)
    average = shapes.mean(axis=0)
    by_average = [float(np.corrcoef(average, shapes[features.covered[n]])[0, 1]) for n in held]
    assert len(held) > 100
    assert likeness[held].mean() > 0.38 > np.mean(by_average) + 0.1
