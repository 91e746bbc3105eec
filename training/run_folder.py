"""A run folder: weights as safetensors, everything else as JSON. Nothing in it can execute.

``checkpoint.safetensors`` weights; ``config.json`` recipe, seed, device, versions, data digests; ``metrics.json``
figures on held-out rows; ``words.json`` the words' points; ``log.jsonl`` one line per report.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from .errors import RunError
from .network import EqSpace
from .recipe import Recipe
from .words import WordPoint

FORMAT = 1
RUNS_FOLDER = Path("runs")
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
    model: EqSpace


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
    found = [p.parent for p in RUNS_FOLDER.glob(f"*/{CHECKPOINT}") if (p.parent / METRICS).is_file()]
    if not found:
        raise RunError(f"no finished run in {RUNS_FOLDER}/; train one with `semeq-train v3`, or name one with --run")
    return max(found, key=lambda p: (p / CHECKPOINT).stat().st_mtime_ns)


class RunWriter:
    """Writes a run folder; each file appears whole or not at all."""

    def __init__(self, path: Path) -> None:
        """Make the folder; raise `RunError` if it cannot be made or already holds a run."""
        self.path = path
        if (path / CHECKPOINT).exists():
            raise RunError(f"{path} already holds a run; choose another --out")
        try:
            path.mkdir(parents=True, exist_ok=True)
            (path / LOG).write_text("", encoding="utf-8")
        except OSError as error:
            raise RunError(f"cannot write to {path}: {error.strerror or error}") from error

    def log(self, row: Mapping[str, Any]) -> None:
        """Append one line to ``log.jsonl``."""
        try:
            with (self.path / LOG).open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
        except OSError as error:
            raise RunError(f"cannot write {self.path / LOG}: {error.strerror or error}") from error

    def save(
        self, model: EqSpace, config: Mapping[str, Any], metrics: Mapping[str, Any], words: tuple[WordPoint, ...]
    ) -> None:
        """Write the results."""
        self._json(CONFIG, {"format": FORMAT, **config})
        self._json(METRICS, metrics)
        self._json(WORDS, [asdict(word) | {"latent": [float(v) for v in word.latent]} for word in words])
        temporary = self.path / f".{CHECKPOINT}.partial"
        try:
            save_file({k: v.detach().cpu().contiguous() for k, v in model.state_dict().items()}, temporary)
            temporary.replace(self.path / CHECKPOINT)
        except (OSError, SafetensorError) as error:
            temporary.unlink(missing_ok=True)
            raise RunError(f"cannot write {self.path / CHECKPOINT}: {error}") from error

    def _json(self, name: str, value: Any) -> None:
        temporary = self.path / f".{name}.partial"
        try:
            temporary.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            temporary.replace(self.path / name)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise RunError(f"cannot write {self.path / name}: {error.strerror or error}") from error


def load_run(path: Path) -> Run:
    """Read a finished run; raise `RunError` with the file and what is wrong with it."""
    if not path.is_dir():
        raise RunError(f"{path} is not a run folder")
    config = _read_json(path / CONFIG)
    if config.get("format") != FORMAT:
        raise RunError(f"{path / CONFIG} has format {config.get('format')!r}; this version reads {FORMAT}")
    recipe = Recipe.from_dict(config["recipe"])
    model = EqSpace(recipe.model)
    try:
        model.load_state_dict(load_file(path / CHECKPOINT))
    except (OSError, SafetensorError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise RunError(f"{path / CHECKPOINT} does not fit its config: {reason}") from error
    model.eval()
    words = tuple(
        WordPoint(**{**w, "sources": tuple(w["sources"]), "latent": np.array(w["latent"])})
        for w in _read_json(path / WORDS)
    )
    return Run(path, recipe, config, _read_json(path / METRICS), words, model)


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RunError(f"cannot read {path}: {error.strerror or error}") from error
    except ValueError as error:
        raise RunError(f"{path} is not JSON: {error}") from error
