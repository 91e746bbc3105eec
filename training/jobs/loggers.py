"""Where a job's progress goes beside ``log.jsonl``: TensorBoard, Weights & Biases. Both are optional."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from ..errors import TrainingError


class Logger(Protocol):
    """Takes the rows of ``log.jsonl`` as they come, and the figures at the end."""

    def log(self, row: Mapping[str, Any]) -> None:
        """One row: ``split``, ``step`` and numbers."""

    def finish(self, figures: Mapping[str, Any]) -> None:
        """The metrics of all splits."""


class TensorBoardLogger:
    """Event files in the run folder."""

    def __init__(self, path: Path) -> None:
        """Open a writer in `path`."""
        module = _need("torch.utils.tensorboard", "tensorboard", "pip install tensorboard")
        self._writer = module.SummaryWriter(str(path))

    def log(self, row: Mapping[str, Any]) -> None:
        """Every number as a scalar ``split/name``."""
        for key, value in _numbers(row).items():
            self._writer.add_scalar(f"{row['split']}/{key}", value, row["step"])

    def finish(self, figures: Mapping[str, Any]) -> None:
        """Metrics as scalars, then close."""
        for split, table in figures.items():
            for key, value in _numbers(table).items():
                self._writer.add_scalar(f"{split}/metrics/{key}", value)
        self._writer.close()


class WandbLogger:
    """A Weights & Biases run; offline where ``WANDB_MODE=offline`` says so."""

    def __init__(self, path: Path, name: str, config: Mapping[str, Any]) -> None:
        """Start a run that keeps its files in `path`."""
        module = _need("wandb", "wandb", "pip install wandb")
        self._run = module.init(project="semeq", name=name, dir=str(path), config=dict(config))

    def log(self, row: Mapping[str, Any]) -> None:
        """Every number as ``split/name``, against ``split/step``."""
        self._run.log({f"{row['split']}/{key}": value for key, value in _numbers(row).items()})

    def finish(self, figures: Mapping[str, Any]) -> None:
        """Metrics into the summary, then close."""
        for split, table in figures.items():
            self._run.summary.update({f"{split}/{key}": value for key, value in _numbers(table).items()})
        self._run.finish()


def open_logger(kind: str, path: Path, config: Mapping[str, Any]) -> Logger:
    """The logger called `tensorboard` or `wandb`, for the run folder `path`."""
    if kind == "tensorboard":
        return TensorBoardLogger(path / "tensorboard")
    return WandbLogger(path, path.name, config)


def _numbers(row: Mapping[str, Any]) -> dict[str, float]:
    return {k: v for k, v in row.items() if isinstance(v, int | float) and not isinstance(v, bool)}


def _need(module: str, name: str, how: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise TrainingError(f"logging to {name} needs it installed: {how}") from error
