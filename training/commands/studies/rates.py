"""`semeq-train rate-distortion`: what a longer latent buys, for V3, an autoencoder, flowEQ's β-VAE and PCA."""

from __future__ import annotations

import json
from pathlib import Path

import click
import torch

from semeq.console import Example, Say, examples, output_options
from semeq.files import write_whole

from ...data import SplitKind, split_rows
from ...recipe import Recipe, load_recipe, with_changes
from ...report import (
    NEAREST,
    PCA_SIZES,
    Rate,
    draw_rates,
    nearest_error_db,
    pca_rates,
    rates_dict,
    rates_markdown,
)
from ...run_folder import load_run
from ..asked import device_option, split_option
from ..runs import Runs

SYSTEMS = ("v3", "autoencoder", "beta-vae")
TITLES = {"v3": "V3", "autoencoder": "autoencoder", "beta-vae": "β-VAE"}

PREFACE = """# Rate and distortion

Made by `semeq-train rate-distortion`: the mean curve error (CE, dB) on held-out rows of SAFE-DB against the number of
coordinates of a point. *V3*: the recipe with a quarter of the coordinates semantic and the rest detail. *Autoencoder*:
V3's data, synthetic settings, curve and parameter losses, one encoder, and no loss about words. *β-VAE*: flowEQ's
recipe. *PCA of curves*: principal components of the training rows' curves; it gives back a curve, not a setting. A
dash: not trained.

A point comes about in two ways. An encoder guesses it from the setting: the rows without an addition. Or it is sought,
from that guess, as the *nearest point*, the one whose curve is closest. That is what a projection is to PCA and, but
for a pull towards the guess, how V3 places words; so PCA is to be compared with the nearest points.

PCA is the best linear map on its training rows, and its curves need not be those of five bands. What lies between V3
and the autoencoder is what the losses about words cost. What V3 spends its 32 numbers on instead is on the page of
[systems compared](comparison.md).

![CE against the size of the latent](rate-distortion.png)

"""


def recipe_of(system: str, size: int) -> Recipe:
    """The recipe of a system with points of `size` numbers."""
    changes = {"model.semantic": str(size)}
    if system == "beta-vae":
        return with_changes(load_recipe("beta-vae"), changes)
    if system == "v3":
        semantic = max(size // 4, 1)
        return with_changes(load_recipe("v3"), {"model.semantic": str(semantic), "model.detail": str(size - semantic)})
    without_words = {"loss.form": "none", **dict.fromkeys(("loss.prototype", "loss.geometry", "loss.mixing"), "0")}
    return with_changes(
        load_recipe("v3"), {**changes, **without_words, "model.kind": "autoencoder", "model.detail": "0"}
    )


@click.command(
    "rate-distortion",
    epilog=examples(
        Example("semeq-train rate-distortion --no-training", "PCA, and the finished runs in --runs"),
        Example("semeq-train rate-distortion --system v3 --size 8 --size 32 --seeds 3", "a part of it"),
        "semeq-train rate-distortion --seeds 1 --split random --out docs",
    ),
)
@click.option("--data", type=click.Path(path_type=Path), help="As in training.  [default: $SEMEQ_DATA]")
@click.option("--system", "systems", type=click.Choice(SYSTEMS), multiple=True, help="Only these; may be repeated.")
@click.option(
    "--size", "sizes", type=click.IntRange(min=2, max=128), multiple=True, help="Only these; may be repeated."
)
@click.option("--no-training", is_flag=True, help="Only what is finished in --runs.")
@click.option("--seeds", type=click.IntRange(min=1), default=3, show_default=True, help="Seeds per system and size.")
@split_option
@click.option("--steps", type=click.IntRange(min=1), help="Train shorter or longer than the recipes say.")
@device_option
@click.option("--runs", type=click.Path(path_type=Path), default=Path("runs/rates"), show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/rates"), show_default=True)
@output_options
def rates_command(
    data: Path | None,
    systems: tuple[str, ...],
    sizes: tuple[int, ...],
    no_training: bool,
    seeds: int,
    kinds: tuple[SplitKind, ...],
    steps: int | None,
    device: torch.device,
    runs: Path,
    out: Path,
    say: Say,
) -> None:
    """Train each system at each size of latent; write rate-distortion.md, .json and .png. PCA is always beside them.

    Finished runs in --runs are kept and interrupted ones resumed, so the command can be stopped at any time.
    """
    wanted = tuple(sorted(sizes or PCA_SIZES))
    found: dict[SplitKind, list[Rate]] = {}
    for kind in kinds:
        study = Runs(runs, (kind,), device, data, say)
        corpus, share = study.rows(load_recipe("v3")).corpus, load_recipe("v3").data.test_share
        splits = [split_rows(corpus, kind, share, seed) for seed in range(seeds)]
        rates = found.setdefault(kind, [])
        for system in systems or SYSTEMS:
            for size in wanted:
                recipe = recipe_of(system, size)
                if steps is not None:
                    recipe = with_changes(recipe, {"optimiser.steps": str(steps)})
                name = f"{system}-{size}-{kind}"
                if no_training and not study.finished(name, range(seeds)):
                    continue
                encoded = [
                    run.metrics[kind]["curve_error_mean_db"] for run in study.figures(recipe, name, range(seeds))
                ]
                models = [load_run(study.path(name, seed)).model for seed in range(seeds)]
                nearest = [nearest_error_db(m, corpus, split) for m, split in zip(models, splits, strict=True)]
                rates.append(Rate(TITLES[system], size, tuple(map(float, encoded))))
                rates.append(Rate(TITLES[system] + NEAREST, size, tuple(nearest)))
        rates += pca_rates(corpus, share, kind, seeds, wanted)
    table = rates_markdown(found)
    write_whole(out / "rate-distortion.md", PREFACE + table)
    write_whole(out / "rate-distortion.json", json.dumps(rates_dict(found), indent=1) + "\n")
    draw_rates(found, out / "rate-distortion.png")
    say.data(rates_dict(found))
    say.result(table)
    say.summary(f"written to {out}")
