"""One call for all threads that wait for its result."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Result = TypeVar("_Result")


class SharedCall(Generic[_Result]):
    """Calls a function once for all threads that wait at the same time.

    Each thread gets the result of a call that began after its own request, so nobody gets an outdated result.

    Attributes:
        waiting: the number of threads that share the next call.
    """

    def __init__(self, function: Callable[[], _Result]) -> None:
        self.waiting = 0
        self._function = function
        self._next: Future[_Result] | None = None
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def result(self) -> _Result:
        """Return the function's result, or raise its exception."""
        with self._lock:
            joined, self.waiting = self._next, self.waiting + 1
            shared = joined or Future()
            self._next = shared
        if joined is None:
            self._call(shared)
        return shared.result()

    def _call(self, shared: Future[_Result]) -> None:
        """Call the function after the running call has ended."""
        with self._turn:
            with self._lock:
                self._next, self.waiting = None, 0
            try:
                shared.set_result(self._function())
            except BaseException as error:  # noqa: BLE001 - raised in each of the threads
                shared.set_exception(error)
