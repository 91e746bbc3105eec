"""One training job from file to run folder, as a sequence of stages."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from .corpus import Corpus, prepare
from .evaluation import Metrics, evaluate
from .recipe import Recipe
from .records import SavedSettings
from .run_folder import RunWriter
from .safe_db import read_safe_db
from .split import SplitKind, split_rows
from .trainer import Progress, Trained, Trainer
from .words import place_words

Reporter = Callable[[SplitKind, Progress], None]


@dataclass(frozen=True)
class JobResult:
    """What a job leaves: its folder and the metrics of each split."""

    path: Path
    metrics: Mapping[str, Metrics]
    seconds: Mapping[str, float]


def load_corpus(recipe: Recipe, path: Path) -> tuple[SavedSettings, Corpus]:
    """Read and prepare the data of a recipe."""
    saved = read_safe_db(path)
    return saved, prepare(saved, recipe.data.words, recipe.data.min_strength_db)


def run_job(
    recipe: Recipe,
    saved: SavedSettings,
    corpus: Corpus,
    splits: tuple[SplitKind, ...],
    device: torch.device,
    seed: int,
    writer: RunWriter,
    report: Reporter | None = None,
) -> JobResult:
    """Train once per split; the first split's model is the one that is kept, the others only measure.

    A model for each split, because a row held out in one is learnt from in the other.
    """
    trained: dict[str, Trained] = {}
    metrics: dict[str, Metrics] = {}
    for kind in splits:

        def note(progress: Progress, kind: SplitKind = kind) -> None:
            writer.log({"split": kind, **asdict(progress)})
            if report:
                report(kind, progress)

        split = split_rows(corpus, kind, recipe.data.test_share, seed)
        trained[kind] = Trainer(recipe, corpus, split, device, seed).run(note)
        metrics[kind] = evaluate(trained[kind].model, corpus, split)
    kept = trained[splits[0]].model
    config: dict[str, Any] = {
        "recipe": recipe.to_dict(),
        "seed": seed,
        "split": splits[0],
        "device": str(device),
        "torch": torch.__version__,
        "python": platform.python_version(),
        "data": {saved.source: {"sha256": saved.sha256, "rows": len(saved), "skipped": len(saved.problems)}},
    }
    timing = {kind: {"seconds": t.seconds, "cpu_seconds": t.cpu_seconds} for kind, t in trained.items()}
    figures = {kind: {**m.to_dict(), **timing[kind]} for kind, m in metrics.items()}
    writer.save(kept, config, figures, place_words(kept, corpus, saved.source))
    return JobResult(writer.path, metrics, {k: t.seconds for k, t in trained.items()})
