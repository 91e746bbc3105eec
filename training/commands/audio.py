"""`semeq-train audio-encoder`: learn to hear where a recording sits in a trained V3 space."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import click
import torch
from rich.table import Table

from semeq.console import Example, Say, examples, output_options, plain_table

from ..audio import (
    CNN_WEIGHTS,
    STEPS,
    AudioJob,
    AudioMetrics,
    CnnOptions,
    Ordering,
    run_audio_job,
    run_cnn_job,
)
from ..data import DATA_VARIABLE
from ..errors import RecipeError
from ..jobs import open_logger
from ..recipe import plain_value
from ..run_folder import RunWriter, load_run, new_run_path, newest_run
from .asked import LOG, SET, device_option
from .problems import say_skipped

LEAN_STEPS = 300


@click.command(
    "audio-encoder",
    epilog=examples(
        Example(
            "semeq-train audio-encoder --music ~/Music --device auto", "then: semeq-export audio --bundle my-model"
        ),
        Example("semeq-train audio-encoder --music-ratio 0", "without music: on noise alone"),
        Example(
            "semeq-train audio-encoder --recipe cnn --music-ratio 0.5 --set sampling=balanced --set net=residual",
            "another kind of encoder, for comparison",
        ),
    ),
)
@click.option(
    "--recipe",
    type=click.Choice(["lean", "cnn"]),
    default="lean",
    show_default=True,
    help="cnn is for comparison: see `semeq-train ablation`.",
)
@click.option(
    "--set", "changes", **SET, help="cnn: change one of its options, e.g. sampling=balanced; may be repeated."
)
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
@click.option("--log", "logs", **LOG | {"help": f"cnn: {LOG['help'][0].lower()}{LOG['help'][1:]}"})
@click.option("--out", type=click.Path(path_type=Path), help="Run folder  [default: runs/audio-encoder-TIME]")
@click.option("--resume", is_flag=True, help="cnn: go on with the interrupted run in --out.")
@output_options
def audio_encoder_command(
    recipe: Literal["lean", "cnn"],
    changes: dict[str, str],
    run: Path | None,
    data: Path | None,
    music: Path | None,
    music_ratio: float,
    device: torch.device,
    steps: int | None,
    seed: int,
    no_evaluation: bool,
    logs: tuple[str, ...],
    out: Path | None,
    resume: bool,
    say: Say,
) -> None:
    """Train the audio encoder, and measure it by cross-validation over sources of music.

    The recipe cnn writes a run of its own kind, which `semeq-train ablation` is there to judge.
    """
    if recipe == "lean" and (changes or logs or resume):
        raise click.UsageError("--set, --log and --resume belong to --recipe cnn")
    if resume and out is None:
        raise click.UsageError("--resume needs --out RUN, the folder of the interrupted run")
    if music is None and music_ratio > 0 and os.environ.get(DATA_VARIABLE):
        music = Path(os.environ[DATA_VARIABLE]) / "music"
    if music is None and music_ratio > 0:
        raise click.UsageError("name a folder of music with --music, or train on noise alone with --music-ratio 0")
    length = steps if steps is not None else LEAN_STEPS if recipe == "lean" else STEPS
    path = out or new_run_path("audio-encoder" if recipe == "lean" else "audio-encoder-cnn")
    metrics: AudioMetrics | None = None
    if recipe == "lean":
        job = AudioJob(load_run(run or newest_run()), data, music, music_ratio, length, seed, str(device))
        with _reading(say) as progress:
            _, metrics, config = run_audio_job(job, path, not no_evaluation, progress)
    else:
        options = _cnn_options(changes, music_ratio, length, seed)
        job = AudioJob(load_run(run or newest_run()), data, music, music_ratio, length, seed, str(device))
        writer = RunWriter(path, resume=resume, weights=CNN_WEIGHTS)
        loggers = [open_logger(kind, path, asdict(options)) for kind in logs]
        with _reading(say) as progress:
            config = run_cnn_job(job, options, writer, loggers, progress)
    _report(config, say)
    figures = {} if metrics is None else {"metrics": metrics.to_dict()}
    counts = {key: config[key] for key in ("clips", "sources", "seconds")} | {"skipped": list(config["skipped"])}
    say.data({"run": str(path), **counts, **figures})
    if metrics:
        say.summary(hearing_table(metrics))
    say.summary(f"run: {path}")


def _cnn_options(changes: Mapping[str, str], music_share: float, steps: int, seed: int) -> CnnOptions:
    """The form asked for; a mistake in it is a usage error."""
    fixed = {"music_share": music_share, "steps": steps, "seed": seed}
    for key in fixed.keys() & changes.keys():
        raise click.UsageError(f"--set {key} is --{'music-ratio' if key == 'music_share' else key}")
    try:
        return CnnOptions.from_dict({key: plain_value(text) for key, text in changes.items()} | fixed)
    except RecipeError as error:
        raise click.UsageError(str(error)) from error


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
