"""One call for all threads that wait for its result."""

from __future__ import annotations

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox.gateway.shared_call import SharedCall


def test_threads_that_wait_share_the_next_call() -> None:
    """Who comes while a call runs gets the result of the next one, which is one call for all of them."""
    numbers = itertools.count(1)
    release = threading.Event()

    def call() -> int:
        release.wait(10)
        return next(numbers)

    shared = SharedCall(call)
    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(shared.result)
        while not first.running() or shared.waiting:
            time.sleep(0.001)
        others = [threads.submit(shared.result) for _ in range(3)]
        while shared.waiting < len(others):
            time.sleep(0.001)
        release.set()
        assert first.result() == 1
        assert [one.result() for one in others] == [2, 2, 2]
    assert shared.result() == 3


def test_an_error_is_raised_in_the_calling_thread() -> None:
    """A failed call is not kept: the next one calls again."""
    results = iter([1])
    shared = SharedCall(lambda: next(results))
    assert shared.result() == 1
    for _ in range(2):
        with pytest.raises(StopIteration):
            shared.result()
