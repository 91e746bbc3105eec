"""From the files, folders and globs that a user names to the inputs of a batch, and their places below its output."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from .ffmpeg import has_ffmpeg
from .formats import OTHER_AUDIO, SUFFIXES

_MAGIC = frozenset("*?[")


@dataclass(frozen=True)
class Found:
    """An input, and its place below the folder that was named."""

    path: Path
    relative: Path


class Expanded(NamedTuple):
    """What names stand for.

    Parameters
    ----------
    found : list of Found
        Inputs, in order.
    missing : list of str
        A sentence about each name that stands for none, and each folder that cannot be read.
    passed : list of Path
        Audio below folders that is left out, for it is in a format that semeq cannot read.
    """

    found: list[Found]
    missing: list[str]
    passed: list[Path]


def expand(names: Iterable[str | Path], out: Path | None = None) -> Expanded:
    """The files that `names` stand for.

    A file is taken as it is, with any suffix. A folder stands for the audio below it, by suffix, and a glob (with
    ``**``) for the audio that it matches; both keep the tree below them. Hidden files and what lies in the folder `out`
    are left out; links to folders are not followed.
    """
    expanded = Expanded([], [], [])
    own = None if out is None else os.path.realpath(out)
    for name in names:
        try:
            _expand_one(name, own, expanded)
        except (OSError, ValueError) as error:  # a name that is too long, or that no file can have
            expanded.missing.append(f"{name}: cannot be read ({getattr(error, 'strerror', None) or error})")
    return expanded


def _expand_one(name: str | Path, own: str | None, into: Expanded) -> None:
    if not str(name).strip():
        into.missing.append("an empty name stands for no file; an unset variable of the shell gives one")
        return
    path = Path(name)
    if path.is_dir():
        walk = _Walk(own, into)
        below = [Found(p, p.relative_to(path)) for p in walk.audio(path)]
        problem = f"{path}: there is no audio below this folder"
        if own is not None and os.path.realpath(path) == own:
            below, problem = [], f"{path}: is the output folder itself; choose another --out"
    elif not os.path.lexists(path) and _MAGIC & set(str(name)):
        walk = _Walk(own, into)
        below, problem = list(_matches(str(name), own, walk)), f"{name}: matches no audio"
    else:
        into.found.append(Found(path, Path(path.name)))
        return
    into.found.extend(below)
    into.missing.extend(walk.unreadable or ([] if below else [problem]))


class _Walk:
    """Looks for audio below folders, and notes what it cannot read."""

    def __init__(self, own: str | None, into: Expanded) -> None:
        self._own, self._passed = own, into.passed
        self.unreadable: list[str] = []

    def audio(self, folder: Path) -> Iterator[Path]:
        """The audio files below a folder, in order."""
        for where, folders, files in os.walk(folder, onerror=self._refused):
            folders[:] = sorted(name for name in folders if not name.startswith(".") and self._is_input(where, name))
            for name in sorted(files):
                if _is_audio(name):
                    yield Path(where, name)
                elif not name.startswith(".") and Path(name).suffix.lower() in OTHER_AUDIO:
                    self._passed.append(Path(where, name))

    def _is_input(self, where: str, name: str) -> bool:
        return os.path.realpath(Path(where, name)) != self._own

    def _refused(self, error: OSError) -> None:
        self.unreadable.append(f"{error.filename}: cannot be read ({error.strerror})")


def _matches(pattern: str, own: str | None, walk: _Walk) -> Iterator[Found]:
    parts = Path(pattern).parts
    plain = next(i for i, part in enumerate(parts) if _MAGIC & set(part))
    base = Path(*parts[:plain])
    seen: set[Path] = set()
    for name in sorted(glob.glob(pattern, recursive=True)):  # noqa: PTH207 - pathlib's takes no absolute patterns
        path = Path(name)
        within = walk.audio(path) if path.is_dir() and "**" not in parts else [path]
        for file in within:
            real = os.path.realpath(file)
            inside = own is not None and os.path.commonpath([own, real]) == own
            if _is_audio(file.name) and not file.is_dir() and not inside and file not in seen:
                seen.add(file)
                yield Found(file, file.relative_to(base))


def _is_audio(name: str) -> bool:
    suffix = Path(name).suffix.lower()
    return not name.startswith(".") and (suffix in SUFFIXES or (suffix in OTHER_AUDIO and has_ffmpeg()))
