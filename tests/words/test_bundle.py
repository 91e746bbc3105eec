"""The model bundle: written whole, read only when it is what was written."""

import json
from pathlib import Path

import numpy as np
import pytest

from semeq.words import BundleError, Vocabulary, Word, load_bundle, shipped_models, write_bundle

VOCABULARY = Vocabulary([Word("warm", "en", ("made",), 3, tuple(np.linspace(-0.9, 0.9, 32)))])
GRAPHS = {"decoder.onnx": b"decoder bytes", "encoder.onnx": b"encoder bytes"}
METADATA = {"recipe": {"name": "v3"}, "golden": {"decoder": {}}}


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    path = tmp_path / "mine"
    write_bundle(path, METADATA, VOCABULARY, GRAPHS)
    return path


def edit(bundle: Path, **changes) -> None:
    file = bundle / "model.json"
    table = json.loads(file.read_text())
    table.update(changes)
    file.write_text(json.dumps(table))


def files_of(bundle: Path) -> dict:
    return json.loads((bundle / "model.json").read_text())["files"]


def test_round_trip(bundle):
    loaded = load_bundle(bundle)
    assert loaded.name == "mine"
    assert list(loaded.vocabulary) == list(VOCABULARY)
    assert loaded.decoder_path.read_bytes() == GRAPHS["decoder.onnx"]
    assert loaded.encoder_path.read_bytes() == GRAPHS["encoder.onnx"]
    assert loaded.audio_encoder_path is None
    assert loaded.metadata["recipe"] == {"name": "v3"}
    assert loaded.golden == {"decoder": {}}


def test_an_audio_encoder_is_found_where_there_is_one(tmp_path):
    bundle = write_bundle(tmp_path / "b", METADATA, VOCABULARY, {**GRAPHS, "audio_encoder.onnx": b"ears"})
    assert bundle.audio_encoder_path is not None
    assert bundle.audio_encoder_path.read_bytes() == b"ears"


def test_a_bundle_is_replaced_and_nothing_is_left_beside_it(bundle):
    write_bundle(bundle, METADATA, VOCABULARY, {**GRAPHS, "decoder.onnx": b"new"})
    assert load_bundle(bundle).decoder_path.read_bytes() == b"new"
    assert [p.name for p in bundle.parent.iterdir()] == ["mine"]


@pytest.mark.parametrize("file", ["decoder.onnx", "encoder.onnx", "vocabulary.json"])
def test_a_missing_file_is_named(bundle, file):
    (bundle / file).unlink()
    with pytest.raises(BundleError, match=f"lacks {file}"):
        load_bundle(bundle)


@pytest.mark.parametrize("file", ["decoder.onnx", "encoder.onnx", "vocabulary.json"])
def test_an_altered_file_is_named(bundle, file):
    with (bundle / file).open("ab") as f:
        f.write(b" ")
    with pytest.raises(BundleError, match=f"{file} is not the file that was exported"):
        load_bundle(bundle)


@pytest.mark.parametrize("version", ["2.0.0", "0.9", None, 1])
def test_another_major_version_is_refused(bundle, version):
    edit(bundle, format=version)
    with pytest.raises(BundleError, match=r"this version of semeq reads 1\.x"):
        load_bundle(bundle)


def test_a_newer_minor_version_is_read(bundle):
    edit(bundle, format="1.9.3")
    load_bundle(bundle)


@pytest.mark.parametrize("name", ["../outside", "/etc/hostname", "a/b", "..", "", "..\\outside"])
def test_a_path_that_leaves_the_folder_is_refused(bundle, name):
    (bundle.parent / "outside").write_bytes(b"x")
    edit(bundle, files={**files_of(bundle), name: "0" * 64})
    with pytest.raises(BundleError, match="outside its folder"):
        load_bundle(bundle)


def test_a_link_that_leaves_the_folder_is_refused(bundle):
    outside = bundle.parent / "outside.onnx"
    outside.write_bytes(GRAPHS["decoder.onnx"])
    (bundle / "decoder.onnx").unlink()
    (bundle / "decoder.onnx").symlink_to(outside)
    with pytest.raises(BundleError, match="outside its folder"):
        load_bundle(bundle)


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "is not JSON"), ("[1]", "has format None"), ('{"format": "1.0.0"}', "does not list its files")],
)
def test_a_broken_model_json_is_one_sentence(bundle, text, message):
    (bundle / "model.json").write_text(text)
    with pytest.raises(BundleError, match=message) as caught:
        load_bundle(bundle)
    assert "\n" not in str(caught.value)


def test_a_bundle_that_does_not_list_its_decoder_is_refused(bundle):
    files = files_of(bundle)
    del files["decoder.onnx"]
    edit(bundle, files=files)
    with pytest.raises(BundleError, match=r"does not list decoder\.onnx"):
        load_bundle(bundle)


def test_no_such_bundle(tmp_path):
    with pytest.raises(BundleError, match="neither a shipped model"):
        load_bundle("nothing-of-this-name")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BundleError, match=r"model\.json is missing"):
        load_bundle(tmp_path / "empty")


def test_another_folder_is_never_replaced(tmp_path):
    mine = tmp_path / "songs"
    mine.mkdir()
    (mine / "song.wav").write_bytes(b"RIFF")
    with pytest.raises(BundleError, match="in the way"):
        write_bundle(mine, METADATA, VOCABULARY, GRAPHS)
    assert [p.name for p in mine.iterdir()] == ["song.wav"]


def test_a_failed_write_leaves_nothing(tmp_path, monkeypatch):
    real = Path.write_bytes

    def full_disk(self, data):
        if self.name == "encoder.onnx":
            raise OSError(28, "No space left on device")
        return real(self, data)

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    with pytest.raises(BundleError, match="No space left on device"):
        write_bundle(tmp_path / "b", METADATA, VOCABULARY, GRAPHS)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_graph_and_a_wild_name_are_refused_when_writing(tmp_path):
    with pytest.raises(BundleError, match=r"needs encoder\.onnx"):
        write_bundle(tmp_path / "b", METADATA, VOCABULARY, {"decoder.onnx": b""})
    with pytest.raises(BundleError, match="outside its folder"):
        write_bundle(tmp_path / "b", METADATA, VOCABULARY, {**GRAPHS, "../x": b""})
    assert list(tmp_path.iterdir()) == []


def test_what_ships_loads_by_default_and_by_name():
    assert "v3" in shipped_models()
    assert load_bundle().path == load_bundle("v3").path
