"""The processes of this machine: each has a pipe to this one and renders one group at a time.

A worker that dies (killed, out of memory) is replaced and its group given to another, once. Workers end when this
process asks them to, and by themselves when it is gone: their pipes end then.
"""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import os
import signal
import sys
import time
import types
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import FrameType

from .request import Group, Outcome, Request

#: Called with the number of a group, the frames done and the frames there are.
Watch = Callable[[int, int, int], None]

_MOST_TRIES = 2
_REPORT_EVERY_S = 0.1
_PATIENCE_S = 10.0  # for workers that are asked to end
#: Libraries that would start as many threads as there are cores, in each of as many processes.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass
class _Worker:
    process: SpawnProcess
    pipe: Connection
    number: int | None = None  # of the group it renders


def run_here(
    groups: Sequence[Group], request: Request, watch: Watch
) -> Generator[tuple[int, list[Outcome]], None, None]:
    """Render groups one after the other in this process; yield each with its number."""
    from .worker import work

    for number, group in enumerate(groups):
        yield number, work(group, request, functools.partial(watch, number))


def run_processes(
    groups: Sequence[Group], request: Request, count: int, watch: Watch
) -> Generator[tuple[int, list[Outcome]], None, None]:
    """Render groups in `count` processes; yield each with its number as it is done."""
    from .worker import failed

    waiting = deque(range(len(groups)))
    tries = [0] * len(groups)
    workers = [_start(request) for _ in range(min(count, len(groups)))]
    try:
        while waiting or any(worker.number is not None for worker in workers):
            for worker in workers:
                if worker.number is None and waiting:
                    worker.number = waiting.popleft()
                    tries[worker.number] += 1
                    with contextlib.suppress(OSError):  # a worker that died: its pipe tells so below
                        worker.pipe.send((worker.number, groups[worker.number]))
            for pipe in wait([worker.pipe for worker in workers]):
                worker = next(w for w in workers if w.pipe is pipe)
                try:
                    kind, number, what = worker.pipe.recv()
                except (EOFError, OSError):
                    number_lost = worker.number
                    worker.process.join()
                    workers[workers.index(worker)] = _start(request)
                    if number_lost is not None and tries[number_lost] < _MOST_TRIES:
                        waiting.appendleft(number_lost)
                    elif number_lost is not None:
                        how = f"the process that rendered it died (exit status {worker.process.exitcode}), twice"
                        yield number_lost, failed(groups[number_lost], how)
                    continue
                if kind == "progress":
                    watch(number, *what)
                else:
                    worker.number = None
                    yield number, what
    finally:
        _stop(workers)


def _start(request: Request) -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, request), daemon=True)
    with _inherited():
        process.start()
    theirs.close()
    return _Worker(process, ours)


@contextlib.contextmanager
def _inherited() -> Iterator[None]:
    """What a new process should find: one thread for each, and Ctrl-C blocked, which is for its parent to answer.

    And no main module: multiprocessing would run the user's script again in every worker, which needs nothing of it.
    """
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update({name: value for name, value in _ONE_THREAD.items() if before[name] is None})
    main, sys.modules["__main__"] = sys.modules["__main__"], types.ModuleType("__main__")
    masks = hasattr(signal, "pthread_sigmask")
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masks else set()
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        if masks:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)


def _stop(workers: list[_Worker]) -> None:
    for worker in workers:
        worker.pipe.close()  # an idle one ends by this
        if worker.number is not None:
            worker.process.terminate()
    deadline = time.monotonic() + _PATIENCE_S
    for worker in workers:
        worker.process.join(max(0.0, deadline - time.monotonic()))
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()


class _Ended(BaseException):
    """SIGTERM, as an exception, so that an unfinished file is removed."""


def _end(_number: int, _frame: FrameType | None) -> None:
    raise _Ended


def _serve(pipe: Connection, request: Request) -> None:
    """The life of a worker: take groups from the pipe until it ends."""
    with contextlib.suppress(_Ended, EOFError, OSError):
        signal.signal(signal.SIGTERM, _end)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if hasattr(signal, "SIGHUP"):  # the parent gets it too, and asks for an end
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        from .worker import work

        while True:
            number, group = pipe.recv()
            outcomes = work(group, request, _Reporter(pipe, number))
            pipe.send(("done", number, outcomes))


class _Reporter:
    """Sends progress, now and then."""

    def __init__(self, pipe: Connection, number: int) -> None:
        self._pipe, self._number, self._last = pipe, number, 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._last >= _REPORT_EVERY_S:
            self._last = now
            self._pipe.send(("progress", self._number, (done, total)))
