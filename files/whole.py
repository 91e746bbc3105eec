"""Outputs that are whole or absent: written beside their place under a name of our own, then moved there at once.

The name of an unfinished file says which machine writes it, and its writer holds a lock on it (``flock``) for as long
as it lives. So what a killed process left behind can be told from what a living one is writing, and be removed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":  # where a file that is open cannot be removed anyway
    import fcntl

_LONGEST_NAME = 255  # bytes, on every common file system
_OURS = re.compile(r"\..*\.semeq-(?P<host>[A-Za-z0-9_-]*)-\d+-[0-9a-f]{8}\.partial(\.[^.]*)?", re.DOTALL)


@contextmanager
def whole(
    output: Path,
    overwrite: bool = True,
    same: Callable[[Path, Path], bool] | None = None,
    parents: bool = True,
) -> Iterator[Path]:
    """Give a temporary path beside `output` to write to; move it there on success, remove it on any failure.

    Folders above are made, unless `parents` is False. Where `overwrite` is not set and something is at `output` in
    the end, that is a `FileExistsError`, unless `same(temporary, output)` finds the two equal. Raises `OSError` as
    the system does.
    """
    try:
        if parents:
            output.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError:  # a file where a folder is needed
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(output.parent)) from None
    partial, handle = _begin(output)
    try:
        yield partial
        if sys.platform == "win32":
            os.close(handle)
            handle = -1
        _publish(partial, output, overwrite, same)
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        if handle >= 0:
            os.close(handle)


def write_whole(output: Path, content: str | bytes, overwrite: bool = True) -> None:
    """Write text (UTF-8) or bytes as a file that appears, synced to disk, whole or not at all. See `whole`."""
    with whole(output, overwrite) as partial, partial.open("wb") as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())


def sweep(folders: Iterable[Path]) -> list[Path]:
    """Remove the unfinished files that dead processes of this machine left in `folders`; return what was removed.

    Files of other machines, of living processes, and where locks do not work are left alone.
    """
    removed: list[Path] = []
    for folder in folders:
        try:
            found = list(folder.iterdir())
        except OSError:
            continue
        for path in found:
            ours = _OURS.fullmatch(path.name)
            if ours is not None and ours["host"] == _host() and _remove_dead(path):
                removed.append(path)
    return removed


def _begin(output: Path) -> tuple[Path, int]:
    """Create the unfinished file of an output, and lock it; its path and its open descriptor."""
    while True:
        mark = f".semeq-{_host()}-{os.getpid()}-{os.urandom(4).hex()}.partial{output.suffix}"
        stem = os.fsencode(output.stem)[: max(0, _LONGEST_NAME - 1 - len(os.fsencode(mark)))]
        partial = output.parent / f".{stem.decode(errors='ignore')}{mark}"
        handle = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        if sys.platform == "win32":
            return partial, handle
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        # Somebody who swept up between the two calls above has taken it for a dead one's.
        with contextlib.suppress(OSError):
            if os.path.samestat(partial.stat(), os.fstat(handle)):
                return partial, handle
        os.close(handle)


def _remove_dead(partial: Path) -> bool:
    try:
        if sys.platform == "win32":
            partial.unlink()
            return True
        handle = os.open(partial, os.O_RDWR)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            partial.unlink()
        finally:
            os.close(handle)
    except OSError:  # locked by its writer, gone, or not to be removed
        return False
    return True


def _publish(partial: Path, output: Path, overwrite: bool, same: Callable[[Path, Path], bool] | None) -> None:
    if not overwrite:
        # A link, unlike a move, fails where a file has appeared meanwhile.
        try:
            os.link(partial, output)
            return
        except FileExistsError:
            if same is not None and output.is_file() and same(partial, output):
                return
            raise
        except OSError:  # a file system without hard links: of two at the same moment the later one wins, whole
            if os.path.lexists(output):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(output)) from None
    partial.replace(output)


def _host() -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "-", socket.gethostname())[:40]
