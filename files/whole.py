"""Outputs that are whole or absent: written beside their place under a name of our own, then moved there at once.

The name of an unfinished file says which machine writes it, and its writer holds a lock on it (``flock``) for as long
as it lives. So what a killed process left behind can be told from what a living one is writing, and be removed.
"""

from __future__ import annotations

import contextlib
import filecmp
import os
import re
import secrets
import socket
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import AudioFileError
from .ogg import same_stream

if sys.platform != "win32":  # where a file that is open cannot be removed anyway
    import fcntl

_LONGEST_NAME = 255  # bytes, on every common file system
_OURS = re.compile(r"\..*\.semeq-(?P<host>[A-Za-z0-9_-]*)-\d+-[0-9a-f]{8}\.partial(\.[^.]*)?", re.DOTALL)


def refuse_existing(output: Path, source: Path | None = None, overwrite: bool = False) -> None:
    """Raise `AudioFileError` where `output` is the input itself, or exists and is not to be replaced."""
    with _explained(output):
        if source is not None and output.exists() and source.exists() and output.samefile(source):
            raise AudioFileError(f"{output}: is the input itself, which is never overwritten; choose another --out")
        if os.path.lexists(output) and not overwrite:
            raise AudioFileError(f"{output}: exists already; use --overwrite to replace it")


@contextmanager
def replacing(
    output: Path, source: Path | None = None, overwrite: bool = False, compare: bool = False
) -> Iterator[Path]:
    """Give a temporary path beside `output` to write to; move it there on success, remove it on any failure.

    Where `overwrite` is not set and `output` exists, that is an `AudioFileError`; with `compare`, or where another
    process wrote it meanwhile, only if it is not equal to the new file.
    """
    refuse_existing(output, source, overwrite or compare)
    with _explained(output):
        output.parent.mkdir(parents=True, exist_ok=True)
        partial, handle = _begin(output)
    try:
        with _explained(output):
            yield partial
            partial.chmod(0o666 & ~_umask())
            if sys.platform == "win32":
                os.close(handle)
                handle = -1
            _publish(partial, output, overwrite)
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        if handle >= 0:
            os.close(handle)


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


def is_unfinished(name: str) -> bool:
    """Whether a file of this name is one that is being written, or was left."""
    return _OURS.fullmatch(name) is not None


def _begin(output: Path) -> tuple[Path, int]:
    """Create the unfinished file of an output, and lock it; its path and its open descriptor."""
    while True:
        mark = f".semeq-{_host()}-{os.getpid()}-{secrets.token_hex(4)}.partial{output.suffix}"
        stem = os.fsencode(output.stem)[: max(0, _LONGEST_NAME - 1 - len(os.fsencode(mark)))]
        partial = output.parent / f".{stem.decode(errors='ignore')}{mark}"
        handle = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
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


def _publish(partial: Path, output: Path, overwrite: bool) -> None:
    if not overwrite:
        # A link, unlike a move, fails where a file has appeared meanwhile.
        try:
            os.link(partial, output)
            return
        except FileExistsError:
            if output.is_file() and (filecmp.cmp(partial, output, shallow=False) or same_stream(partial, output)):
                return
            raise AudioFileError(f"{output}: was written by another process meanwhile; it is left as it is") from None
        except OSError:  # a file system without hard links
            if os.path.lexists(output):
                raise AudioFileError(f"{output}: exists already; use --overwrite to replace it") from None
    partial.replace(output)


@contextmanager
def _explained(output: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise AudioFileError(f"{output}: cannot be written ({error.strerror or error})") from None


def _host() -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "-", socket.gethostname())[:40]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
