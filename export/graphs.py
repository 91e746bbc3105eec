"""The two ONNX graphs of a bundle, in physical units."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import warnings
from typing import Any

import torch
from torch import Tensor, nn

from semeq.eq import PARAMETER_NAMES
from semeq.training.models import EqSpace, Scale
from semeq.words import BUNDLE_FORMAT

#: Pinned, so that the same weights give the same graph whatever PyTorch's default becomes.
OPSET = 18
METADATA_KEY = "semeq"


class DecoderGraph(nn.Module):
    """Latents (n, 32) to settings (n, 13): a plain MLP, a linear path and a bias, then sigmoid and units.

    The anchor of `EqSpace` is a constant once training is over: it becomes part of the bias, so whoever writes this
    decoder by hand (the native plugin does) needs no encoder for it.
    """

    def __init__(self, model: EqSpace) -> None:
        """Freeze `model`."""
        super().__init__()
        self.mlp = model.decoder
        self.scale = FixedBounds(model.scale)
        with torch.no_grad():
            at_flat = model.decoder(model.encode(model.get_buffer("flat")))
            self.register_buffer("offset", at_flat * model.get_buffer("gain_mask"))

    def forward(self, latent: Tensor) -> Tensor:
        """Settings in physical units."""
        out: Tensor = self.scale(torch.sigmoid(self.mlp(latent) - self.get_buffer("offset")))
        return out


class FixedBounds(nn.Module):
    """The unit cube to physical units. Its initialisers (`is_gain`, `low`, `span`) are part of the graph's contract:
    the native plugin reads the weights of a bundle by name.
    """

    def __init__(self, scale: Scale) -> None:
        """Take over the tables of `scale`."""
        super().__init__()
        self.register_buffer("is_gain", ~scale.get_buffer("logarithmic"))
        self.register_buffer("low", scale.get_buffer("low").clone())
        self.register_buffer("span", scale.get_buffer("span").clone())

    def forward(self, unit: Tensor) -> Tensor:
        """Settings in physical units, (n, 13)."""
        is_gain = self.get_buffer("is_gain")
        value = self.get_buffer("low") + unit * self.get_buffer("span")
        return torch.where(is_gain, value, torch.exp(torch.where(is_gain, 0.0, value)))


class EncoderGraph(nn.Module):
    """Settings (n, 13) to latents (n, 32). The curve is computed in the graph; bells may come in any order."""

    def __init__(self, model: EqSpace) -> None:
        """Freeze `model`."""
        super().__init__()
        self.model = model

    def forward(self, params: Tensor) -> Tensor:
        """Latents."""
        return self.model.encode(params)


def metadata(kind: str, model: EqSpace, recipe: str) -> dict[str, Any]:
    """What is written into the graph's ``metadata_props`` under ``semeq``."""
    section = model.section
    return {
        "format": BUNDLE_FORMAT,
        "kind": kind,
        "recipe": recipe,
        "latent": {"semantic": section.semantic, "detail": section.detail},
        "params": list(PARAMETER_NAMES),
        "units": "dB, Hz, Q",
    }


def to_onnx(
    graph: nn.Module,
    example: Tensor,
    inputs: str,
    outputs: str | tuple[str, ...],
    properties: dict[str, Any],
    dynamic_length: bool = False,
) -> bytes:
    """Export to the bytes of a single-file ONNX model with a dynamic first axis ``n``, and second where asked."""
    shape: dict[int, Any] = {0: torch.export.Dim("n")}
    if dynamic_length:
        shape[1] = torch.export.Dim("samples", min=4096)
    graph.eval()
    # The exporter talks on stdout, through warnings and through logging; none of it is for our users.
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), torch.no_grad():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            graph,
            (example,),
            dynamo=True,
            opset_version=OPSET,
            input_names=[inputs],
            output_names=[outputs] if isinstance(outputs, str) else list(outputs),
            dynamic_shapes=(shape,),
            external_data=False,
            verbose=False,
        )
    if program is None:
        raise RuntimeError("torch.onnx.export returned no program")
    program.model.metadata_props[METADATA_KEY] = json.dumps(properties)
    model = program.model_proto
    _forget_origin(model.graph)
    for function in model.functions:
        _forget_origin(function)
    content: bytes = model.SerializeToString()
    return content


def _forget_origin(graph: Any) -> None:
    """Drop the stack traces that the exporter leaves at every node: they hold paths of the machine it ran on."""
    del graph.metadata_props[:]
    for node in graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    for value in (*graph.value_info, *getattr(graph, "initializer", ())):
        del value.metadata_props[:]
