"""`semeq-train evaluate-audio`: how well a trained audio encoder hears."""

from __future__ import annotations

import os
import time
from dataclasses import asdict
from pathlib import Path

import click
import numpy as np
import torch

from semeq.console import Example, Say, examples, output_options
from semeq.eq import FloatArray

from ..audio import (
    PINK_CLIPS,
    RATE_HZ,
    Ear,
    LeanEncoder,
    LeanHearer,
    evaluate_hearing,
    fit_ear,
    labelled_settings,
    load_audio_run,
    long_term_power,
    music_spectra,
    newest_audio_run,
    pink_noise,
    pink_spectra,
    word_settings,
)
from ..data import DATA_VARIABLE
from ..run_folder import load_run, newest_run
from .audio import hearing_table
from .studies import report_robustness


@click.command(
    "evaluate-audio",
    epilog=examples(
        "semeq-train evaluate-audio",
        "semeq-train evaluate-audio runs/audio-encoder-1 --run runs/v3-1 --music ~/Music --json",
        Example("semeq-train evaluate-audio --degraded", "narrow, lossy, quiet and noisy copies instead"),
    ),
)
@click.argument("audio_run", required=False, type=click.Path(path_type=Path))
@click.option("--run", type=click.Path(path_type=Path), help="The V3 run it was trained for  [default: the newest]")
@click.option("--data", type=click.Path(path_type=Path), help="Settings  [default: $SEMEQ_DATA]")
@click.option("--music", type=click.Path(path_type=Path), help="Folder of music  [default: $SEMEQ_DATA/music]")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--degraded", is_flag=True, help="Measure how steady hearing is on narrow, lossy, quiet and noisy copies."
)
@output_options
def evaluate_audio_command(
    audio_run: Path | None,
    run: Path | None,
    data: Path | None,
    music: Path | None,
    seed: int,
    degraded: bool,
    say: Say,
) -> None:
    """Measure the recipe of AUDIO_RUN on sources it has not met, and the trained encoder's stability.

    Order, rank correlation, closed loop and spread of top words are cross-validated over sources of music, simple
    baselines beside them. Stability: how much scores move with level, channels, and what a codec or a low rate takes
    away.

    With --degraded, instead, the recipe on copies that went through filters, codecs, low rates and noise, and beside it
    other cures for bands without signal. That takes about six minutes the first time.
    """
    if music is None:
        if not os.environ.get(DATA_VARIABLE):
            raise click.UsageError("name a folder of music with --music")
        music = Path(os.environ[DATA_VARIABLE]) / "music"
    space = load_run(run or newest_run())
    settings, words = labelled_settings(space, data), word_settings(space)
    if degraded:
        report_robustness(music, settings, words, seed, say)
        return
    found = load_audio_run(audio_run or newest_audio_run())
    with say.progress() as bar:
        task = bar.add_task("reading music", total=None)
        clips = music_spectra(music, progress=lambda done, of: bar.update(task, completed=done, total=of))
    pink = pink_spectra(PINK_CLIPS, seed=10_000 + seed)
    metrics = evaluate_hearing(lambda c, s: LeanHearer(fit_ear(c, s), words), clips, pink, settings, words, seed)
    stability = {name: round(value, 6) for name, value in _stability(found.ear, words).items()}
    cost = _milliseconds(found.ear)
    say.data({"metrics": asdict(metrics), "stability_sd": stability, "ms_per_12_s": cost})
    say.result(hearing_table(metrics))
    moved = ", ".join(f"{name} {value:.2g}" for name, value in stability.items())
    say.result(f"largest change of a score, in standard deviations: {moved}")
    say.result(f"12 s of audio through torch on one thread: {cost:.1f} ms")


def _stability(ear: Ear, words: FloatArray) -> dict[str, float]:
    """Largest change of any word's score on pink noise that was treated."""
    noise = pink_noise(6 * RATE_HZ, seed=77)
    hearer = LeanHearer(ear, words)

    def scores(audio: FloatArray) -> FloatArray:
        return np.asarray(hearer.scores(long_term_power(audio)[None])[0], dtype=np.float64)

    spectrum, freqs = np.fft.rfft(noise), np.fft.rfftfreq(len(noise), 1 / RATE_HZ)

    def low_pass(edge_hz: float) -> FloatArray:
        return np.asarray(np.fft.irfft(spectrum * (freqs < edge_hz), len(noise)), dtype=np.float64)

    plain = scores(noise)
    treated = {
        "-40 dB": noise * 0.01,
        "+6 dB": noise * 2.0,
        "clipped at 2 sd": np.clip(noise, -0.2, 0.2),
        "DC": noise + 0.3,
        "16 kHz low pass, as MP3": low_pass(16_000.0),
    }
    return {name: float(np.abs(scores(audio) - plain).max()) for name, audio in treated.items()}


def _milliseconds(ear: Ear) -> float:
    """Median time of the encoder for 12 s of audio."""
    encoder = LeanEncoder(ear.mean_music_db, ear.head, ear.music_covariance).eval()
    audio = torch.tensor(pink_noise(12 * RATE_HZ, seed=1)[None], dtype=torch.float32)
    times = []
    with torch.no_grad():
        for _ in range(9):
            start = time.perf_counter()
            encoder(audio)
            times.append(time.perf_counter() - start)
    return float(1e3 * np.median(times))
