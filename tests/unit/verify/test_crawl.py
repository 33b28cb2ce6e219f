"""The crawl: threads, and asking again for what differs. And its progress."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from io import StringIO

import pytest

from hosting.answers.expected import Expected
from hosting.progress import ProgressBar
from hosting.verify.checks import Check
from hosting.verify.crawl import Clock, Crawl
from hosting.verify.http_client import ClientOptions, HttpClient
from tests.unit.verify.server import ChosenAnswers, Page


@dataclass
class FakeTime:
    """A clock that only pauses advance; and the pauses and the progress of a crawl."""

    seconds: float = 0.0
    pauses: list[float] = field(default_factory=list)
    shown: list[tuple[int, int, str]] = field(default_factory=list)

    def now(self) -> float:
        """Return the time."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Advance."""
        self.pauses.append(seconds)
        self.seconds += seconds

    def show(self, done: int, total: int, note: str = "") -> None:
        """Keep what is shown."""
        self.shown.append((done, total, note))


def crawl_of(url: str, time: FakeTime, wait_s: float = 60) -> Crawl:
    """Return a crawl with three threads."""
    options = ClientOptions(url, ssl.create_default_context())
    return Crawl(options, 3, wait_s, time, Clock(time.now, time.sleep))


def checks_of(url: str, *paths: str) -> list[Check]:
    """Return checks for status 200."""
    return [Check("files", url + path, (Expected(200),)) for path in paths]


def test_all_checks_are_asked_for_once() -> None:
    """The results are in the order of the checks, and there is no pause when all are right."""
    time, paths = FakeTime(), [f"/{number}" for number in range(50)]
    with ChosenAnswers({path: [Page()] for path in paths}) as server:
        results = crawl_of(server.url, time).run(checks_of(server.url, *paths))
        assert [result.check.url for result in results] == [server.url + path for path in paths]
        assert sorted(path for path, _ in server.requests) == sorted(paths)
        assert server.connections == 3
    assert not any(result.differences for result in results)
    assert time.pauses == []
    assert time.shown[-1] == (50, 50, "")


def test_what_is_stale_is_asked_for_again() -> None:
    """Only that, after growing pauses, until it is right."""
    time, stale = FakeTime(), Page(status=404)
    with ChosenAnswers({"/a": [Page()], "/b": [stale, stale, Page()]}) as server:
        results = crawl_of(server.url, time).run(checks_of(server.url, "/a", "/b"))
        assert sorted(path for path, _ in server.requests) == ["/a", "/b", "/b", "/b"]
    assert [(result.attempts, len(result.differences)) for result in results] == [(1, 0), (3, 0)]
    assert time.pauses == [1, 2]
    assert (1, 2, "1 differ; asking again for up to 60 s") in time.shown


def test_what_stays_wrong_is_reported_after_the_wait() -> None:
    """The pauses grow to ten seconds, and the last one ends with the wait."""
    time = FakeTime()
    with ChosenAnswers({}) as server:
        (result,) = crawl_of(server.url, time).run(checks_of(server.url, "/a"))
    assert [str(difference) for difference in result.differences] == ["status is 404, not 200"]
    assert time.pauses == [1, 2, 4, 8, 10, 10, 10, 10, 5]
    assert result.attempts == 10
    with ChosenAnswers({}) as server:
        (result,) = crawl_of(server.url, FakeTime(), wait_s=0).run(checks_of(server.url, "/a"))
    assert result.attempts == 1


def test_an_unexpected_error_of_a_thread_ends_the_crawl(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is raised where the crawl was started."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(HttpClient, "answer", fail)
    with pytest.raises(ZeroDivisionError):
        crawl_of("http://localhost:1", FakeTime()).run(checks_of("http://localhost:1", "/a"))


def test_an_interrupt_ends_the_crawl() -> None:
    """Ctrl-C in the main thread lets no thread take another check."""

    class Interrupted(FakeTime):
        def show(self, *_: object) -> None:
            raise KeyboardInterrupt

    paths = [f"/{number}" for number in range(2_000)]
    with ChosenAnswers({}) as server, pytest.raises(KeyboardInterrupt):
        crawl_of(server.url, Interrupted()).run(checks_of(server.url, *paths))
    assert len(server.requests) < len(paths)


class Terminal(StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_a_bar_on_a_terminal() -> None:
    """It is rewritten in place, and erased at the end."""
    out = Terminal()
    with ProgressBar(out) as bar:
        bar.show(0, 0)
        bar.show(1_500, 3_000, "1,500 differ")
    lines = out.getvalue().split("\r\033[K")[1:]
    assert lines == [f"[{'.' * 30}] 0 of 0", f"[{'#' * 15}{'.' * 15}] 1,500 of 3,000 1,500 differ", ""]


def test_a_line_every_ten_seconds_elsewhere() -> None:
    """A log has no bar."""
    time, out = FakeTime(), StringIO()
    with ProgressBar(out, time.now) as bar:
        for seconds in (5, 6, 5, 6):
            time.sleep(seconds)
            bar.show(int(time.now()), 100)
    assert out.getvalue() == "11 of 100\n22 of 100\n"
