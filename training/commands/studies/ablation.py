"""`semeq-train ablation`: the published kind of encoder, form by form, beside `lean`."""

from __future__ import annotations

import os
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click
import torch

from semeq.console import Example, Say, examples, output_options
from semeq.files import write_whole

from ...audio import (
    FOLDS,
    PINK_CLIPS,
    STEPS,
    TRAINING_PINK,
    labelled_settings,
    music_clips,
    pink_clips,
    semantic_of,
    word_order,
    word_settings,
)
from ...audio.ablation import FORMS, LEAN, Material, as_page, as_table, run_fold
from ...data import DATA_VARIABLE
from ...errors import TrainingError
from ...run_folder import load_run, newest_run
from ..asked import device_option

#: What `run_fold` tells of, one after the other.
STAGES = (*FORMS, LEAN, "judging")


@click.command(
    "ablation",
    epilog=examples(
        "semeq-train ablation --music ~/Music",
        Example("semeq-train ablation --seeds 5 --out docs/ablation.md", "the page as it is published"),
    ),
)
@click.option("--run", type=click.Path(path_type=Path), help="V3 run whose space is learnt  [default: the newest]")
@click.option("--data", type=click.Path(path_type=Path), help="Settings, as for v3  [default: $SEMEQ_DATA]")
@click.option("--music", type=click.Path(path_type=Path), help="Folder of music  [default: $SEMEQ_DATA/music]")
@click.option(
    "--seeds", type=click.IntRange(1, FOLDS), default=1, show_default=True, help="Each holds out another fold."
)
@click.option("--steps", type=click.IntRange(1), default=STEPS, show_default=True, help="Training steps of each CNN.")
@device_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the page here, as Markdown.")
@output_options
def ablation_command(
    run: Path | None,
    data: Path | None,
    music: Path | None,
    seeds: int,
    steps: int,
    device: torch.device,
    out: Path | None,
    say: Say,
) -> None:
    """Train three forms of the CNN and `lean`, and judge all on clips, people and pairs none of them has met."""
    if music is None:
        if not os.environ.get(DATA_VARIABLE):
            raise click.UsageError("name a folder of music with --music")
        music = Path(os.environ[DATA_VARIABLE]) / "music"
    if out and not out.absolute().parent.is_dir():
        raise TrainingError(f"there is no folder {out.parent} to write {out.name} into")
    space = load_run(run or newest_run())
    words = word_settings(space)
    with say.progress() as bar:
        reading = bar.add_task("reading music", total=None, note="")
        material = Material(
            music_clips(music, progress=lambda done, of: bar.update(reading, completed=done, total=of)),
            pink_clips(TRAINING_PINK, seed=0),
            pink_clips(PINK_CLIPS, seed=10_000),
            labelled_settings(space, data),
            words,
            semantic_of(space.model, words),
        )
        task = bar.add_task("training", total=seeds * len(STAGES), note="")

        def show(seed: int, doing: str) -> None:
            where = f"seed {seed + 1} of {seeds}, {doing}"
            say.detail(where)
            bar.update(task, completed=seed * len(STAGES) + STAGES.index(doing), note=where)

        folds = [run_fold(material, seed, steps, str(device), progress=partial(show, seed)) for seed in range(seeds)]
    say.data([asdict(fold) for fold in folds])
    say.result(as_table(folds))
    if out:
        command = f"semeq-train ablation --seeds {seeds}" + (f" --steps {steps}" if steps != STEPS else "")
        names = [space.words[i].name for i in word_order(space)]
        sources = len(set(material.music.spectra.sources))
        write_whole(out, as_page(folds, names, command + " --out docs/ablation.md", steps, sources))
        say.summary(f"page: {out}")
