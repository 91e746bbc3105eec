"""The files of a run folder: JSON and safetensors, each whole or absent. Every fault is a `RunError`."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from semeq.files import whole, write_whole

from .errors import RunError

RUNS_FOLDER = Path("runs")


def write_json(path: Path, value: Any) -> None:
    """Write a value as JSON, NaN as null."""
    text = json.dumps(_without_nan(value), indent=1, ensure_ascii=False) + "\n"
    with _explained("write", path):
        write_whole(path, text)


def read_json(path: Path) -> Any:
    """Read JSON."""
    try:
        with _explained("read", path):
            return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RunError(f"{path} is not JSON: {error}") from error


def write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write tensors, from whatever device."""
    # clone: modules that share a table would be refused.
    plain = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    with _explained("write", path), whole(path) as partial:
        save_file(plain, partial)


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Read tensors, onto the CPU."""
    with _explained("read", path):
        tensors: dict[str, Tensor] = load_file(path)
        return tensors


def under(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Those whose names begin with `prefix`, without it."""
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def newest(file_name: str, missing: str) -> Path:
    """The folder in ``runs/`` whose file of this name is newest; without any, a `RunError` that says `missing`."""
    found = [path.parent for path in RUNS_FOLDER.glob(f"*/{file_name}")]
    if not found:
        raise RunError(missing)
    return max(found, key=lambda path: (path / file_name).stat().st_mtime_ns)


@contextmanager
def _explained(what: str, path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, SafetensorError) as error:
        raise RunError(f"cannot {what} {path}: {getattr(error, 'strerror', None) or error}") from error


def _without_nan(value: Any) -> Any:
    """NaN is not JSON: a figure that does not exist is null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _without_nan(item) for key, item in value.items()}
    return [_without_nan(item) for item in value] if isinstance(value, list | tuple) else value
