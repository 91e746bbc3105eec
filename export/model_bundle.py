"""From a run to a bundle: graphs, parity, words, golden values."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from semeq.eq import FloatArray
from semeq.training import Run
from semeq.training.models import WordPoint
from semeq.words import LATENT_SIZE, Bundle, School, Vocabulary, Word, write_bundle

from .errors import NotExportableError, ParityError
from .graphs import OPSET, BundleSpace, EncoderGraph, decoder_graph, metadata, to_onnx
from .parity import TOLERANCE_DB, Parity, check_parity, random_settings

#: A word fewer people than this used is marked as of low evidence, unless handbooks agree on it.
ENOUGH_PEOPLE = 3
GOLDEN_POINTS = 8


def export_bundle(run: Run, path: Path) -> tuple[Bundle, Parity]:
    """Freeze the run's model, check the graphs against it, and write the bundle at `path`.

    Raises
    ------
    NotExportableError
        If the model gives no settings, its latent is too long, or the run knows no words.
    ParityError
        If a graph differs from the model by more than `TOLERANCE_DB`; nothing is written then.
    semeq.presets.BundleError
        If the bundle cannot be written.
    """
    model = run.model
    space = BundleSpace(model)
    if not run.words:
        raise NotExportableError(f"{run.path} knows no words: it was trained by an older version; train it again")
    decoder = to_onnx(
        decoder_graph(space),
        torch.zeros(2, LATENT_SIZE),
        "latent",
        "params",
        metadata("decoder", model, run.recipe.name),
    )
    encoder = to_onnx(
        EncoderGraph(space),
        torch.tensor(random_settings(2, seed=1), dtype=torch.float32),
        "params",
        "latent",
        metadata("encoder", model, run.recipe.name),
    )
    parity = check_parity(space, decoder, encoder)
    if not parity.holds:
        raise ParityError(
            f"the graphs differ from the model by up to {parity.decoder_db:.2g} dB (decoder) and"
            f" {parity.encoder_db:.2g} dB (encoder), more than {TOLERANCE_DB:g} dB; no bundle was written"
        )
    with torch.no_grad():
        flat = space.encode(model.get_buffer("flat"))[0].double().numpy()
    vocabulary = Vocabulary((word_entry(_framed(space, point)) for point in run.words), flat=_rounded(flat))
    graphs = {"decoder.onnx": decoder, "encoder.onnx": encoder}
    return write_bundle(path, _model_table(run, space, vocabulary, parity), vocabulary, graphs), parity


def word_entry(point: WordPoint) -> Word:
    """A word of the vocabulary from its point in the space."""
    return Word(
        name=point.name,
        language=point.language,
        sources=point.sources,
        evidence=point.evidence,
        latent=_rounded(point.latent),
        low_evidence=point.evidence < ENOUGH_PEOPLE and "convention" not in point.origin,
        schools=tuple(School(s.name, s.evidence, _rounded(s.latent)) for s in point.schools),
        contested=point.contested,
        origin=point.origin,
        aliases=point.aliases,
    )


def _framed(space: BundleSpace, point: WordPoint) -> WordPoint:
    """The word in the coordinates of a bundle."""

    def framed(latent: FloatArray) -> FloatArray:
        own = torch.tensor(latent, dtype=torch.float64)[None]
        return np.asarray(space.framed(own)[0].numpy(), dtype=np.float64)

    schools = tuple(replace(school, latent=framed(school.latent)) for school in point.schools)
    return replace(point, latent=framed(point.latent), schools=schools)


def _rounded(values: np.ndarray) -> tuple[float, ...]:
    """Six decimals: 1e-6 of a latent moves a curve by far less than 1e-3 dB, and the file stays readable."""
    return tuple(round(float(v), 6) for v in values)


def _model_table(run: Run, space: BundleSpace, vocabulary: Vocabulary, parity: Parity) -> dict[str, Any]:
    return {
        "recipe": run.recipe.to_dict(),
        "seed": run.config.get("seed"),
        "torch": run.config.get("torch"),
        "opset": OPSET,
        "data": run.config.get("data"),
        "metrics": run.metrics,
        "parity": asdict(parity),
        "latent": {"semantic": run.recipe.model.semantic, "detail": run.recipe.model.detail},
        "golden": _golden(space, vocabulary),
    }


def _golden(space: BundleSpace, vocabulary: Vocabulary) -> dict[str, Any]:
    """Inputs and outputs by PyTorch: words and random points for the decoder, random settings for the encoder."""
    words = np.array([word.latent for word in vocabulary][:GOLDEN_POINTS]).reshape(-1, LATENT_SIZE)
    random = np.random.default_rng(0).uniform(-1, 1, (GOLDEN_POINTS, LATENT_SIZE))
    latents = torch.tensor(np.round(np.concatenate([words, random]), 6), dtype=torch.float32)
    params = torch.tensor(np.round(random_settings(GOLDEN_POINTS, seed=2), 4), dtype=torch.float32)
    with torch.no_grad():
        decoded, encoded = space.decode(latents), space.encode(params)
    return {
        "decoder": {"latent": latents.tolist(), "params": decoded.tolist()},
        "encoder": {"params": params.tolist(), "latent": encoded.tolist()},
    }
