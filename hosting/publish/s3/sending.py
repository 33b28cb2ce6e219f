"""Many requests at once: retried with backoff and jitter, fewer at a time when S3 asks for that."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from hosting.publish.s3.errors import S3Error

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_Job = TypeVar("_Job")

# Enough to hide a round trip of 30 ms at a thousand requests a second.
MOST_AT_ONCE = 32
_ATTEMPTS = 8
_FIRST_WAIT_S = 0.1
_LONGEST_WAIT_S = 10.0
# One more at once after so many that went well.
_CONFIDENCE = 50
_REPORT_S = 1.0


@dataclass
class Pace:
    """How many requests may run at once: halved at SlowDown, one more after many successes.

    Attributes:
        limit: the number.
    """

    limit: int = MOST_AT_ONCE
    _running: int = 0
    _good: int = 0
    _halvings: int = 0
    _condition: threading.Condition = field(default_factory=threading.Condition)

    def begin(self) -> int:
        """Wait for a turn, and return its number for ``end``."""
        with self._condition:
            while self._running >= self.limit:
                self._condition.wait()
            self._running += 1
            return self._halvings

    def end(self, turn: int, *, slow_down: bool) -> None:
        """Give the turn back, and learn from how it went."""
        with self._condition:
            self._running -= 1
            self._good = 0 if slow_down else self._good + 1
            # Requests that were on their way together are refused together: that asks for one halving, not for many.
            if slow_down and turn == self._halvings:
                self._halvings += 1
                self.limit = max(1, self.limit // 2)
            elif not slow_down and self._good >= _CONFIDENCE and self.limit < MOST_AT_ONCE:
                self._good = 0
                self.limit += 1
            self._condition.notify()


class Sender:
    """Does a job for each of many things."""

    def __init__(self, pace: Pace | None = None, sleep: Callable[[float], None] = time.sleep) -> None:
        self.pace = pace or Pace()
        self._sleep = sleep

    def send(self, jobs: Sequence[_Job], do: Callable[[_Job], None], report: Callable[[int], None]) -> None:
        """Do all ``jobs``, in no order; ``report`` gets the number done, every second and at the end.

        Raises:
            S3Error: S3 refused one for good; no other is begun after that.
        """
        run = _Run(jobs, do, self)
        workers = [threading.Thread(target=run.work, daemon=True) for _ in range(min(MOST_AT_ONCE, len(jobs)))]
        for worker in workers:
            worker.start()
        try:
            while any(worker.is_alive() for worker in workers):
                run.ended.wait(_REPORT_S)
                if run.ended.is_set():
                    break
                report(run.done)
        finally:
            run.stop()
            for worker in workers:
                worker.join()
        if run.failure is not None:
            raise run.failure
        report(run.done)

    def try_hard(self, job: Callable[[], None]) -> None:
        """Do one job, again and again while what fails may pass.

        Raises:
            S3Error: it does not pass, or not in time.
        """
        for attempt in range(_ATTEMPTS):
            turn = self.pace.begin()
            slow_down = False
            try:
                job()
            except S3Error as error:
                slow_down = error.slow_down
                if not error.passing or attempt + 1 == _ATTEMPTS:
                    raise
            else:
                return
            finally:
                self.pace.end(turn, slow_down=slow_down)
            longest = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2**attempt)
            self._sleep(random.uniform(longest / 4, longest))  # noqa: S311 - jitter, no secret


class _Run:
    def __init__(self, jobs: Sequence[object], do: Callable[..., None], sender: Sender) -> None:
        self.done = 0
        self.failure: BaseException | None = None
        self.ended = threading.Event()
        self._jobs = iter(jobs)
        self._left = len(jobs)
        self._do = do
        self._sender = sender
        self._lock = threading.Lock()
        if not jobs:
            self.ended.set()

    def stop(self) -> None:
        with self._lock:
            self._jobs = iter(())

    def work(self) -> None:
        while True:
            with self._lock:
                job = next(self._jobs, self)
            if job is self:
                return
            try:
                self._sender.try_hard(lambda job=job: self._do(job))  # type: ignore[misc]  # mypy: a lambda's default
            except BaseException as error:  # noqa: BLE001 - raised where the sending was asked for
                self._fail(error)
                return
            with self._lock:
                self.done += 1
                if self.done == self._left:
                    self.ended.set()

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            self.failure = self.failure or error
            self._jobs = iter(())
            self.ended.set()
