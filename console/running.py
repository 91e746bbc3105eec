"""Running a command: what can be expected to go wrong is one line on stderr, with a status."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, NamedTuple, NoReturn

import click

from .say import Say

# NumPy's BLAS would start a thread for every core when it is imported, which takes a third of a command's start. What
# commands do at once they do in threads of their own.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

WRONG_REQUEST, FAILED, INTERRUPTED, HUNG_UP, TERMINATED = 2, 1, 130, 129, 143


class Prepared(NamedTuple):
    """A command and the exceptions that are messages to its user.

    Parameters
    ----------
    command : click.Command
    wrong : tuple of exception types
        The request cannot be met: status 2.
    failed : tuple of exception types
        The job failed: status 1. Errors of the operating system are always among them.
    """

    command: click.Command
    wrong: tuple[type[Exception], ...] = ()
    failed: tuple[type[Exception], ...] = ()


class _Terminated(BaseException):
    """SIGTERM or SIGHUP, as an exception, so that whatever is open closes in order."""


def run(
    program: str,
    prepare: Callable[[], Prepared],
    needs: str = "",
    stack: frozenset[str] = frozenset(),
    argv: list[str] | None = None,
) -> NoReturn:
    """Run a command and exit.

    Parameters
    ----------
    program : str
        Its name.
    prepare : callable
        Gives the command; it may import what takes long.
    needs : str
        What to install where one of the packages in `stack` is missing.
    argv : list of str, optional
        Arguments; None: the process's own.
    """
    _open_streams()
    say = Say(program)
    status = INTERRUPTED
    try:
        with _terminated_in_order():
            status = _run(program, prepare(), say, argv)
    except ModuleNotFoundError as error:
        missing = (error.name or "").split(".")[0]
        if missing not in stack:
            raise
        say.trouble(f"needs {missing}, which is not installed; try: pip install '{needs}'")
        status = FAILED
    except (click.Abort, KeyboardInterrupt):
        say.trouble("stopped; nothing unfinished was left behind")
    except _Terminated as end:
        say.trouble("ended by the system; nothing unfinished was left behind")
        status = end.args[0]
    except BrokenPipeError:  # whoever reads had enough; Python must not complain again when it flushes at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = FAILED
    sys.exit(status)


def _run(program: str, prepared: Prepared, say: Say, argv: list[str] | None) -> int:
    try:
        result = prepared.command.main(args=argv, prog_name=program, standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return WRONG_REQUEST
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx is not None else program
        # A sentence of click's own ends with a stop.
        say.trouble(f"{error.format_message().rstrip('.')} (see {where} --help)")
        return error.exit_code
    except click.ClickException as error:
        say.trouble(error.format_message())
        return error.exit_code
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except prepared.wrong as error:
        say.trouble(str(error))
        return WRONG_REQUEST
    except prepared.failed as error:
        say.trouble(str(error))
        return FAILED
    except BrokenPipeError:
        raise
    except OSError as error:
        say.trouble(f"{error.filename}: {error.strerror}" if error.filename and error.strerror else str(error))
        return FAILED


@contextlib.contextmanager
def _terminated_in_order() -> Iterator[None]:
    statuses = {signal.SIGTERM: TERMINATED}
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as under nohup
        statuses[signal.SIGHUP] = HUNG_UP

    def stop(number: int, _frame: FrameType | None) -> None:
        raise _Terminated(statuses[signal.Signals(number)])

    try:
        before = {number: signal.signal(number, stop) for number in statuses}
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _open_streams() -> None:
    """Give closed standard streams something to write to, and let a narrow encoding escape what it cannot hold.

    A file that is opened while a standard descriptor is free would get its number, and the messages with it.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - no path to open
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextlib.contextmanager
def quiet_libraries() -> Iterator[None]:
    """Keep what C libraries print about hostile files off stderr; what Python prints goes there as ever."""
    try:
        own = os.dup(2)
    except OSError:
        yield
        return
    stream = sys.stderr
    with contextlib.suppress(OSError, AttributeError, ValueError):
        stream.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    is_process_own = _descriptor_of(stream) == 2
    if is_process_own:
        sys.stderr = open(own, "w", encoding=stream.encoding, errors=stream.errors, buffering=1, closefd=False)  # noqa: SIM115
    try:
        yield
    finally:
        if is_process_own:
            sys.stderr.flush()
            sys.stderr = stream
        os.dup2(own, 2)
        os.close(own)


def _descriptor_of(stream: Any) -> int:
    try:
        return int(stream.fileno())
    except (OSError, AttributeError, ValueError):
        return -1
