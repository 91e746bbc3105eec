"""Where presets are kept: names that are safe, whole files, the user's before the factory's."""

import multiprocessing
import os
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semeq.presets import Preset, PresetError, PresetNameError, PresetStore, preset_name, read_preset, user_folder


@pytest.mark.parametrize(
    "name",
    ["", " ", ".", "..", ".hidden", "a/b", "a\\b", "../a", "/etc/passwd", "C:a", "a\0b", "a\nb\x1b", "a" * 200, "con"]
    + ["COM1", "LPT9", "nul", "aux", "com¹", "con.txt", "a.toml", "-rf", "~", "a*", "a?", "a:b", "a|b", '"a"', "<a>"]
    + ["\ud800", "\u202ewarm", "emoji 🎧", "$(a)", "`a`"],
)
def test_a_name_that_is_no_safe_file_name_is_refused(name, tmp_path):
    with pytest.raises(PresetNameError, match="cannot be a name"):
        preset_name(name)
    with pytest.raises(PresetNameError):
        PresetStore(tmp_path).save(name, Preset("warm"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Warm  Vocals", "warm vocals"),
        (" air\t(top) ", "air (top)"),
        ("2 buses", "2 buses"),
        ("Über", "über"),
        (unicodedata.normalize("NFD", "café"), "café"),
        ("温かい", "温かい"),
        ("हिन्दी", "हिन्दी"),
        ("drum & bass, loud's", "drum & bass, loud's"),
    ],
)
def test_a_name_has_one_spelling(text, name):
    assert preset_name(text) == name


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=70))
def test_any_name_is_refused_or_stays_inside_the_folder(text):
    try:
        name = preset_name(text)
    except PresetNameError:
        return
    assert preset_name(name) == name
    assert Path(f"{name}.toml").name == f"{name}.toml"
    assert len(f"{name}.toml".encode()) < 255
    assert name.isprintable()


def test_saving_finding_and_deleting(tmp_path):
    store = PresetStore(tmp_path / "new" / "folder")
    path = store.save("My Vocals", Preset("warm", to="clear"))
    assert path == tmp_path / "new" / "folder" / "my vocals.toml"
    assert store.read("MY  vocals") == store.read(path) == Preset("warm", to="clear")
    with pytest.raises(PresetError, match="exists already"):
        store.save("my vocals", Preset("bright"))
    store.save("my vocals", Preset("bright"), overwrite=True)
    assert store.read("my vocals") == Preset("bright")
    assert store.delete("my vocals") == path
    with pytest.raises(PresetNameError, match="no preset 'my vocals'"):
        store.read("my vocals")


def test_a_users_preset_hides_the_factorys_which_stays(tmp_path):
    store = PresetStore(tmp_path)
    factory = store.find("telephone")
    assert factory.factory
    with pytest.raises(PresetNameError, match="came with semeq"):
        store.delete("telephone")
    store.save("telephone", Preset("warm"))
    assert store.read("telephone") == Preset("warm")
    assert [s.factory for s in store.all() if s.name == "telephone"] == [False]
    store.delete("telephone")
    assert store.find("telephone") == factory


def test_files_that_are_no_presets_are_passed_over(tmp_path):
    for name in (".hidden.toml", "UPPER.toml", "notes.txt", "con.toml"):
        (tmp_path / name).write_text("")
    assert all(stored.factory for stored in PresetStore(tmp_path).all())


@pytest.mark.parametrize("path", ["folder.toml", "missing.toml", "a\0b.toml"])
def test_a_path_that_is_no_file_is_one_sentence(tmp_path, path):
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(PresetError):
        PresetStore(tmp_path).read(f"{tmp_path}/{path}")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_pipe_and_an_endless_device_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.toml")
    for path in (tmp_path / "pipe.toml", Path("/dev/zero")):
        with pytest.raises(PresetError, match="is not a file"):
            read_preset(path)


def test_where_nothing_can_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(PresetError, match="cannot be written"):
        PresetStore(tmp_path / "file").save("a", Preset("warm"))


def write_many(folder, word):
    store = PresetStore(Path(folder))
    for _ in range(40):
        store.save("both", Preset(word, about=word * 200), overwrite=True)


def test_two_processes_that_save_at_once_never_leave_half_a_file(tmp_path):
    store = PresetStore(tmp_path)
    store.save("both", Preset("warm", about="warm" * 200))
    started = multiprocessing.get_context("spawn")
    writers = [started.Process(target=write_many, args=(str(tmp_path), word)) for word in ("warm", "bright")]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        preset = store.read("both")
        assert preset.about == preset.semantic * 200
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["both.toml"]


def test_a_failed_write_leaves_what_was_there(tmp_path, monkeypatch):
    store = PresetStore(tmp_path)
    store.save("kept", Preset("warm"))

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PresetError, match="No space left"):
        store.save("kept", Preset("bright"), overwrite=True)
    assert store.read("kept") == Preset("warm")
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_system_without_links_replaces_nothing_either(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    store = PresetStore(tmp_path)
    store.save("a", Preset("warm"))
    with pytest.raises(PresetError, match="exists already"):
        store.save("a", Preset("bright"))
    assert store.read("a") == Preset("warm")


@pytest.mark.parametrize(
    ("platform", "environment", "folder"),
    [
        ("linux", {"XDG_CONFIG_HOME": "/x"}, "/x/semeq/presets"),
        ("linux", {"XDG_CONFIG_HOME": "relative"}, "/home/me/.config/semeq/presets"),
        ("linux", {}, "/home/me/.config/semeq/presets"),
        ("darwin", {"XDG_CONFIG_HOME": "/x"}, "/home/me/Library/Application Support/semeq/presets"),
        ("win32", {"APPDATA": "/roaming"}, "/roaming/semeq/presets"),
        ("linux", {"SEMEQ_PRESETS": "/mine", "XDG_CONFIG_HOME": "/x"}, "/mine"),
    ],
)
def test_the_folder_is_the_platforms(monkeypatch, platform, environment, folder):
    for name in ("SEMEQ_PRESETS", "XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: Path("/home/me"))
    assert user_folder() == Path(folder)
