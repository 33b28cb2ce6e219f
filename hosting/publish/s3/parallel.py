"""Parallel requests with retries, backoff and jitter; with fewer at a time after S3 answers SlowDown."""

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

# Enough for a thousand requests a second with a round trip of 30 ms.
MAX_PARALLEL = 32
_ATTEMPTS = 8
_FIRST_WAIT_S = 0.1
_MAX_WAIT_S = 10.0
# Raise the limit by one after this many successes.
_SUCCESSES_TO_RAISE = 50
_REPORT_INTERVAL_S = 1.0


@dataclass
class ParallelLimit:
    """The number of requests that may run at once: halved after SlowDown, raised by one after many successes.

    Attributes:
        limit: the current number.
    """

    limit: int = MAX_PARALLEL
    _running: int = 0
    _successes: int = 0
    _halvings: int = 0
    _condition: threading.Condition = field(default_factory=threading.Condition)

    def begin(self) -> int:
        """Wait until a request may run, and return the number of halvings so far, for ``end``."""
        with self._condition:
            while self._running >= self.limit:
                self._condition.wait()
            self._running += 1
            return self._halvings

    def end(self, halvings: int, *, slow_down: bool) -> None:
        """Count a request as finished, and adjust the limit."""
        with self._condition:
            self._running -= 1
            self._successes = 0 if slow_down else self._successes + 1
            # Requests that were sent together are refused together, which is a reason for one halving only.
            if slow_down and halvings == self._halvings:
                self._halvings += 1
                self.limit = max(1, self.limit // 2)
            elif not slow_down and self._successes >= _SUCCESSES_TO_RAISE and self.limit < MAX_PARALLEL:
                self._successes = 0
                self.limit += 1
            self._condition.notify()


class ParallelRunner:
    """Runs many jobs in parallel."""

    def __init__(self, limit: ParallelLimit | None = None, sleep: Callable[[float], None] = time.sleep) -> None:
        self._limit = limit or ParallelLimit()
        self._sleep = sleep

    def run(self, jobs: Sequence[_Job], do: Callable[[_Job], None], report: Callable[[int], None]) -> None:
        """Run ``do`` with each of ``jobs``, in any order; ``report`` gets the number done, each second and last.

        Raises:
            S3Error: a job failed permanently; no other job is started after that.
        """
        run = _Run(jobs, do, self)
        workers = [threading.Thread(target=run.work, daemon=True) for _ in range(min(MAX_PARALLEL, len(jobs)))]
        for worker in workers:
            worker.start()
        try:
            while any(worker.is_alive() for worker in workers):
                run.ended.wait(_REPORT_INTERVAL_S)
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

    def run_with_retries(self, job: Callable[[], None]) -> None:
        """Run one job, and retry it after transient errors.

        Raises:
            S3Error: the error is not transient, or the last attempt failed.
        """
        for attempt in range(_ATTEMPTS):
            halvings = self._limit.begin()
            slow_down = False
            try:
                job()
            except S3Error as error:
                slow_down = error.slow_down
                if not error.is_transient or attempt + 1 == _ATTEMPTS:
                    raise
            else:
                return
            finally:
                self._limit.end(halvings, slow_down=slow_down)
            max_wait = min(_MAX_WAIT_S, _FIRST_WAIT_S * 2**attempt)
            self._sleep(random.uniform(max_wait / 4, max_wait))  # noqa: S311 - jitter, not a secret


class _Run:
    def __init__(self, jobs: Sequence[object], do: Callable[..., None], runner: ParallelRunner) -> None:
        self.done = 0
        self.failure: BaseException | None = None
        self.ended = threading.Event()
        self._jobs = iter(jobs)
        self._total = len(jobs)
        self._do = do
        self._runner = runner
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
                self._runner.run_with_retries(lambda job=job: self._do(job))  # type: ignore[misc]  # mypy: a lambda's default
            except BaseException as error:  # noqa: BLE001 - raised again by `ParallelRunner.run`
                self._fail(error)
                return
            with self._lock:
                self.done += 1
                if self.done == self._total:
                    self.ended.set()

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            self.failure = self.failure or error
            self._jobs = iter(())
            self.ended.set()
