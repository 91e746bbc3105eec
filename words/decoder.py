"""Between latent points and settings: the bundle's decoder and encoder, run by onnxruntime on one thread."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import ArrayLike

from semeq.eq import PARAMETER_COUNT, FloatArray, clip_params

from .bundle import Bundle, BundleError, load_bundle

LATENT_SIZE = 32


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """Open an ONNX model for one thread that never spins: it must not compete with the audio thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises many types, none of them public
        raise BundleError(f"{path.name} is not a model onnxruntime can run: {str(error).splitlines()[0]}") from None


class Decoder:
    """Latent points to settings and back. For the control side: a call takes microseconds, but may lock or allocate."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self._decode = _checked(bundle.decoder_path, ("latent", LATENT_SIZE), ("params", PARAMETER_COUNT))
        self._encode: Any = None

    def decode(self, latents: ArrayLike) -> FloatArray:
        """Decode latent points (n, 32) or (32,) to settings (n, 13) or (13,), physical units, inside the bounds."""
        points = np.atleast_2d(np.asarray(latents, dtype=np.float32))
        params = clip_params(self._decode.run(["params"], {"latent": points})[0])
        return params if np.ndim(latents) > 1 else params[0]

    def encode(self, params: ArrayLike) -> FloatArray:
        """Encode settings (n, 13) or (13,) to latent points (n, 32) or (32,)."""
        if self._encode is None:
            self._encode = _checked(self.bundle.encoder_path, ("params", PARAMETER_COUNT), ("latent", LATENT_SIZE))
        rows = np.atleast_2d(np.asarray(params, dtype=np.float32))
        latents = np.asarray(self._encode.run(["latent"], {"params": rows})[0], dtype=np.float64)
        return latents if np.ndim(params) > 1 else latents[0]


def _checked(path: Path, source: tuple[str, int], sink: tuple[str, int]) -> onnxruntime.InferenceSession:
    """Open a model and check the name and width of its one input and one output."""
    session = open_session(path)
    for kind, nodes, (name, width) in (
        ("input", session.get_inputs(), source),
        ("output", session.get_outputs(), sink),
    ):
        if len(nodes) != 1 or nodes[0].name != name or len(nodes[0].shape) != 2 or nodes[0].shape[1] != width:
            found = ", ".join(f"{node.name} {node.shape}" for node in nodes)
            raise BundleError(f"{path.name} has {kind} {found}, expected {name} [n, {width}]")
    return session


@lru_cache(maxsize=8)
def _shared(path: str | None) -> Decoder:
    return Decoder(load_bundle(path))


def load_decoder(model: str | Path | None = None) -> Decoder:
    """The decoder of a bundle: shipped default (None), a shipped one by name, or a folder. Loaded once, then shared."""
    return _shared(None if model is None else str(model))
