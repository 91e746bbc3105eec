"""The recipe `cnn` from files to a run folder, which holds weights as safetensors and the rest as JSON.

Another kind of run than `lean`'s: it is for comparison, and nothing exports it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from ...errors import DataError, RunError
from ...jobs import Logger
from ...run_folder import CONFIG, METRICS, RunWriter
from ..job import AudioJob, flat_latent, labelled_settings
from ..mel import MelClips, music_clips, pink_clips
from .options import CnnOptions
from .training import CnnProgress, CnnTrainer

FORMAT = 1
KIND = "audio-encoder-cnn"
#: Not the name of a space's weights: `newest_run` must not take a net for one.
WEIGHTS = "cnn.safetensors"
#: Clips of noise that are trained on, 12 s each.
TRAINING_PINK = 60
#: Steps between two states that a training can be resumed from.
STATE_STEPS = 250
SPLIT = "all"


def run_cnn_job(
    job: AudioJob,
    options: CnnOptions,
    writer: RunWriter,
    loggers: Sequence[Logger] = (),
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> dict[str, Any]:
    """Train one form, or go on with a training that was interrupted, and write its run; returns its configuration.

    Raises
    ------
    DataError
        If music is asked for and no folder of it is named, or no setting has a label.
    RunError
        If the folder cannot be written, or its interrupted run was another one.
    DivergedError
        If the loss stops being finite.
    """
    started = time.perf_counter()
    music: MelClips | None = None
    if options.music_share > 0:
        if job.music is None:
            raise DataError("training on music needs a folder of it; name one with --music")
        music = music_clips(job.music, job.seed, progress=progress)
    pink = pink_clips(TRAINING_PINK, seed=job.seed)
    writer.begin({"recipe": KIND, **asdict(options), "v3_run": job.run.path.name, "clips": len(music) if music else 0})
    trainer = CnnTrainer(options, music, pink, labelled_settings(job.run, job.data), job.device)
    state = writer.kept_state(SPLIT)
    if state is not None:
        try:
            trainer.restore(state)
        except (KeyError, RuntimeError, ValueError) as error:
            raise RunError(f"the state in {writer.path} does not fit the options: {error}") from error
    writer.forget_log_after(SPLIT, trainer.done)
    last: CnnProgress | None = None

    def note(now: CnnProgress) -> None:
        nonlocal last
        last = now
        row = {"split": SPLIT, **asdict(now)}
        writer.log(row)
        for logger in loggers:
            logger.log(row)

    def keep() -> None:
        if trainer.done % STATE_STEPS == 0:
            writer.keep_state(SPLIT, trainer.state())

    net = trainer.run(note, keep)
    metrics = {"loss_last": last.loss if last else None}
    for logger in loggers:
        logger.finish({SPLIT: metrics})
    config = {
        "recipe": "cnn",
        **asdict(options),
        "v3_run": job.run.path.name,
        "v3_flat_latent": flat_latent(job.run.model),
        "clips": len(music) if music else 0,
        "noise_clips": len(pink) if options.music_share < 1 else 0,
        "sources": len(set(music.spectra.sources)) if music else 0,
        "skipped": list(music.spectra.skipped) if music else [],
        "device": job.device,
        "seconds": round(time.perf_counter() - started, 2),
    }
    writer.finish({CONFIG: {"format": FORMAT, "kind": KIND, **config}, METRICS: metrics}, net.state_dict())
    return config
