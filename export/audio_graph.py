"""The audio encoder of a bundle: its graph, checked against torch, and what a reader needs beside it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from semeq.training.audio import BANDS, RATE_HZ, SEMANTIC, AudioRun, LeanEncoder, band_centres_hz, pink_noise
from semeq.words import AUDIO_ENCODER_FILE, BUNDLE_FORMAT, DECODER_FILE, ENCODER_FILE, Bundle, write_bundle

from .errors import ParityError
from .graphs import to_onnx

TOLERANCE = 1e-4


@dataclass(frozen=True)
class AudioParity:
    """Largest difference between graph and torch: lean in dB, semantic; over the clips that were tried."""

    lean_db: float
    semantic: float
    clips: int


def export_audio(run: AudioRun, bundle: Bundle, out: Path | None = None) -> tuple[Bundle, AudioParity]:
    """Add the encoder of `run` to a bundle; writes a copy at `out`, or the bundle itself anew.

    Raises
    ------
    ParityError
        If the graph differs from torch by more than 1e-4; nothing is written then.
    """
    flat = np.array(run.config.get("v3_flat_latent", []))
    if flat.shape != (len(bundle.vocabulary.flat),) or np.abs(flat - bundle.vocabulary.flat).max() > 1e-3:
        raise ParityError(f"{run.path} was trained in the space of another V3 run than the bundle {bundle.path}")
    encoder = LeanEncoder(run.ear.mean_music_db, run.ear.head, run.ear.music_covariance).eval()
    about = {
        "format": BUNDLE_FORMAT,
        "kind": "audio_encoder",
        "recipe": run.config.get("recipe"),
        "sample_rate_hz": RATE_HZ,
        "shapes": {"lean": BANDS, "semantic": SEMANTIC},
        "bands_hz": np.round(band_centres_hz(), 3).tolist(),
        "mean_music_db": _rounded(run.ear.mean_music_db),
        "word_metric": _rounded(run.ear.word_metric),
        "music_covariance": _rounded(run.ear.music_covariance),
    }
    example = torch.tensor(np.stack([pink_noise(RATE_HZ, seed) for seed in (1, 2)]), dtype=torch.float32)
    graph = to_onnx(encoder, example, "audio", ("semantic", "lean"), about, dynamic_length=True)
    parity = _check(encoder, graph)
    if not (parity.lean_db <= TOLERANCE and parity.semantic <= TOLERANCE):  # so that not-a-number is refused too
        raise ParityError(
            f"the audio graph differs from torch by {parity.lean_db:.2g} dB and {parity.semantic:.2g}, more than"
            f" {TOLERANCE:g}; no bundle was written"
        )
    metadata = {key: value for key, value in bundle.metadata.items() if key not in ("format", "files", "name")}
    metadata["audio_encoder"] = {"run": run.config, "metrics": run.metrics, "parity": asdict(parity)}
    graphs = {name: (bundle.path / name).read_bytes() for name in (DECODER_FILE, ENCODER_FILE)}
    graphs[AUDIO_ENCODER_FILE] = graph
    return write_bundle(out or bundle.path, metadata, bundle.vocabulary, graphs), parity


def _check(encoder: LeanEncoder, graph: bytes) -> AudioParity:
    """Pink noise, white noise, tones and a telephone's band, of several lengths and levels, through both."""
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    random = np.random.default_rng(3)
    worst_lean = worst_semantic = 0.0
    clips = 0
    for seconds, level in ((1.0, 1.0), (2.37, 1e-3), (12.0, 0.3)):
        n = int(seconds * RATE_HZ)
        tones = sum(np.sin(2 * np.pi * f * np.arange(n) / RATE_HZ) / f for f in (55.0, 440.0, 3520.0))
        spectrum, freqs = np.fft.rfft(pink_noise(n, 6)), np.fft.rfftfreq(n, 1 / RATE_HZ)
        narrow = np.fft.irfft(spectrum * ((freqs > 300) & (freqs < 3400)), n)
        tried = [pink_noise(n, 5), random.standard_normal(n) * 0.1, np.asarray(tones), narrow]
        batch = np.stack(tried).astype(np.float32)
        batch *= np.float32(level)
        semantic, lean = session.run(["semantic", "lean"], {"audio": batch})
        with torch.no_grad():
            wanted_semantic, wanted_lean = encoder(torch.tensor(batch))
        worst_lean = float(np.maximum(worst_lean, np.abs(lean - wanted_lean.numpy()).max()))
        worst_semantic = float(np.maximum(worst_semantic, np.abs(semantic - wanted_semantic.numpy()).max()))
        clips += len(batch)
    return AudioParity(worst_lean, worst_semantic, clips)


def _rounded(values: np.ndarray) -> list[float] | list[list[float]]:
    """Seven significant digits: a millionth of a score."""
    out: list[float] | list[list[float]] = json.loads(
        json.dumps(values.tolist()), parse_float=lambda t: float(f"{float(t):.7g}")
    )
    return out
