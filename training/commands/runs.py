"""Runs that a table is made of: those that are finished are read, the others trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

from semeq.console import Say

from ..data import SplitKind, TrainingData, load_data
from ..jobs import JobOptions, run_job
from ..recipe import DataSection, Recipe
from ..report import RunFigures, read_figures
from ..run_folder import CHECKPOINT, PLAN, RunWriter
from .training_bars import training_bars


@dataclass
class Runs:
    """Trains recipes into run folders, each set of data loaded once."""

    folder: Path
    kinds: tuple[SplitKind, ...]
    device: torch.device
    data: Path | None
    say: Say
    _loaded: dict[DataSection, TrainingData] = field(default_factory=dict)

    def rows(self, recipe: Recipe) -> TrainingData:
        """The data of a recipe."""
        if recipe.data not in self._loaded:
            self._loaded[recipe.data] = load_data(recipe, self.data)
        return self._loaded[recipe.data]

    def path(self, name: str, seed: int) -> Path:
        """Where the run of a name and seed lies."""
        return self.folder / f"{name}-s{seed}"

    def finished(self, name: str, seeds: Sequence[int]) -> bool:
        """Whether nothing would have to be trained."""
        return all((self.path(name, seed) / CHECKPOINT).is_file() for seed in seeds)

    def figures(self, recipe: Recipe, name: str, seeds: Sequence[int]) -> list[RunFigures]:
        """The figures of each seed; a finished run is kept, an interrupted one resumed."""
        out = []
        for seed in seeds:
            path = self.path(name, seed)
            if (path / CHECKPOINT).is_file():
                self.say.detail(f"kept {path}")
            else:
                self.say.note(f"training {path}")
                writer = RunWriter(path, resume=(path / PLAN).is_file())
                with training_bars(self.say, recipe, self.kinds) as show:
                    run_job(recipe, self.rows(recipe), JobOptions(self.kinds, self.device, seed), writer, show)
            out.append(read_figures(path))
        return out
