"""Replacing a bundle: whatever fails on the way, the old one stays, whole, and nothing else is left behind."""

import errno
from pathlib import Path

import pytest

from semeq.words import BundleError, load_bundle, write_bundle


@pytest.fixture
def parts():
    """What a bundle is written from."""
    whole = load_bundle()
    names = ("decoder.onnx", "encoder.onnx")
    return whole.vocabulary, {name: (whole.path / name).read_bytes() for name in names}


def failing(monkeypatch, fails):
    """Let `Path.replace` fail for the moves that `fails(source, target)` names; the moves that were made."""
    real, made = Path.replace, []

    def replace(self, target):
        if fails(self, Path(target)):
            raise OSError(errno.ENOSPC, "No space left on device")
        made.append((self, Path(target)))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    return made


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_old_bundle_comes_back_where_the_new_one_cannot_take_its_place(tmp_path, parts, monkeypatch):
    path = tmp_path / "mine"
    write_bundle(path, {"note": "old"}, *parts)
    before = contents(path)
    made = failing(monkeypatch, lambda source, target: target == path and "-old-" not in str(source))
    with pytest.raises(BundleError, match=r"cannot write the bundle .*No space left"):
        write_bundle(path, {"note": "new"}, *parts)
    assert any(source == path for source, _ in made)  # it had stepped aside
    assert contents(path) == before
    assert load_bundle(path).metadata["note"] == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine"]


def test_the_old_bundle_stays_where_it_cannot_step_aside(tmp_path, parts, monkeypatch):
    path = tmp_path / "mine"
    write_bundle(path, {"note": "old"}, *parts)
    before = contents(path)
    failing(monkeypatch, lambda source, target: source == path)
    with pytest.raises(BundleError, match="No space left"):
        write_bundle(path, {"note": "new"}, *parts)
    assert contents(path) == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine"]


def test_an_old_bundle_that_cannot_come_back_is_not_deleted(tmp_path, parts, monkeypatch):
    path = tmp_path / "mine"
    write_bundle(path, {"note": "old"}, *parts)
    before = contents(path)
    failing(monkeypatch, lambda source, target: target == path)  # neither the new one nor the old
    with pytest.raises(BundleError, match="No space left"):
        write_bundle(path, {"note": "new"}, *parts)
    (kept,) = tmp_path.rglob("mine")
    assert contents(kept) == before


def test_a_new_bundle_that_cannot_take_its_place_leaves_nothing(tmp_path, parts, monkeypatch):
    failing(monkeypatch, lambda source, target: target.name == "mine")
    with pytest.raises(BundleError, match="No space left"):
        write_bundle(tmp_path / "mine", {}, *parts)
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_that_does_not_load_never_takes_the_place_of_one_that_does(tmp_path, parts, monkeypatch):
    path = tmp_path / "mine"
    write_bundle(path, {"note": "old"}, *parts)
    before = contents(path)

    def broken(self, data, real=Path.write_bytes):
        return real(self, data[:-1] if self.name == "decoder.onnx" else data)

    monkeypatch.setattr(Path, "write_bytes", broken)
    with pytest.raises(BundleError, match=r"decoder\.onnx is not the file that was exported"):
        write_bundle(path, {"note": "new"}, *parts)
    monkeypatch.undo()
    assert contents(path) == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine"]


def test_a_bundle_can_be_read_by_others(tmp_path, parts):
    write_bundle(tmp_path / "mine", {}, *parts)
    assert (tmp_path / "mine").stat().st_mode & 0o777 == 0o755


def test_a_replaced_bundle_is_the_new_one_and_alone(tmp_path, parts):
    path = tmp_path / "mine"
    write_bundle(path, {"note": "old"}, *parts)
    assert write_bundle(path, {"note": "new"}, *parts).metadata["note"] == "new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine"]
