"""`semeq-train audio-encoder`: learn to hear where a recording sits in a trained V3 space."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import click
import torch
from rich.table import Table

from semeq.console import Example, Say, examples, output_options, plain_table

from ..audio import (
    SAMPLINGS,
    SOURCES,
    STEPS,
    AudioJob,
    AudioMetrics,
    CnnOptions,
    Ordering,
    Sampling,
    Source,
    run_audio_job,
    run_cnn_job,
)
from ..data import DATA_VARIABLE
from ..run_folder import load_run, new_run_path, newest_run
from .asked import device_option
from .problems import say_skipped

LEAN_STEPS = 300


@click.command(
    "audio-encoder",
    epilog=examples(
        Example(
            "semeq-train audio-encoder --music ~/Music --device auto", "then: semeq-export audio --bundle my-model"
        ),
        Example("semeq-train audio-encoder --music-ratio 0", "without music: on noise alone"),
        "semeq-train audio-encoder --recipe cnn --sampling balanced --source mixed",
    ),
)
@click.option(
    "--recipe",
    type=click.Choice(["lean", "cnn"]),
    default="lean",
    show_default=True,
    help="cnn is for comparison: see `semeq-train ablation`.",
)
@click.option("--sampling", type=click.Choice(SAMPLINGS), help="cnn: settings or words alike.  [default: uniform]")
@click.option("--source", type=click.Choice(SOURCES), help="cnn: what the settings act on.  [default: pink]")
@click.option("--run", type=click.Path(path_type=Path), help="V3 run whose space is learnt  [default: the newest]")
@click.option("--data", type=click.Path(path_type=Path), help="Settings, as for v3  [default: $SEMEQ_DATA]")
@click.option("--music", type=click.Path(path_type=Path), help="Folder of music  [default: $SEMEQ_DATA/music]")
@click.option(
    "--music-ratio", type=click.FloatRange(0, 1), default=1.0, show_default=True, help="The rest is pink noise."
)
@device_option
@click.option(
    "--steps",
    type=click.IntRange(min=0),
    help=f"Steps of training, for lean in the closed loop.  [default: {LEAN_STEPS} for lean, {STEPS} for cnn]",
)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--no-evaluation", is_flag=True, help="Leave out the cross-validation.")
@click.option("--out", type=click.Path(path_type=Path), help="Run folder  [default: runs/audio-encoder-TIME]")
@output_options
def audio_encoder_command(
    recipe: Literal["lean", "cnn"],
    sampling: Sampling | None,
    source: Source | None,
    run: Path | None,
    data: Path | None,
    music: Path | None,
    music_ratio: float,
    device: torch.device,
    steps: int | None,
    seed: int,
    no_evaluation: bool,
    out: Path | None,
    say: Say,
) -> None:
    """Train the audio encoder, and measure it by cross-validation over sources of music.

    The recipe cnn writes a run of its own kind, which `semeq-train ablation` is there to judge.
    """
    if recipe == "lean" and (sampling or source):
        raise click.UsageError("--sampling and --source belong to --recipe cnn")
    if recipe == "cnn" and music_ratio != 1.0:
        raise click.UsageError("--recipe cnn takes --source pink, music or mixed instead of --music-ratio")
    if recipe == "cnn" and steps == 0:
        raise click.UsageError("--recipe cnn needs at least one step")
    needs_music = source in ("music", "mixed") if recipe == "cnn" else music_ratio > 0
    if music is None and needs_music and os.environ.get(DATA_VARIABLE):
        music = Path(os.environ[DATA_VARIABLE]) / "music"
    if music is None and needs_music:
        alone = "--music-ratio 0" if recipe == "lean" else "--source pink"
        raise click.UsageError(f"name a folder of music with --music, or train on noise alone with {alone}")
    length = steps if steps is not None else LEAN_STEPS if recipe == "lean" else STEPS
    job = AudioJob(load_run(run or newest_run()), data, music, music_ratio, length, seed, str(device))
    metrics: AudioMetrics | None = None
    path = out or new_run_path("audio-encoder" if recipe == "lean" else "audio-encoder-cnn")
    with _reading(say) as progress:
        if recipe == "lean":
            _, metrics, config = run_audio_job(job, path, not no_evaluation, progress)
        else:
            options = CnnOptions(sampling or "uniform", source or "pink", steps=length, seed=seed)
            config = run_cnn_job(job, options, path, progress)
    _report(config, say)
    figures = {} if metrics is None else {"metrics": metrics.to_dict()}
    counts = {key: config[key] for key in ("clips", "sources", "seconds")} | {"skipped": list(config["skipped"])}
    say.data({"run": str(path), **counts, **figures})
    if metrics:
        say.summary(hearing_table(metrics))
    say.summary(f"run: {path}")


@contextmanager
def _reading(say: Say) -> Iterator[Callable[[int, int], None]]:
    """A bar for the reading of music."""
    with say.progress() as bar:
        task = bar.add_task("reading music", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _report(config: Mapping[str, Any], say: Say) -> None:
    say_skipped(say, config["skipped"], "files")
    noise = f" and {config['noise_clips']} of noise" if config.get("noise_clips") else ""
    music = f"{config['clips']} clips of {config['sources']} sources"
    say.summary(f"trained on {music}{noise} in {config['seconds']:.0f} s")


def hearing_table(metrics: AudioMetrics) -> Table:
    """The figures of an encoder, simple baselines beside them."""
    title = f"Clips of sources not met in training ({metrics.clips} clips, {metrics.pairs} pairs)"
    columns = ("", ">order right, music", ">95 %", ">encoder leads by", ">pink noise", ">Spearman with centroid")
    table = plain_table(*columns, title=title, caption=_closing(metrics))

    def row(name: str, ordering: Ordering) -> None:
        low, high = ordering.order_interval
        lead, least, most = ordering.encoder_leads
        leads = "" if ordering is metrics.encoder else f"{lead:+.3f} ({least:+.3f} to {most:+.3f})"
        rest = (f"{v:.3f}" for v in (ordering.order_pink, ordering.spearman_centroid))
        table.add_row(name, f"{ordering.order:.3f}", f"{low:.3f} to {high:.3f}", leads, *rest)

    row("encoder", metrics.encoder)
    for name, ordering in metrics.baselines.items():
        row(name, ordering)
    table.add_row("the settings' own curves, no music", f"{metrics.order_of_settings:.3f}")
    return table


def _closing(m: AudioMetrics) -> str:
    return (
        f"closed loop: ten words {m.closed_loop_ten:.3f}, all {m.closed_loop_all:.3f}; top word: largest share"
        f" {m.top_largest_share:.1%} over {m.top_distinct_words} words, {m.ten_largest_share:.0%} among the ten"
    )
