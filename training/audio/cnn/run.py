"""The recipe `cnn` from files to a run folder, which holds weights as safetensors and the rest as JSON.

Another kind of run than `lean`'s: it is for comparison, and nothing exports it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import DataError, RunError
from ..run_files import write_json, write_tensors
from .cnn import CnnOptions, MelCnn, train_cnn
from .job import AudioJob, flat_latent, labelled_settings
from .mel import MelClips, music_clips, pink_clips

FORMAT = 1
KIND = "audio-encoder-cnn"
WEIGHTS, CONFIG, METRICS = "cnn.safetensors", "config.json", "metrics.json"
#: Clips of noise that are trained on, 12 s each.
TRAINING_PINK = 60


def run_cnn_job(
    job: AudioJob, options: CnnOptions, out: Path, progress: Callable[[int, int], None] = lambda done, of: None
) -> dict[str, Any]:
    """Train one form and write the run folder `out`; returns its configuration."""
    _refuse_taken(out)
    started = time.perf_counter()
    music: MelClips | None = None
    if options.source != "pink":
        if job.music is None:
            raise DataError(f"--source {options.source} needs a folder of music; name one with --music")
        music = music_clips(job.music, job.seed, progress=progress)
    pink = pink_clips(TRAINING_PINK, seed=job.seed)
    net, losses = train_cnn(options, music, pink, labelled_settings(job.run, job.data), job.device)
    config = {
        "recipe": "cnn",
        **asdict(options),
        "v3_run": job.run.path.name,
        "v3_flat_latent": flat_latent(job.run.model),
        "clips": len(music) if music else 0,
        "noise_clips": len(pink) if options.source != "music" else 0,
        "sources": len(set(music.spectra.sources)) if music else 0,
        "skipped": list(music.spectra.skipped) if music else [],
        "device": job.device,
        "seconds": round(time.perf_counter() - started, 2),
    }
    metrics = {"loss_first": float(np.mean(losses[:20])), "loss_last": float(np.mean(losses[-20:]))}
    save_cnn_run(out, net, config, metrics)
    return config


def save_cnn_run(path: Path, net: MelCnn, config: Mapping[str, Any], metrics: Mapping[str, Any]) -> None:
    """Write a run; raise `RunError` where one stands already or the folder cannot be written."""
    _refuse_taken(path)
    write_json(path / CONFIG, {"format": FORMAT, "kind": KIND, **config})
    write_json(path / METRICS, metrics)
    write_tensors(path / WEIGHTS, net.state_dict())


def _refuse_taken(path: Path) -> None:
    if (path / WEIGHTS).exists():
        raise RunError(f"{path} already holds a run; choose another --out")
