"""Words of one's own: added from every source, used wherever a word is, and never lost."""

import json
import subprocess
import sys

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from semeq.eq import FLAT, PARAMETER_NAMES, curve, rms_db
from semeq.eq.formats import write_apo
from semeq.export.word_list import plugin_words
from semeq.plugin import SemanticEQ
from semeq.plugin.cli import semeq
from semeq.presets import OwnWord, OwnWordsError, Preset, PresetStore, read_own_words, write_own_words
from semeq.words import VocabularyError, WordSpace, bundle_with_own_words, load_bundle, own_word_name

RATE = 44_100


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """An empty file of own words, in a folder to work in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEMEQ_WORDS", str(tmp_path / "words.toml"))
    monkeypatch.setenv("SEMEQ_PRESETS", str(tmp_path / "presets"))
    return tmp_path / "words.toml"


def run(*arguments, status=0):
    done = CliRunner().invoke(semeq, ["words", *map(str, arguments)])
    assert done.exit_code == status, (done.output, done.exception)
    return done.stdout


def word_curve(text):
    space = WordSpace.open()
    return curve(space.decoder.decode(space.latent(text)))


def test_from_a_phrase(mine):
    expected = word_curve("a bit airy, less muddy")
    run("add", "vocals-ok", "--phrase", "a bit airy, less muddy")
    assert rms_db(word_curve("vocals-ok") - expected) < 0.1
    assert rms_db(word_curve("opposite of vocals-ok") + expected) < 1.0
    np.testing.assert_allclose(SemanticEQ("Vocals-OK").params, SemanticEQ("vocals-ok").params)


def test_from_a_preset(mine):
    PresetStore().save("mine", Preset("warm", to="bright", morph=0.3, intensity=0.7))
    run("add", "ours", "--preset", "mine")
    space = WordSpace.open()
    assert rms_db(word_curve("ours") - curve(space.params("warm", "bright", 0.3, 0.7))) < 0.1


def test_from_the_eq_of_another_program(mine):
    params = WordSpace.open().params("bright", None, 0.0, 1.0)
    (mine.parent / "other.txt").write_text(write_apo(params))
    run("add", "other", "--eq", "other.txt")
    assert rms_db(word_curve("other") - curve(params)) < 0.2


def test_from_recordings_before_and_after(mine):
    noise = np.random.default_rng(0).normal(0, 0.05, (20 * RATE, 2))
    soundfile.write("before.wav", noise, RATE, subtype="FLOAT")
    eq = SemanticEQ("bright", output_db=-3)
    soundfile.write("after.wav", eq(noise.T.astype(np.float32), RATE).T, RATE, subtype="FLOAT")
    found = json.loads(run("add", "theirs", "--before", "before.wav", "--after", "after.wav", "--json"))
    own, expected = word_curve("theirs"), curve(eq.params)
    assert rms_db((own - own.mean()) - (expected - expected.mean())) < 0.5
    assert found["error_db"] < 0.5


def test_it_is_listed_and_has_neighbours(mine):
    run("add", "ours", "--phrase", "warm")
    rows = {row["word"]: row for row in json.loads(run("--json"))}
    assert rows["ours"]["origin"] == "own"
    assert json.loads(run("--near", "ours", "--json"))["nearest"][0]["word"] == "warm"


def test_a_word_of_the_model_is_given_another_meaning_only_on_request(mine):
    warm = word_curve("warm")
    run("add", "warm", "--phrase", "bright", status=2)
    assert not mine.exists()
    run("add", "warm", "--phrase", "bright", "--overwrite")
    assert rms_db(word_curve("warm") - word_curve("bright")) < 0.1
    run("remove", "warm")
    assert np.array_equal(word_curve("warm"), warm)


def test_renamed_removed_exported_imported(mine):
    run("add", "one", "--phrase", "warm")
    run("add", "two", "--phrase", "bright")
    run("rename", "one", "first")
    run("rename", "first", "two", status=2)
    run("export", "shared.toml")
    run("export", "shared.toml", status=2)
    run("remove", "first")
    assert [word.name for word in read_own_words()] == ["two"]
    run("import", "shared.toml", status=2)
    run("import", "shared.toml", "--overwrite")
    assert {word.name for word in read_own_words()} == {"first", "two"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["add", "xyz"],
        ["add", "xyz", "--phrase", "warm", "--preset", "telephone"],
        ["add", "xyz", "--before", __file__],
        ["add", "xyz", "--eq", "not-there.txt"],
    ],
)
def test_a_word_needs_one_source(mine, arguments):
    run(*arguments, status=2)
    assert not mine.exists()


@pytest.mark.parametrize(
    "name", ["very", "not", "warm and cold", "", "a/b", "x" * 41, "one two three four", "7up", "a\x1b"]
)
def test_names_that_could_not_be_told_from_grammar(name):
    with pytest.raises(VocabularyError):
        own_word_name(name)


@pytest.mark.parametrize("name", ["x" * 40, "one two three", "it's", "Vocals-OK", "señor"])
def test_names_that_can_be(name):
    assert own_word_name(name) == name.lower()


def test_the_file_round_trips(tmp_path):
    rng = np.random.default_rng(3)
    words = [OwnWord(f"w{i}", np.round(FLAT + rng.uniform(0, 3, 13), 4), "why") for i in range(3)]
    words = [
        OwnWord(w.name, np.clip(w.params, None, [12, 2e4, 12, 2e4, 10, 12, 2e4, 10, 12, 2e4, 10, 12, 2e4]), w.about)
        for w in words
    ]
    path = write_own_words(words, tmp_path / "words.toml")
    back = read_own_words(path)
    assert [(w.name, w.about) for w in back] == [(w.name, w.about) for w in words]
    np.testing.assert_allclose([w.params for w in back], [w.params for w in words], atol=1e-4)
    assert read_own_words(tmp_path / "none.toml") == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("format = ", "Invalid value"),
        ('format = "2.0"\n', "this version reads"),
        ("word = 3\nformat = '1.0'\n", "not \\[\\[word\\]\\] tables"),
        ('format = "1.0"\n[[word]]\nabout = "x"\n', "has no name"),
        ('format = "1.0"\n[[word]]\nname = "x"\nsetting = {}\n', "needs a setting"),
        (
            'format = "1.0"\n[[word]]\nname = "x"\nsetting = {'
            + ", ".join(f"{name} = {'nan' if i == 3 else 1.0}" for i, name in enumerate(PARAMETER_NAMES))
            + "}\n",
            "cannot be used",
        ),
    ],
)
def test_a_file_edited_by_hand_is_refused_with_one_sentence(mine, text, says):
    mine.write_text(text)
    with pytest.raises(OwnWordsError, match=says):
        WordSpace.open()
    code = "from semeq.plugin.cli import main; main(['show', 'warm'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert mine.read_text() == text


def test_they_are_baked_into_the_plugin_behind_all_others(mine):
    bundle = load_bundle()
    before = [word.name for word in plugin_words(bundle)]
    run("add", "ours", "--phrase", "warm")
    run("add", "bright", "--phrase", "dark", "--overwrite")
    after = bundle_with_own_words(bundle)
    assert [word.name for word in plugin_words(after)] == [*before, "ours"]
    assert after.vocabulary.get("bright").latent != bundle.vocabulary.get("bright").latent


def csv_of(rows, header=()):
    lines = [",".join([*header, *PARAMETER_NAMES])]
    lines += [",".join([*map(str, head), *(f"{value:.6g}" for value in params)]) for head, params in rows]
    return "\n".join(lines) + "\n"


def gain_setting(low_db, high_db):
    params = FLAT.copy()
    params[0], params[11] = low_db, high_db
    return params


def test_from_a_csv_is_the_mean_of_people_and_not_of_rows(mine):
    rows = [(("ours", "ann"), gain_setting(2, 0))] * 3 + [(("ours", "bob"), gain_setting(6, 0))]
    rows.append((("other", "ann"), gain_setting(-9, 9)))
    (mine.parent / "takes.csv").write_text(csv_of(rows, ("word", "person")))
    assert "people disagree" not in run("add", "ours", "--csv", "takes.csv")
    assert rms_db(word_curve("ours") - curve(gain_setting(4, 0))) < 0.1


def test_people_who_contradict_each_other_are_schools(mine):
    rng = np.random.default_rng(0)
    many = [((), gain_setting(5 + rng.normal(), -4)) for _ in range(5)]
    few = [((), gain_setting(-5, 4 + rng.normal())) for _ in range(3)]
    (mine.parent / "takes.csv").write_text(csv_of([*few, *many]))
    said = run("add", "ours", "--csv", "takes.csv")
    assert "ours/1 (lows up, air down) is meant by 5" in said
    assert "ours/2 (lows down, air up) is meant by 3" in said
    assert rms_db(word_curve("ours") - word_curve("ours/1")) < 0.05
    assert rms_db(word_curve("ours/2") - curve(gain_setting(-5, 4))) < 1
    word = WordSpace.open().vocabulary.get("ours")
    assert (word.evidence, word.contested) == (8, True)
    (kept,) = read_own_words()
    write_own_words([kept])
    assert [(s.name, s.people) for s in read_own_words()[0].schools] == [(s.name, s.people) for s in kept.schools]
    run("rename", "ours", "theirs")
    assert len(read_own_words()[0].schools) == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("word,gain\nours,1\n", "lacks the column 'low_shelf_gain_db'"),
        (csv_of([]), "holds no settings of 'ours'"),
        (csv_of([(("theirs",), FLAT)], ("word",)), "holds no settings of 'ours'"),
        (csv_of([((), FLAT)]).replace("\n0,", "\nloud,"), "line 2 cannot be used"),
        (csv_of([((), FLAT)]) + "1,2\n", "line 3 cannot be used"),
    ],
)
def test_a_csv_that_cannot_be_used_is_one_sentence_and_adds_nothing(mine, text, says):
    (mine.parent / "takes.csv").write_text(text)
    done = CliRunner().invoke(semeq, ["words", "add", "ours", "--csv", "takes.csv"])
    assert done.exit_code != 0
    assert says in str(done.exception)
    assert not mine.exists()
