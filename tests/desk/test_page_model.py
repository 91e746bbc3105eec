"""The model as the page reads it."""

import json
import struct

import numpy as np
import pytest

from semeq.desk.onnx_weights import read_weights
from semeq.desk.page_model import decoder_arrays, page_model
from semeq.words import BundleError, load_decoder

DECODER = load_decoder()
VOCABULARY = DECODER.bundle.vocabulary


def test_weights_are_those_that_onnx_reads():
    onnx = pytest.importorskip("onnx")
    graph = onnx.load(str(DECODER.bundle.decoder_path)).graph
    found = read_weights(DECODER.bundle.decoder_path)
    floats = [item for item in graph.initializer if item.data_type == onnx.TensorProto.FLOAT]
    assert len(floats) > 10
    for item in floats:
        np.testing.assert_array_equal(found[item.name], onnx.numpy_helper.to_array(item))


def test_the_numbers_are_weights_then_points():
    model = page_model(DECODER, VOCABULARY)
    numbers = np.frombuffer(model.numbers, "<f4")
    arrays, hidden = decoder_arrays(DECODER)
    schools = sum(len(word.schools) for word in VOCABULARY)
    points = numbers[sum(a.size for a in arrays) :].reshape(-1, 32)
    assert len(points) == 1 + len(VOCABULARY) + schools
    np.testing.assert_allclose(points[0], VOCABULARY.flat, atol=1e-6)
    np.testing.assert_allclose(points[1:][[0, 5]], [list(VOCABULARY)[i].latent for i in (0, 5)], atol=1e-6)
    table = json.loads(model.json)
    assert table["layers"] == hidden
    assert [entry["w"] for entry in table["words"]] == list(VOCABULARY.names)


@pytest.mark.parametrize(
    "content",
    [b"", b"not a model", b"\xff" * 64, b"\x3a\xff\xff\xff\xff\x0f", b"\x3a\x04\x2a\x7f\x00\x00", b"\x80" * 30],
)
def test_what_is_not_a_model_is_refused(tmp_path, content):
    path = tmp_path / "decoder.onnx"
    path.write_bytes(content)
    with pytest.raises(BundleError, match=r"decoder\.onnx is not an ONNX model"):
        read_weights(path)


def test_no_prefix_of_a_model_breaks_the_reader(tmp_path, random):
    whole = DECODER.bundle.decoder_path.read_bytes()
    path = tmp_path / "decoder.onnx"
    for size in random.integers(1, len(whole), 40):
        path.write_bytes(whole[:size])
        try:
            read_weights(path)
        except BundleError:
            continue


def test_fields_of_other_types_are_passed_over(tmp_path):
    """A tensor of integers, a fixed64 and a fixed32 field."""
    tensor = b"\x08\x01\x10\x07\x42\x01n\x4a\x08" + struct.pack("<q", 3)
    graph = b"\x2a" + bytes([len(tensor)]) + tensor + b"\x51" + bytes(8) + b"\x55" + bytes(4)
    path = tmp_path / "model.onnx"
    path.write_bytes(b"\x3a" + bytes([len(graph)]) + graph)
    assert read_weights(path) == {}
