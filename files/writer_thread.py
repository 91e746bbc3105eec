"""A second thread that works a few items behind the first: what is rendered is written while the next is read."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Generic, TypeVar

Item = TypeVar("Item")

_DEPTH = 2


class WriterThread(Generic[Item]):
    """Calls a function with every item, in order, in a thread of its own.

    An error of the function is raised by the next `put`, or at the end; when the block ends by an error of its own,
    what waits is dropped. After the block the thread is gone, whatever interrupts the waiting for it.
    """

    def __init__(self, function: Callable[[Item], None]) -> None:
        self._function = function
        self._items: queue.Queue[tuple[Item] | None] = queue.Queue(_DEPTH)
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._error: BaseException | None = None
        self._dropping = False

    def put(self, item: Item) -> None:
        """Hand over an item; waits while two others wait."""
        if self._error is not None:
            raise self._error
        self._items.put((item,))

    def __enter__(self) -> WriterThread[Item]:
        """Start the thread."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for what is left, or drop it."""
        self._dropping = error is not None
        interruption: BaseException | None = None
        while self._thread.is_alive():
            try:
                self._items.put(None)
                self._thread.join()
            except BaseException as stop:  # Ctrl-C: the thread still writes to a file that must not be closed yet
                self._dropping, interruption = True, stop
        if interruption is not None:
            raise interruption
        if error is None and self._error is not None:
            raise self._error

    def _work(self) -> None:
        while (item := self._items.get()) is not None:
            if self._error is not None or self._dropping:
                continue
            try:
                self._function(item[0])
            except BaseException as error:  # raised again in the thread that put it
                self._error = error
