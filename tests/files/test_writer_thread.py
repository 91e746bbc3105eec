"""A second thread: everything, in order, errors where they can be answered, nothing left running."""

import threading
import time

import pytest

from semeq.files.writer_thread import WriterThread


def test_everything_is_done_in_order_before_the_block_ends():
    done = []

    def slowly(item):
        time.sleep(0.001)
        done.append((item, threading.current_thread() is threading.main_thread()))

    with WriterThread(slowly) as behind:
        for number in range(50):
            behind.put(number)
    assert done == [(number, False) for number in range(50)]


def run(function, items, stop=None):
    with WriterThread(function) as behind:
        for item in items:
            behind.put(item)
        if stop is not None:
            raise stop


def test_an_error_comes_back_and_ends_the_work():
    done = []

    def fails(item):
        if item == 3:
            raise OSError("full")
        done.append(item)

    with pytest.raises(OSError, match="full"):
        run(fails, range(1000))
    assert done == [0, 1, 2]
    with pytest.raises(OSError, match="full"):
        run(fails, [3])  # the last one


@pytest.mark.parametrize("stop", [KeyboardInterrupt, ValueError])
def test_an_interrupted_block_drops_what_waits_and_leaves_no_thread(stop):
    before = threading.active_count()
    done = []
    with pytest.raises(stop):
        run(lambda item: (time.sleep(0.05), done.append(item)), [1, 2], stop)
    assert len(done) <= 1
    assert threading.active_count() == before
