"""What an edge location keeps, how long, and what it forgets, as AWS documents it."""

from __future__ import annotations

import asyncio
from email.utils import formatdate
from typing import TYPE_CHECKING
from unittest.mock import ANY

import pytest

from sandbox.emulator.edge_cache import Answer, Ask, EdgeCache, Key, Limits, answered

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

POLICY = {"MinTTL": 60, "DefaultTTL": 86400, "MaxTTL": 31536000}
LIMITS = Limits.of(POLICY, {403: 300, 404: 300})
PAGE = Answer(200, "OK", {"etag": '"one"', "content-type": "text/html", "last-modified": formatdate(1000)}, b"one")
KEY = Key("arn", "", "/index.html")


class Clock:
    """A time that goes on when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Origin:
    """Answers as it is told to, and keeps what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[Mapping[str, str]] = []

    async def send(self, headers: Mapping[str, str]) -> Answer:
        self.asked.append(headers)
        return self.answer


def run(coroutine: Coroutine[object, object, tuple[Answer, bool]]) -> tuple[Answer, bool]:
    """Run in a loop of its own: `asyncio.run` would take the thread's from tests that have use for it."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()


def ask(cache: EdgeCache, origin: Origin, key: Key = KEY, method: str = "GET", **headers: str) -> tuple[Answer, bool]:
    """Ask the edge; `if_none_match` stands for the header."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return run(answered(cache, key, LIMITS, Ask(method, told, origin.send)))


# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
CACHING_OPTIMIZED = Limits.of({"MinTTL": 1, "DefaultTTL": 86400, "MaxTTL": 31536000}, {})
CACHING_DISABLED = Limits.of({"MinTTL": 0, "DefaultTTL": 0, "MaxTTL": 0}, {})


@pytest.mark.parametrize(
    ("control", "seconds"),
    [
        ("public, max-age=0, must-revalidate, s-maxage=3600", 3600),
        ("public, max-age=0, must-revalidate, s-maxage=0", 1),
        ("public, max-age=31536000, immutable", 31536000),
        ("no-store", 1),
        ("private, max-age=600", 1),
        (None, 86400),
    ],
)
def test_the_managed_policies(control: str | None, seconds: int) -> None:
    """CachingOptimized keeps a file for its s-maxage, a second at the least; CachingDisabled keeps none."""
    headers = {} if control is None else {"cache-control": control}
    assert CACHING_OPTIMIZED.of_answer(200, headers) == seconds
    assert CACHING_DISABLED.of_answer(200, headers) == 0


@pytest.mark.parametrize(
    ("control", "seconds"),
    [
        (None, 86400),
        ("public, max-age=3600", 3600),
        ("max-age=3600, s-maxage=7200", 7200),
        ("max-age=5", 60),
        ("max-age=99999999", 31536000),
        ("no-cache", 60),
        ("private, max-age=3600", 60),
        ("no-store", 60),
        ("public", 86400),
    ],
)
def test_how_long_a_file_is_kept(control: str | None, seconds: int) -> None:
    """By what the origin says, within the policy's limits; by its default, if the origin says nothing."""
    assert LIMITS.of_answer(200, {} if control is None else {"cache-control": control}) == seconds


def test_a_policy_without_times_has_awss_own() -> None:
    """A day, or the shortest time if that is longer."""
    assert Limits.of({}, {}).of_answer(200, {}) == 86400
    assert Limits.of({"MinTTL": 100_000}, {}).of_answer(200, {}) == 100_000
    assert Limits.of({"MinTTL": 0, "DefaultTTL": 0, "MaxTTL": 0}, {}).of_answer(200, {}) == 0


def test_a_date_of_expiry_is_a_time_to_live() -> None:
    """`Expires` holds where Cache-Control says nothing; one that is no date says nothing."""
    assert LIMITS.of_answer(200, {"expires": formatdate(0)}) == 60
    assert LIMITS.of_answer(200, {"expires": "never"}) == 86400


@pytest.mark.parametrize(
    ("status", "control", "seconds"),
    [(404, None, 300), (404, "max-age=900", 900), (500, None, 10), (400, None, 0), (400, "max-age=5", 10)],
)
def test_how_long_an_error_is_kept(status: int, control: str | None, seconds: int) -> None:
    """By the distribution, ten seconds if it says nothing; some only if it or the origin says how long."""
    assert LIMITS.of_answer(status, {} if control is None else {"cache-control": control}) == seconds


def test_the_second_visitor_is_answered_by_the_edge() -> None:
    """Until the time is over, whatever the origin has by then."""
    clock, origin = Clock(), Origin(PAGE)
    cache = EdgeCache(clock)
    assert ask(cache, origin) == (PAGE, False)
    origin.answer = PAGE._replace(body=b"two")
    assert ask(cache, origin) == (PAGE, True)
    clock.now = 86400.0
    assert ask(cache, origin) == (origin.answer, False)


def test_each_key_is_kept_for_itself() -> None:
    """Another edge location, another value of a header that the policy names: another answer."""
    cache, origin = EdgeCache(), Origin(PAGE)
    ask(cache, origin)
    for other in (Key("arn", "far", "/index.html"), Key("arn", "", "/index.html", headers=(("x", "2"),))):
        assert ask(cache, origin, other) == (PAGE, False)


def test_who_has_the_file_is_told_so_by_the_edge() -> None:
    """A browser that asks again is answered by what the edge has, and not by the origin's newer file."""
    cache, origin = EdgeCache(), Origin(PAGE)
    not_modified = Answer(304, ANY, {"etag": '"one"', "last-modified": formatdate(1000)}, b"")
    assert ask(cache, origin, if_none_match='"one"') == (not_modified, False)
    # The origin was asked for the file itself, as the edge keeps it.
    assert origin.asked == [{}]
    origin.answer = PAGE._replace(headers={"etag": '"two"'})
    assert ask(cache, origin, if_none_match='"zero", W/"one"') == (not_modified, True)
    assert ask(cache, origin, if_none_match="*") == (not_modified, True)
    assert ask(cache, origin, if_modified_since=formatdate(1000)) == (not_modified, True)
    assert ask(cache, origin, if_modified_since=formatdate(999)) == (PAGE, True)
    assert ask(cache, origin, if_none_match='"two"') == (PAGE, True)


def test_what_the_edge_has_no_answer_to() -> None:
    """Parts of files that it has not, conditions of writers, other methods; HEAD is answered by what it has."""
    cache, origin = EdgeCache(), Origin(PAGE)
    assert ask(cache, origin, method="HEAD") == (PAGE, False)
    ask(cache, origin)
    assert ask(cache, origin, method="HEAD") == (PAGE._replace(body=b""), True)
    assert ask(cache, origin, Key("arn", "", "/other"), range="bytes=0-1") == (PAGE, False)
    assert ask(cache, origin, if_match='"one"') == (PAGE, False)
    assert ask(cache, origin, method="POST") == (PAGE, False)


@pytest.mark.parametrize(
    ("asked", "body", "span"),
    [
        ("bytes=0-1", b"on", "bytes 0-1/3"),
        ("bytes=1-", b"ne", "bytes 1-2/3"),
        ("bytes=1-99", b"ne", "bytes 1-2/3"),
        ("bytes=-2", b"ne", "bytes 1-2/3"),
        ("bytes=-99", b"one", "bytes 0-2/3"),
    ],
)
def test_a_part_of_what_the_edge_has(asked: str, body: bytes, span: str) -> None:
    """One range of a file that is kept is answered by it, as old as that may be."""
    cache, origin = EdgeCache(), Origin(PAGE)
    ask(cache, origin)
    origin.answer = PAGE._replace(body=b"two")
    part, is_hit = ask(cache, origin, range=asked)
    assert (part.status, part.body, part.headers["content-range"], is_hit) == (206, body, span, True)


@pytest.mark.parametrize("asked", ["bytes=3-", "bytes=2-1", "bytes=0-0,2-2", "lines=1-2", "bytes=-"])
def test_other_ranges_are_for_the_origin(asked: str) -> None:
    """It knows what to say of a range that the file has not, and of several."""
    cache, origin = EdgeCache(), Origin(PAGE)
    ask(cache, origin)
    assert ask(cache, origin, range=asked)[1] is False


def test_an_answer_from_before_an_invalidation_is_not_kept_after_it() -> None:
    """It was on its way meanwhile, and may be what is to be forgotten."""
    cache = EdgeCache()

    async def send(_: Mapping[str, str]) -> Answer:
        cache.invalidate("arn", ["/*"])
        return PAGE

    assert run(answered(cache, KEY, LIMITS, Ask("GET", {}, send))) == (PAGE, False)
    assert cache.get(KEY) is None


def test_a_body_that_comes_in_pieces_is_not_kept() -> None:
    """It is gone once it is sent."""
    cache, origin = EdgeCache(), Origin(PAGE._replace(body=iter(())))
    assert [ask(cache, origin)[1] for _ in range(2)] == [False, False]


@pytest.mark.parametrize(
    ("path", "forgotten"),
    [
        ("/docs/a%20b%28.html", True),
        ("/docs/%61%20b%28.html", True),
        ("/docs/a%20b(.html", False),
        ("/docs/a b%28.html", False),
        ("/docs/*", True),
        ("/*", True),
        ("/docs/a%20b", False),
        ("/docs/", False),
        ("/Docs/*", False),
    ],
)
def test_what_an_invalidation_is_for(path: str, forgotten: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """One path as it is encoded, or all that begin so; at every location, for any headers, of one distribution."""
    cache, origin = EdgeCache(), Origin(PAGE)
    keys = [Key("arn", "", "/docs/a%20b%28.html"), Key("arn", "far", "/docs/a%20b%28.html", headers=(("x", "2"),))]
    other = Key("other", "", "/docs/a%20b%28.html")
    for key in (*keys, other):
        ask(cache, origin, key)
    cache.invalidate("arn", [path])
    assert [cache.get(key) is None for key in keys] == [forgotten, forgotten]
    assert cache.get(other) == PAGE


def test_an_error_page_is_kept_in_the_place_of_the_error() -> None:
    """For as long as the error, under the path that failed."""
    clock = Clock()
    cache = EdgeCache(clock)
    ask(cache, Origin(Answer(404, "Not Found", {}, b"no such key")))
    assert cache.page(KEY) is None
    cache.keep_page(KEY, PAGE)
    assert cache.page(KEY) == PAGE
    clock.now = 300.0
    assert cache.page(KEY) is None
    cache.keep_page(KEY, PAGE)
    assert cache.page(KEY) is None


def test_the_oldest_goes_when_there_is_no_room() -> None:
    """As at any edge location."""
    cache = EdgeCache()
    for number in range(20_001):
        cache.keep(Key("arn", "", f"/{number}"), PAGE, 60)
    assert cache.get(Key("arn", "", "/0")) is None
    assert cache.get(Key("arn", "", "/1")) == PAGE
    cache.keep(Key("arn", "", "/1"), PAGE, 60)
    cache.keep(Key("arn", "", "/more"), PAGE, 60)
    assert cache.get(Key("arn", "", "/1")) == PAGE
    assert cache.get(Key("arn", "", "/2")) is None
