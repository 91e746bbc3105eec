"""What is installed: the package, the model that ships, the engine."""

from __future__ import annotations

import json

from semeq.eq import ENGINE_BUILD
from semeq.presets import DEFAULT_MODEL, MODELS_FOLDER

from .bundle import MODEL_FILE


def versions() -> dict[str, str]:
    """A line each on the package, the shipped model and the engine. Reads one small file; loads no model."""
    from importlib import metadata  # takes longer than all else here, and only `--version` asks

    try:
        package = metadata.version("semeq")
    except metadata.PackageNotFoundError:  # run from a checkout
        package = "of a checkout, not installed"
    described = json.loads((MODELS_FOLDER / DEFAULT_MODEL / MODEL_FILE).read_text(encoding="utf-8"))
    digest = described["files"]["decoder.onnx"][:12]
    return {
        "semeq": package,
        "model": f"{described['name']}, bundle format {described['format']}, decoder {digest}",
        "engine": ENGINE_BUILD,
    }
