"""A run folder: weights as safetensors, everything else as JSON. Nothing in it can execute.

``checkpoint.safetensors`` weights; ``config.json`` recipe, seed, device, versions, data digests; ``metrics.json``
figures on held-out rows; ``words.json`` the words' points; ``log.jsonl`` one line per report.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from semeq.eq import FLAT
from semeq.files import write_whole

from .errors import RecipeError, RunError
from .models import SchoolPoint, Space, WordPoint, build_model
from .recipe import Recipe
from .run_files import RUNS_FOLDER, newest, read_json, read_tensors, write_json, write_tensors

FORMAT = 1
#: Files of a run in progress, removed when it is complete.
PLAN, STATE = "plan.json", "state"
CHECKPOINT, CONFIG, METRICS, WORDS, LOG = (
    "checkpoint.safetensors",
    "config.json",
    "metrics.json",
    "words.json",
    "log.jsonl",
)


@dataclass(frozen=True)
class Run:
    """A finished run read back."""

    path: Path
    recipe: Recipe
    config: dict[str, Any]
    metrics: dict[str, Any]
    words: tuple[WordPoint, ...]
    model: Space


def new_run_path(recipe_name: str) -> Path:
    """``runs/<recipe>-<time>``, a name that is not taken yet."""
    stem = f"{recipe_name}-{time.strftime('%Y%m%d-%H%M%S')}"
    path, n = RUNS_FOLDER / stem, 1
    while path.exists():
        n += 1
        path = RUNS_FOLDER / f"{stem}-{n}"
    return path


def newest_run() -> Path:
    """The finished run in ``runs/`` whose checkpoint is newest; raise `RunError` if there is none."""
    return newest(
        CHECKPOINT, f"no finished run in {RUNS_FOLDER}/; train one with `semeq-train v3`, or name one with --run"
    )


class RunWriter:
    """Writes a run folder; each file appears whole or not at all."""

    def __init__(self, path: Path, *, resume: bool = False, weights: str = CHECKPOINT) -> None:
        """A run to be written at `path`, or with `resume` gone on with. Nothing is made before `begin`.

        A run of another kind than `load_run` reads calls its file of weights differently.

        Raises
        ------
        RunError
            If the folder already holds a run, or there is nothing to resume.
        """
        self.path, self._weights = path, weights
        if (path / weights).exists():
            raise RunError(f"{path} already holds a finished run; choose another --out")
        if resume and not (path / PLAN).is_file():
            raise RunError(f"there is no interrupted run to resume in {path}")
        if not resume and (path / PLAN).is_file():
            raise RunError(f"{path} holds an interrupted run; go on with --resume, or choose another --out")

    def begin(self, plan: Mapping[str, Any]) -> None:
        """Make the folder and note what is about to be done, or check that it is what an interrupted run was doing.

        Raises
        ------
        RunError
            If the folder cannot be made, or the interrupted run was another one.
        """
        plan = json.loads(json.dumps(plan))
        if not (self.path / PLAN).is_file():
            try:
                self.path.mkdir(parents=True, exist_ok=True)
                write_whole(self.path / LOG, "")
            except OSError as error:
                raise RunError(f"cannot write to {self.path}: {error.strerror or error}") from error
            write_json(self.path / PLAN, plan)
            return
        noted = read_json(self.path / PLAN)
        for key, value in plan.items():
            if noted.get(key) != value:
                raise RunError(f"{self.path} was begun with another {key}; resume with the same command")

    def log(self, row: Mapping[str, Any]) -> None:
        """Append one line to ``log.jsonl``."""
        try:
            with (self.path / LOG).open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
        except OSError as error:
            raise RunError(f"cannot write {self.path / LOG}: {error.strerror or error}") from error

    def forget_log_after(self, split: str, step: int) -> None:
        """Drop lines of steps that a resumed training does again, and a last line that was never finished."""
        try:
            whole_lines = (self.path / LOG).read_bytes().rpartition(b"\n")[0]
            rows = [json.loads(line) for line in whole_lines.decode("utf-8").splitlines()]
            kept = [row for row in rows if row.get("split") != split or row.get("step", 0) <= step]
            write_whole(self.path / LOG, "".join(json.dumps(row) + "\n" for row in kept))
        except (OSError, ValueError) as error:
            raise RunError(f"cannot rewrite {self.path / LOG}: {error}") from error

    def keep_state(self, split: str, state: Mapping[str, Tensor]) -> None:
        """Write the state of a training in progress, to resume from."""
        write_tensors(self.path / f"{STATE}-{split}.safetensors", state)

    def kept_state(self, split: str) -> dict[str, Tensor] | None:
        """The state to resume from, if there is one."""
        file = self.path / f"{STATE}-{split}.safetensors"
        return read_tensors(file) if file.is_file() else None

    def save(
        self, model: Space, config: Mapping[str, Any], metrics: Mapping[str, Any], words: tuple[WordPoint, ...]
    ) -> None:
        """Write the results."""
        tables = {CONFIG: {"format": FORMAT, **config}, METRICS: metrics, WORDS: [_plain(word) for word in words]}
        self.finish(tables, model.state_dict())

    def finish(self, tables: Mapping[str, Any], weights: Mapping[str, Tensor]) -> None:
        """Write JSON files by name, then the weights: a folder with those is complete. What was in progress goes."""
        for name, table in tables.items():
            write_json(self.path / name, table)
        write_tensors(self.path / self._weights, weights)
        for file in [self.path / PLAN, *self.path.glob(f"{STATE}-*.safetensors")]:
            file.unlink(missing_ok=True)


def _plain(word: WordPoint) -> dict[str, Any]:
    table = asdict(word)
    for point in (table, *table["schools"]):
        point["latent"] = [float(v) for v in point["latent"]]
    return table


def _word(table: dict[str, Any]) -> WordPoint:
    schools = tuple(SchoolPoint(**{**s, "latent": np.array(s["latent"])}) for s in table["schools"])
    latent = np.array(table["latent"])
    names = {key: tuple(table.get(key, ())) for key in ("sources", "aliases")}
    return WordPoint(**{**table, **names, "latent": latent, "schools": schools})


def finished_runs(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Those of `paths` that are finished runs, and folders that are something else, as ``runs/*`` also names.

    Something else is a run of an audio encoder, a run in progress, or a folder of runs. Raises `RunError` for what is
    no folder, and where no run is left.
    """
    finished: list[Path] = []
    others: list[Path] = []
    for path in paths:
        if not path.is_dir():
            raise RunError(f"{path} is not a run folder")
        (finished if (path / CHECKPOINT).is_file() else others).append(path)
    if not finished:
        raise RunError(f"{others[0]} is not a finished run" if others else "no run is named")
    return finished, others


def load_run(path: Path) -> Run:
    """Read a finished run; raise `RunError` with the file and what is wrong with it."""
    if not path.is_dir():
        raise RunError(f"{path} is not a run folder")
    config = read_json(path / CONFIG)
    if config.get("format") != FORMAT:
        raise RunError(f"{path / CONFIG} has format {config.get('format')!r}; this version reads {FORMAT}")
    try:
        recipe = Recipe.from_dict(config["recipe"])
        # Fitted scales come with the checkpoint; the rows they were fitted to are not needed again.
        model = build_model(recipe.model, np.tile(FLAT, (2, 1)), len(config["words"]))
        words = tuple(_word(table) for table in read_json(path / WORDS))
    except (KeyError, TypeError, RecipeError) as error:
        raise RunError(f"{path} is not a complete run: {error}") from error
    try:
        model.load_state_dict(read_tensors(path / CHECKPOINT))
    except RuntimeError as error:
        reason = str(error).splitlines()[0]
        raise RunError(f"{path / CHECKPOINT} does not fit its config: {reason}") from error
    model.eval()
    return Run(path, recipe, config, read_json(path / METRICS), words, model)
