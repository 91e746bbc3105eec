"""From the files, folders and globs that a user names to the inputs of a batch, and their places below its output."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .formats import SUFFIXES

_MAGIC = frozenset("*?[")


@dataclass(frozen=True)
class Found:
    """An input, and its place below the folder that was named."""

    path: Path
    relative: Path


def expand(names: Iterable[str | Path], out: Path | None = None) -> tuple[list[Found], list[str]]:
    """The files that `names` stand for, in order, and a sentence about each name that stands for none.

    A file is taken as it is, with any suffix. A folder stands for the audio below it, by suffix, and a glob (with
    ``**``) for the audio that it matches; both keep the tree below them. Hidden files and what lies in the folder `out`
    are left out; links to folders are not followed.
    """
    found: list[Found] = []
    missing: list[str] = []
    own = None if out is None else os.path.realpath(out)
    for name in names:
        path = Path(name)
        if os.path.lexists(path) and not path.is_dir():
            found.append(Found(path, Path(path.name)))
            continue
        if path.is_dir():
            below = [Found(p, p.relative_to(path)) for p in _audio_below(path, own)]
            problem = f"{path}: there is no audio below this folder"
            if own is not None and os.path.realpath(path) == own:
                below, problem = [], f"{path}: is the output folder itself; choose another --out"
        elif _MAGIC & set(str(name)):
            below = list(_matches(str(name), own))
            problem = f"{name}: matches no audio"
        else:
            below, problem = [Found(path, Path(path.name))], ""
        found += below
        missing += [problem] if not below else []
    return found, missing


def _audio_below(folder: Path, own: str | None) -> Iterator[Path]:
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and os.path.realpath(Path(where, name)) != own
        )
        for name in sorted(files):
            if _is_audio(name):
                yield Path(where, name)


def _matches(pattern: str, own: str | None) -> Iterator[Found]:
    parts = Path(pattern).parts
    plain = next(i for i, part in enumerate(parts) if _MAGIC & set(part))
    base = Path(*parts[:plain])
    seen: set[Path] = set()
    for name in sorted(glob.glob(pattern, recursive=True)):  # noqa: PTH207 - pathlib's takes no absolute patterns
        path = Path(name)
        within = _audio_below(path, own) if path.is_dir() and "**" not in parts else [path]
        for file in within:
            real = os.path.realpath(file)
            inside = own is not None and os.path.commonpath([own, real]) == own
            if _is_audio(file.name) and not file.is_dir() and not inside and file not in seen:
                seen.add(file)
                yield Found(file, file.relative_to(base))


def _is_audio(name: str) -> bool:
    return not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES
