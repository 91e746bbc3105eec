"""One training job from data to run folder, as a sequence of stages."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from ..data import Split, SplitKind, TrainingData, split_rows
from ..errors import DivergedError, RunError
from ..models import WordPoint, place_words, word_errors
from ..recipe import Recipe
from ..report import Metrics, evaluate
from ..run_folder import STATE, RunWriter
from .loggers import Logger
from .trainer import CHUNK_STEPS, Progress, Trained, Trainer

Reporter = Callable[[SplitKind, Progress], None]
#: Steps between two states that an interrupted run can be resumed from.
STATE_STEPS = 10 * CHUNK_STEPS


@dataclass(frozen=True)
class JobResult:
    """What a job leaves: its folder, the metrics of each split and the seconds each took."""

    path: Path
    metrics: Mapping[str, Metrics]
    seconds: Mapping[str, float]


@dataclass(frozen=True)
class JobOptions:
    """How a job is run, beside its recipe and data."""

    splits: tuple[SplitKind, ...]
    device: torch.device
    seed: int = 0
    mixed: bool = False


def run_job(
    recipe: Recipe,
    data: TrainingData,
    options: JobOptions,
    writer: RunWriter,
    report: Reporter | None = None,
    loggers: Sequence[Logger] = (),
) -> JobResult:
    """Train once per split; the first split's model is the one that is kept, the others only measure.

    A model for each split, because a row held out in one is learnt from in the other.

    Raises
    ------
    DivergedError
        If a loss stops being finite; the last good state stays in the folder.
    """
    corpus = data.corpus
    splits = {kind: split_rows(corpus, kind, recipe.data.test_share, options.seed) for kind in options.splits}
    writer.begin({"recipe": recipe.to_dict(), "seed": options.seed, "splits": options.splits, "data": data.digests()})
    trained: dict[SplitKind, Trained] = {}
    metrics: dict[str, Metrics] = {}
    for kind, split in splits.items():
        trained[kind] = _train(recipe, data, split, options, writer, report, loggers)
        metrics[kind] = evaluate(trained[kind].model, data.corpus, split)
    kept = trained[options.splits[0]].model
    config: dict[str, Any] = {
        "recipe": recipe.to_dict(),
        "words": data.corpus.words,
        "seed": options.seed,
        "split": options.splits[0],
        "device": str(options.device),
        "mixed": options.mixed,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "data": data.digests(),
    }
    timing = {
        kind: {"seconds": t.seconds, "cpu_seconds": t.cpu_seconds, "steps": t.steps} for kind, t in trained.items()
    }
    figures: dict[str, Any] = {kind: {**m.to_dict(), **timing[kind]} for kind, m in metrics.items()}  # type: ignore[index]
    words: tuple[WordPoint, ...] = ()
    if kept.has_settings:
        words = place_words(kept, data.corpus, data.saved[0].source, data.fitted)
        if data.fitted:
            lost = word_errors(kept, data.fitted)
            figures["described_words"] = {
                "fit_median_db": float(_median(data.fitted.error_db)),
                "decode_mean_db": float(lost.mean()),
                "decode_median_db": float(_median(lost)),
            }
    for logger in loggers:
        logger.finish(figures)
    writer.save(kept, config, figures, words)
    return JobResult(writer.path, metrics, {k: t.seconds for k, t in trained.items()})


def _train(
    recipe: Recipe,
    data: TrainingData,
    split: Split,
    options: JobOptions,
    writer: RunWriter,
    report: Reporter | None,
    loggers: Sequence[Logger],
) -> Trained:
    trainer = Trainer(recipe, data.corpus, split, options.device, options.seed, options.mixed)
    state = writer.kept_state(split.kind)
    if state is not None:
        try:
            trainer.restore(state)
        except (KeyError, RuntimeError, ValueError) as error:
            raise RunError(f"the state in {writer.path} does not fit the recipe: {error}") from error
    # Also without a state: a run killed before its first one begins anew, and so does its log.
    writer.forget_log_after(split.kind, trainer.done)

    def note(progress: Progress) -> None:
        row = {"split": split.kind, **asdict(progress)}
        writer.log(row)
        for logger in loggers:
            logger.log(row)
        if report:
            report(split.kind, progress)

    def keep() -> None:
        if trainer.done % STATE_STEPS == 0 or trainer.done == recipe.optimiser.steps:
            writer.keep_state(split.kind, trainer.state())

    try:
        return trainer.run(note, keep)
    except DivergedError as error:
        last = writer.path / f"{STATE}-{split.kind}.safetensors"
        where = f"; the last good state is {last}" if last.is_file() else "; no state had been kept yet"
        raise DivergedError(f"{error}{where}") from error


def _median(values: Any) -> float:
    return float(torch.tensor(values).median())
