"""The threads of a batch: each renders one group at a time.

Reading, filtering, encoding and writing are C and C++, which other threads need not wait for, and a thread costs
nothing to start. Whoever stops listening stops them too: each looks up between blocks, and removes what it has not
finished.
"""

from __future__ import annotations

import functools
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence

from .request import Group, Outcome, Request
from .worker import work

#: Called with the number of a group, the frames done and the frames there are.
Watch = Callable[[int, int, int], None]

_REPORT_EVERY_S = 0.1
_LOOK_UP_EVERY_S = 0.5  # on systems where a waiting thread does not hear Ctrl-C


class _Stopped(BaseException):
    """Nobody listens any more."""


def run_here(
    groups: Sequence[Group], request: Request, watch: Watch
) -> Generator[tuple[int, list[Outcome]], None, None]:
    """Render groups one after the other in this thread; yield each with its number."""
    for number, group in enumerate(groups):
        yield number, work(group, request, functools.partial(watch, number))


def run_threads(
    groups: Sequence[Group], request: Request, count: int, watch: Watch
) -> Generator[tuple[int, list[Outcome]], None, None]:
    """Render groups in `count` threads; yield each with its number as it is done. `watch` is called in this one."""
    crew = _Crew(groups, request, min(count, len(groups)))
    left = len(groups)
    try:
        crew.start()
        while left:
            number, what = crew.news()
            if isinstance(what, tuple):
                watch(number, *what)
            else:
                left -= 1
                yield number, what
    finally:
        crew.stop()


class _Crew:
    """Threads that take groups until there are none."""

    def __init__(self, groups: Sequence[Group], request: Request, count: int) -> None:
        self._waiting, self._request = deque(enumerate(groups)), request
        self._news: queue.SimpleQueue[tuple[int, list[Outcome] | tuple[int, int]]] = queue.SimpleQueue()
        self._stopping = False
        self._threads = [threading.Thread(target=self._serve, daemon=True) for _ in range(count)]

    def start(self) -> None:
        """Begin; an interruption may come before all have begun, and `stop` is due then as well."""
        for thread in self._threads:
            thread.start()

    def news(self) -> tuple[int, list[Outcome] | tuple[int, int]]:
        """The number of a group, and what became of it, or its frames done and the frames there are; waits for it."""
        while True:
            try:
                return self._news.get(timeout=_LOOK_UP_EVERY_S)
            except queue.Empty:
                continue

    def stop(self) -> None:
        """Drop what is unfinished, and wait for the threads, whatever interrupts the waiting."""
        self._stopping = True
        interruption: BaseException | None = None
        while running := [thread for thread in self._threads if thread.is_alive()]:
            try:
                running[0].join()
            except BaseException as stop:
                interruption = stop
        if interruption is not None:
            raise interruption

    def _serve(self) -> None:
        while not self._stopping:
            try:
                number, group = self._waiting.popleft()
            except IndexError:
                return
            try:
                outcomes = work(group, self._request, self._reporter(number))
            except _Stopped:
                return
            self._news.put((number, outcomes))

    def _reporter(self, number: int) -> Callable[[int, int], None]:
        last = 0.0

        def report(done: int, total: int) -> None:
            nonlocal last
            if self._stopping:
                raise _Stopped
            now = time.monotonic()
            if now - last >= _REPORT_EVERY_S:
                last = now
                self._news.put((number, (done, total)))

        return report
