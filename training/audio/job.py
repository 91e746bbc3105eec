"""Training the recipe `lean` from files to a run folder, as a sequence of stages."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from semeq.eq import FLAT, FloatArray

from ..data import load_data
from ..errors import DataError
from ..models import Space
from ..run_folder import Run
from .closed_loop import ClosedLoop, refine
from .evaluation import AudioMetrics, evaluate_hearing
from .front_end import SEMANTIC, LeanEncoder
from .lean import Ear, LabelledCurves, LeanHearer, fit_ear
from .run_folder import save_audio_run
from .spectra import Spectra, music_spectra, pink_spectra

PINK_CLIPS = 20
#: Clips of noise where there is no music.
NOISE_CLIPS = 200


@dataclass(frozen=True)
class AudioJob:
    """What to train on.

    Attributes
    ----------
    run
        The V3 run whose semantic space is learnt.
    data
        Settings: SAFE-DB file or the folder that holds it; None for ``SEMEQ_DATA``.
    music
        Folder of music, or None for noise alone.
    music_ratio
        Share of clips that are music; the rest is pink noise.
    steps
        Steps of closed-loop training after the closed form.
    """

    run: Run
    data: Path | None
    music: Path | None
    music_ratio: float = 1.0
    steps: int = 300
    seed: int = 0
    device: str = "cpu"


def labelled_settings(run: Run, data: Path | None) -> LabelledCurves:
    """The settings of the run's words with their semantic numbers, relative to the flat setting's."""
    corpus = load_data(run.recipe, data, words=run.config["words"]).corpus
    return LabelledCurves(corpus.params, corpus.labels, corpus.people, semantic_of(run.model, corpus.canonical))


def semantic_of(model: Space, params: FloatArray) -> FloatArray:
    """Semantic numbers (m, 8) of settings (m, 13) relative to those of the flat setting."""
    with torch.no_grad():
        rows = torch.tensor(np.vstack([FLAT, params]), dtype=torch.float32)
        latents = model.encode(rows)[:, :SEMANTIC].numpy().astype(np.float64)
    return np.asarray(latents[1:] - latents[:1], dtype=np.float64)


def flat_latent(model: Space) -> list[float]:
    """The point of the flat setting, which tells one trained space from another."""
    with torch.no_grad():
        return [round(float(v), 5) for v in model.encode(torch.tensor(FLAT, dtype=torch.float32)[None])[0]]


def word_order(run: Run) -> list[int]:
    """Indices of the run's words, the first two of its labels first: *warm* and *bright*, but for a user's own words.

    Raises `DataError` where they have no place in its space.
    """
    names = [word.name for word in run.words]
    first = list(run.config["words"][:2])
    if not set(first) <= set(names):
        raise DataError(f"the run {run.path} has no place for {' and '.join(first)}, which the evaluation needs")
    order = [names.index(word) for word in first]
    return order + [i for i in range(len(names)) if i not in order]


def word_settings(run: Run) -> FloatArray:
    """What each of the run's words decodes to, (w, 13); *warm* and *bright* first."""
    with torch.no_grad():
        latents = torch.tensor(np.array([run.words[i].latent for i in word_order(run)]), dtype=torch.float32)
        params: FloatArray = run.model.decode(latents).numpy().astype(np.float64)
    return params


@dataclass(frozen=True)
class Clips:
    """What is learnt from: music and pink noise, each possibly None. There is always one of them."""

    music: Spectra | None
    noise: Spectra | None

    @property
    def all(self) -> Spectra:
        """Music, then noise."""
        if self.music is not None and self.noise is not None:
            return _joined(self.music, self.noise)
        found = self.music if self.music is not None else self.noise
        assert found is not None
        return found


def gather(job: AudioJob, progress: Callable[[int, int], None] = lambda done, of: None) -> Clips:
    """Training clips: music and noise in the job's ratio."""
    if job.music is None or job.music_ratio <= 0:
        return Clips(None, pink_spectra(NOISE_CLIPS, seed=job.seed))
    music = music_spectra(job.music, job.seed, progress=progress)
    noise_clips = round(len(music) * (1 - job.music_ratio) / job.music_ratio)
    return Clips(music, pink_spectra(noise_clips, seed=job.seed) if noise_clips else None)


def train(job: AudioJob, clips: Spectra, settings: LabelledCurves) -> tuple[Ear, list[float]]:
    """Closed form, then the head through the closed loop; returns the ear and the losses."""
    torch.manual_seed(job.seed)
    ear = fit_ear(clips, settings)
    if job.steps == 0:
        return ear, []
    encoder = LeanEncoder(ear.mean_music_db, ear.head, ear.music_covariance)
    loop = ClosedLoop(encoder, job.run.model).to(job.device)
    power = torch.tensor(clips.power / clips.power.max(axis=1, keepdims=True), dtype=torch.float32, device=job.device)
    params = torch.tensor(settings.params, dtype=torch.float32, device=job.device)
    losses = refine(loop, power, params, job.steps, job.seed)
    head = encoder.head.weight.detach().cpu().numpy().astype(np.float64)
    return replace(ear, head=head), losses


def run_audio_job(
    job: AudioJob, out: Path, evaluate: bool = True, progress: Callable[[int, int], None] = lambda done, of: None
) -> tuple[Ear, AudioMetrics | None, dict[str, Any]]:
    """Train, evaluate by cross-validation, and write the run folder `out`."""
    started = time.perf_counter()
    clips = gather(job, progress)
    settings = labelled_settings(job.run, job.data)
    ear, losses = train(job, clips.all, settings)
    seconds = time.perf_counter() - started
    words = word_settings(job.run)
    metrics = None
    if evaluate:
        pink = pink_spectra(PINK_CLIPS, seed=10_000 + job.seed)
        # Judged on music; the noise that was learnt from is learnt from in every fold.
        judged, beside = (clips.music, clips.noise) if clips.music is not None else (clips.all, None)

        def fit(some: Spectra, rows: LabelledCurves) -> LeanHearer:
            return LeanHearer(fit_ear(_joined(some, beside) if beside is not None else some, rows), words)

        metrics = evaluate_hearing(fit, judged, pink, settings, words, job.seed)
    config = {
        "recipe": "lean",
        "v3_run": job.run.path.name,
        "v3_flat_latent": flat_latent(job.run.model),
        "clips": len(clips.music) if clips.music is not None else 0,
        "noise_clips": len(clips.noise) if clips.noise is not None else 0,
        "sources": len(set(clips.music.sources)) if clips.music is not None else 0,
        "skipped": list(clips.music.skipped) if clips.music is not None else [],
        "music_ratio": job.music_ratio,
        "steps": job.steps,
        "seed": job.seed,
        "device": job.device,
        "ridge": ear.ridge,
        "seconds": round(seconds, 2),
        "loss_first_last": [round(np.mean(losses[:20]), 5), round(np.mean(losses[-20:]), 5)] if losses else [],
    }
    save_audio_run(out, ear, config, asdict(metrics) if metrics else {})
    return ear, metrics, config


def _joined(first: Spectra, second: Spectra) -> Spectra:
    return Spectra(
        np.vstack([first.power, second.power]),
        first.sources + second.sources,
        first.names + second.names,
        first.skipped + second.skipped,
    )
