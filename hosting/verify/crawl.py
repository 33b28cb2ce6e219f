"""Sends the requests of all checks in several threads, and asks again for what differs."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from hosting.answers.comparison import Answer, differences
from hosting.verify.http_client import HttpClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hosting.answers.comparison import Difference
    from hosting.verify.checks import Check
    from hosting.verify.http_client import ClientOptions

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 10.0
_REFRESH_S = 0.1


class Progress(Protocol):
    """Shows how far the checks are."""

    def show(self, done: int, total: int, note: str = "") -> None:
        """Show the number of answers, and a note."""


class Clock(NamedTuple):
    """The time, and a pause."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Result:
    """A check with its last answer.

    Attributes:
        check: the check.
        answer: the last answer.
        differences: the differences of that answer.
        attempts: how often it was asked for.
    """

    check: Check
    answer: Answer
    differences: tuple[Difference, ...]
    attempts: int = 1


@dataclass(frozen=True)
class Crawl:
    """How the requests are sent.

    Attributes:
        options: what all connections share.
        concurrency: the number of threads.
        wait_s: for how long to ask again for what differs.
        progress: shows how far it is.
        clock: the time.
    """

    options: ClientOptions
    concurrency: int
    wait_s: float
    progress: Progress
    clock: Clock = field(default_factory=Clock)

    def run(self, checks: Sequence[Check]) -> list[Result]:
        """Return the results in the order of the checks; what differs is asked for again, with growing pauses."""
        results = self._once(checks)
        deadline, pause = self.clock.now() + self.wait_s, _FIRST_PAUSE_S
        while (wrong := [index for index, result in enumerate(results) if result.differences]) and (
            left := deadline - self.clock.now()
        ) > 0:
            note = f"{len(wrong)} differ; asking again for up to {left:.0f} s"
            self.progress.show(len(results) - len(wrong), len(results), note)
            self.clock.sleep(min(pause, left))
            pause = min(2 * pause, _LONGEST_PAUSE_S)
            for index, again in zip(wrong, self._once([results[index].check for index in wrong]), strict=True):
                results[index] = replace(again, attempts=results[index].attempts + 1)
        return results

    def _once(self, checks: Sequence[Check]) -> list[Result]:
        """Return the results of one request for each check."""
        work = _Work(checks)
        threads = [
            threading.Thread(target=work.run, args=(self.options,), daemon=True)
            for _ in range(min(self.concurrency, len(checks)))
        ]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                while thread.is_alive():
                    thread.join(_REFRESH_S)
                    self.progress.show(work.done, len(checks))
        except BaseException:
            work.stop()
            raise
        return work.results()


class _Work:
    """The checks that the threads share."""

    def __init__(self, checks: Sequence[Check]) -> None:
        self._checks = checks
        self._results: list[Result | None] = [None] * len(checks)
        self._next = iter(range(len(checks)))
        self._lock = threading.Lock()
        self._error: BaseException | None = None
        self.done = 0

    def run(self, options: ClientOptions) -> None:
        """Take one check after another; an unexpected error ends all threads."""
        try:
            with HttpClient(options) as client:
                for index in self._indexes():
                    answer = client.answer(self._checks[index])
                    check = self._checks[index]
                    self._results[index] = Result(check, answer, tuple(differences(check.expected, answer)))
                    self.done += 1
        except BaseException as error:  # noqa: BLE001 - raised again in the main thread
            self._error = error
            self.stop()

    def stop(self) -> None:
        """Let no thread take another check."""
        with self._lock:
            self._next = iter(())

    def results(self) -> list[Result]:
        """Return the results; raise the error of a thread."""
        if self._error is not None:
            raise self._error
        return [result for result in self._results if result is not None]

    def _indexes(self) -> Iterator[int]:
        while True:
            with self._lock:
                index = next(self._next, None)
            if index is None:
                return
            yield index
