"""Bundles that someone meddled with: a `BundleError` of one sentence, and nothing outside the folder is read."""

import hashlib
import io
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semeq.words import BundleError, Vocabulary, Word, load_bundle, write_bundle

from ..hostile import mutations

VOCABULARY = Vocabulary([Word("warm", "en", ("made",), 3, tuple(np.linspace(-0.9, 0.9, 32)))])
GRAPHS = {"decoder.onnx": b"decoder bytes", "encoder.onnx": b"encoder bytes"}
SECRET = "something that is nobody's business"


@pytest.fixture
def bundle(tmp_path):
    (tmp_path / "secret").write_text(SECRET)
    return write_bundle(tmp_path / "mine", {"golden": {"decoder": {}}}, VOCABULARY, GRAPHS).path


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A bundle for examples that only change its model.json."""
    return write_bundle(tmp_path_factory.mktemp("kept") / "mine", {"golden": {"a": [1]}}, VOCABULARY, GRAPHS).path


def load(path):
    """The bundle, or None where it is refused as it should be."""
    try:
        return load_bundle(path)
    except BundleError as error:
        message = str(error)
    assert message
    assert "\n" not in message
    assert SECRET not in message
    return None


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_odd_values_anywhere_in_model_json(kept, data):
    good = (kept / "model.json").read_bytes()
    table = data.draw(mutations(json.loads(good)))
    try:
        (kept / "model.json").write_text(json.dumps(table))
        loaded = load(kept)
        if loaded is not None:
            assert {loaded.decoder_path.parent, loaded.encoder_path.parent} == {kept}
            assert loaded.golden is not None
    finally:
        (kept / "model.json").write_bytes(good)


@settings(max_examples=40, deadline=None)
@given(name=st.text(max_size=300), data=st.binary(max_size=20))
def test_any_name_in_files(kept, name, data):
    good = (kept / "model.json").read_bytes()
    table = json.loads(good)
    table["files"][name] = hashlib.sha256(data).hexdigest()
    try:
        (kept / "model.json").write_text(json.dumps(table))
        assert load(kept) is None or name in ("decoder.onnx", "encoder.onnx", "vocabulary.json")
    finally:
        (kept / "model.json").write_bytes(good)


@pytest.mark.parametrize("file", ["decoder.onnx", "encoder.onnx", "vocabulary.json", "model.json"])
@pytest.mark.parametrize(
    "how", ["truncated", "empty", "missing", "a folder", "a link out", "a loop", "a pipe", "swapped"]
)
def test_a_file_that_is_not_what_it_was(bundle, file, how):
    path = bundle / file
    if how in ("truncated", "empty"):
        path.write_bytes(path.read_bytes()[:-3] if how == "truncated" else b"")
    elif how == "swapped":
        other = bundle / ("encoder.onnx" if file == "decoder.onnx" else "decoder.onnx")
        content = path.read_bytes(), other.read_bytes()
        other.write_bytes(content[0])
        path.write_bytes(content[1])
    else:
        kept = path.read_bytes()
        path.unlink()
        if how == "a folder":
            path.mkdir()
        elif how == "a link out":
            # The same content, so that only where it is tells it apart.
            (bundle.parent / "outside").write_bytes(kept)
            path.symlink_to(bundle.parent / "outside")
        elif how == "a loop":
            path.symlink_to(path.name)
        elif how == "a pipe":
            if not hasattr(os, "mkfifo"):
                pytest.skip("needs pipes")
            os.mkfifo(path)
    assert load(bundle) is None


def test_a_bundle_may_itself_be_a_link(bundle):
    link = bundle.parent / "link"
    link.symlink_to(bundle)
    assert load(link) is not None


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf{}",
        b"\xff\xfe{\x00}\x00",
        b"\x80",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"1" * 5000,
        b"null",
        b'"x"',
    ]
    + [
        b'{"format": "1.0.0", "files": {"decoder.onnx": 3}}',
        b'{"format": "1.0.0", "files": []}',
        np.random.default_rng(5).bytes(300),
    ],
)
def test_any_bytes_for_model_json_or_vocabulary(bundle, content):
    for file in ("model.json", "vocabulary.json"):
        copy = bundle.parent / f"with-{file}"
        shutil.copytree(bundle, copy)
        (copy / file).write_bytes(content)
        if file == "vocabulary.json":  # vouched for, and broken all the same
            table = json.loads((copy / "model.json").read_text())
            table["files"][file] = hashlib.sha256(content).hexdigest()
            (copy / "model.json").write_text(json.dumps(table))
        assert load(copy) is None


@pytest.mark.parametrize("source", ["a\0b", "x" * 5000, "", ".", "/dev/zero", "/", "~", "\udcff"])
def test_any_source_is_a_bundle_or_refused(source):
    assert load(source) is None


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(["../secret", "/etc/passwd", "link", "..", "a/../../secret", "./decoder.onnx", "\\secret"]))
def test_only_files_of_the_folder_are_opened(bundle, name, monkeypatch):
    (bundle / "link").unlink(missing_ok=True)
    (bundle / "link").symlink_to(bundle.parent / "secret")
    table = json.loads((bundle / "model.json").read_text())
    table["files"] = {"decoder.onnx": "0", "encoder.onnx": "0", "vocabulary.json": "0", name: "0"}
    table["files"] = {key: table["files"][key] for key in reversed(table["files"])}
    (bundle / "model.json").write_text(json.dumps(table))
    opened = []
    really_open = io.open

    def watch(file, *args, **kwargs):
        opened.append(os.path.realpath(file))
        return really_open(file, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(io, "open", watch)
        assert load(bundle) is None
    assert opened
    assert all(Path(path).parent == bundle.resolve() for path in opened)
