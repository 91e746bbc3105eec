"""The run folder of an audio encoder: arrays as safetensors, everything else as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from ..errors import RunError
from ..run_folder import RUNS_FOLDER
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
    arrays = {name: np.ascontiguousarray(getattr(ear, name), dtype=np.float64) for name in _SHAPES}
    try:
        path.mkdir(parents=True, exist_ok=True)
        for name, table in ((CONFIG, {"format": FORMAT, "kind": KIND, **config}), (METRICS, dict(metrics))):
            (path / name).write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        temporary = path / f".{EAR}.partial"
        save_file(arrays, temporary)
        temporary.replace(path / EAR)
    except (OSError, SafetensorError) as error:
        raise RunError(f"cannot write the run {path}: {error}") from error


def load_audio_run(path: Path) -> AudioRun:
    """Read a run; raise `RunError` with what is wrong with it."""
    try:
        config = json.loads((path / CONFIG).read_text(encoding="utf-8"))
        metrics = json.loads((path / METRICS).read_text(encoding="utf-8"))
        arrays = load_file(path / EAR)
    except (OSError, ValueError, SafetensorError) as error:
        raise RunError(f"{path} is no run of an audio encoder that can be read: {error}") from error
    if config.get("kind") != KIND or config.get("format") != FORMAT:
        raise RunError(f"{path} is no run of an audio encoder of format {FORMAT}")
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
    found = [p.parent for p in RUNS_FOLDER.glob(f"*/{EAR}")]
    if not found:
        raise RunError(f"no audio encoder in {RUNS_FOLDER}/; train one with `semeq-train audio-encoder`, or use --run")
    return max(found, key=lambda p: (p / EAR).stat().st_mtime_ns)
