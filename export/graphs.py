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
from semeq.training.models import EqSpace, Scale, Space
from semeq.words import BUNDLE_FORMAT, LATENT_SIZE

from .errors import NotExportableError

#: Pinned, so that the same weights give the same graph whatever PyTorch's default becomes.
OPSET = 18
METADATA_KEY = "semeq"
#: Where a latent has no bounds, this many of its units become tanh(1) of a bundle's.
UNBOUNDED_UNIT = 3.0
_ALMOST_ONE = 1 - 1e-6


class BundleSpace(nn.Module):
    """A model in the coordinates of a bundle: every latent is 32 numbers in [-1, 1], whatever the recipe.

    A smaller latent is followed by zeros, which are not looked at; one without bounds (of a VAE) goes through a tanh.
    """

    def __init__(self, model: Space) -> None:
        """Raise `NotExportableError` if the model gives no settings or its latent is longer."""
        super().__init__()
        if not model.has_settings:
            raise NotExportableError(f"a {model.section.kind!r} model gives curves, and a bundle needs settings")
        if model.latent_size > LATENT_SIZE:
            raise NotExportableError(f"a latent of {model.latent_size} is longer than the {LATENT_SIZE} of a bundle")
        self.model = model

    def encode(self, params: Tensor) -> Tensor:
        """Settings (n, 13) to latents (n, 32)."""
        return self.framed(self.model.encode(params))

    def decode(self, latent: Tensor) -> Tensor:
        """Latents (n, 32) to settings (n, 13) in physical units."""
        own = latent[:, : self.model.latent_size]
        if not self.model.bounded:
            own = UNBOUNDED_UNIT * torch.atanh(own.clamp(-_ALMOST_ONE, _ALMOST_ONE))
        return self.model.decode(own)

    def framed(self, own: Tensor) -> Tensor:
        """The model's own latents (n, d) as those of a bundle, (n, 32)."""
        inside = own if self.model.bounded else torch.tanh(own / UNBOUNDED_UNIT)
        return nn.functional.pad(inside, (0, LATENT_SIZE - self.model.latent_size))


def decoder_graph(space: BundleSpace) -> nn.Module:
    """What is frozen as ``decoder.onnx``: of V3 the form that other programs read by its weights' names."""
    model = space.model
    if isinstance(model, EqSpace) and model.latent_size == LATENT_SIZE:
        return DecoderGraph(model)
    return PlainDecoderGraph(space)


class PlainDecoderGraph(nn.Module):
    """Latents (n, 32) to settings (n, 13), for any model that gives settings."""

    def __init__(self, space: BundleSpace) -> None:
        """Freeze the space's model."""
        super().__init__()
        self.space = space

    def forward(self, latent: Tensor) -> Tensor:
        """Settings in physical units."""
        return self.space.decode(latent)


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
    """Settings (n, 13) to latents (n, 32). V3 computes the curve in the graph, and bells may come in any order."""

    def __init__(self, space: BundleSpace) -> None:
        """Freeze the space's model."""
        super().__init__()
        self.model = space.model
        self.framed = space.framed

    def forward(self, params: Tensor) -> Tensor:
        """Latents."""
        return self.framed(self.model.encode(params))


def metadata(kind: str, model: Space, recipe: str) -> dict[str, Any]:
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
    for name in ("torch.onnx", "onnxscript"):
        logging.getLogger(name).setLevel(logging.ERROR)
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
