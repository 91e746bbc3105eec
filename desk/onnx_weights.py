"""The weights in an ONNX file, read without the onnx package, which is no part of the base install.

An ONNX file is a protocol buffer (https://protobuf.dev/programming-guides/encoding). Of its fields these are read
(numbers from onnx.proto3): the model's ``graph`` (7), the graph's ``initializer`` (5), and of each tensor ``dims`` (1),
``data_type`` (2), ``float_data`` (4), ``name`` (8) and ``raw_data`` (9).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semeq.words import BundleError

_FLOAT = 1  # TensorProto.DataType
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5

Weights = NDArray[np.float32]


def read_weights(path: Path) -> dict[str, Weights]:
    """The float32 initialisers of a graph by name. Raises `BundleError` where the file is not an ONNX model."""
    try:
        model = memoryview(path.read_bytes())
        graph = next(value for number, value in _fields(model) if number == 7 and isinstance(value, memoryview))
        tensors = [_tensor(value) for number, value in _fields(graph) if number == 5 and isinstance(value, memoryview)]
    except (StopIteration, IndexError, ValueError):
        raise BundleError(f"{path.name} is not an ONNX model") from None
    return {name: array for name, array in tensors if array is not None}


def _tensor(tensor: memoryview) -> tuple[str, Weights | None]:
    dims: list[int] = []
    name, kind, data = "", 0, b""
    for number, value in _fields(tensor):
        if number == 1:
            dims += [value] if isinstance(value, int) else list(_varints(value))
        elif number == 2 and isinstance(value, int):
            kind = value
        elif number in (4, 9) and isinstance(value, memoryview):
            data += bytes(value)
        elif number == 8 and isinstance(value, memoryview):
            name = bytes(value).decode("utf-8")
    return name, np.frombuffer(data, "<f4").reshape(dims) if kind == _FLOAT else None


def _fields(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """The number and value of each field of a message, one level deep."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value, at = _varint(data, at)
            yield number, value
            continue
        if wire == _BYTES:
            size, at = _varint(data, at)
        elif wire in (_FIXED64, _FIXED32):
            size = 8 if wire == _FIXED64 else 4
        else:
            raise ValueError(f"wire type {wire}")
        if at + size > len(data):
            raise IndexError("cut short")
        yield number, data[at : at + size]
        at += size


def _varints(data: memoryview) -> Iterator[int]:
    at = 0
    while at < len(data):
        value, at = _varint(data, at)
        yield value


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return value, at
        if shift > 63:
            raise ValueError("a number of more than 64 bits")
