"""The run folder of an audio encoder: arrays as safetensors, everything else as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..errors import RunError
from ..run_files import RUNS_FOLDER, newest, read_json, read_tensors, write_json, write_tensors
from .bands import BANDS
from .front_end import SEMANTIC
from .lean import Ear

FORMAT = 1
KIND = "audio-encoder"
EAR, CONFIG, METRICS = "ear.safetensors", "config.json", "metrics.json"
_SHAPES = {
    "mean_music_db": (BANDS,),
    "head": (SEMANTIC, BANDS),
    "word_metric": (BANDS, BANDS),
    "music_covariance": (BANDS, BANDS),
    "ridge": (1,),
}


@dataclass(frozen=True)
class AudioRun:
    """A finished run read back."""

    path: Path
    ear: Ear
    config: dict[str, Any]
    metrics: dict[str, Any]


def save_audio_run(path: Path, ear: Ear, config: Mapping[str, Any], metrics: Mapping[str, Any]) -> None:
    """Write a run; raise `RunError` where one stands already or the folder cannot be written."""
    if (path / EAR).exists():
        raise RunError(f"{path} already holds a run; choose another --out")
    write_json(path / CONFIG, {"format": FORMAT, "kind": KIND, **config})
    write_json(path / METRICS, metrics)
    write_tensors(path / EAR, {name: torch.as_tensor(np.atleast_1d(getattr(ear, name))) for name in _SHAPES})


def load_audio_run(path: Path) -> AudioRun:
    """Read a run; raise `RunError` with what is wrong with it."""
    config, metrics = read_json(path / CONFIG), read_json(path / METRICS)
    if config.get("kind") != KIND or config.get("format") != FORMAT:
        raise RunError(f"{path} is not a run of an audio encoder of format {FORMAT}")
    arrays = {name: tensor.numpy() for name, tensor in read_tensors(path / EAR).items()}
    wrong = [name for name, shape in _SHAPES.items() if name not in arrays or arrays[name].shape != shape]
    if wrong:
        raise RunError(f"{path / EAR} lacks {wrong[0]}, or its shape is wrong")
    ear = Ear(
        arrays["mean_music_db"],
        arrays["head"],
        arrays["word_metric"],
        arrays["music_covariance"],
        float(arrays["ridge"][0]),
    )
    return AudioRun(path, ear, config, metrics)


def newest_audio_run() -> Path:
    """The newest run of an audio encoder in ``runs/``; raise `RunError` if there is none."""
    return newest(
        EAR, f"no audio encoder in {RUNS_FOLDER}/; train one with `semeq-train audio-encoder`, or name one with --run"
    )
