"""What an edge location caches, for how long, and what an invalidation removes, as AWS documents it."""

from __future__ import annotations

from email.utils import formatdate
from typing import TYPE_CHECKING
from unittest.mock import ANY

import pytest

from sandbox.emulator.edge_cache import CacheKey, EdgeCache, OriginRequest, OriginResponse, TimesToLive, fetch
from sandbox.tests import event_loop

if TYPE_CHECKING:
    from collections.abc import Mapping

POLICY = {"MinTTL": 60, "DefaultTTL": 86400, "MaxTTL": 31536000}
TTL = TimesToLive.from_policy(POLICY, {403: 300, 404: 300})
PAGE = OriginResponse(
    200, "OK", {"etag": '"one"', "content-type": "text/html", "last-modified": formatdate(1000)}, b"one"
)
KEY = CacheKey("arn", "", "/index.html")


class Clock:
    """A clock that tests set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Origin:
    """Returns one response, and records the headers of each request."""

    def __init__(self, response: OriginResponse) -> None:
        self.response = response
        self.requests: list[Mapping[str, str]] = []

    async def send(self, headers: Mapping[str, str]) -> OriginResponse:
        self.requests.append(headers)
        return self.response


def request(
    cache: EdgeCache, origin: Origin, key: CacheKey = KEY, method: str = "GET", **headers: str
) -> tuple[OriginResponse, bool]:
    """Send a request to the edge location; `if_none_match` stands for the header."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return event_loop.run(fetch(cache, key, TTL, OriginRequest(method, named, origin.send)))


# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
CACHING_OPTIMIZED = TimesToLive.from_policy({"MinTTL": 1, "DefaultTTL": 86400, "MaxTTL": 31536000}, {})
CACHING_DISABLED = TimesToLive.from_policy({"MinTTL": 0, "DefaultTTL": 0, "MaxTTL": 0}, {})


@pytest.mark.parametrize(
    ("cache_control", "seconds"),
    [
        ("public, max-age=0, must-revalidate, s-maxage=3600", 3600),
        ("public, max-age=0, must-revalidate, s-maxage=0", 1),
        ("public, max-age=31536000, immutable", 31536000),
        ("no-store", 1),
        ("private, max-age=600", 1),
        (None, 86400),
    ],
)
def test_managed_policies(cache_control: str | None, seconds: int) -> None:
    """CachingOptimized caches a file for its s-maxage, but at least for a second; CachingDisabled caches no file."""
    headers = {} if cache_control is None else {"cache-control": cache_control}
    assert CACHING_OPTIMIZED.seconds(200, headers) == seconds
    assert CACHING_DISABLED.seconds(200, headers) == 0


@pytest.mark.parametrize(
    ("cache_control", "seconds"),
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
def test_time_to_live_of_a_file(cache_control: str | None, seconds: int) -> None:
    """It is the origin's Cache-Control within the policy's limits, or the policy's default without one."""
    assert TTL.seconds(200, {} if cache_control is None else {"cache-control": cache_control}) == seconds


def test_policy_without_times_to_live() -> None:
    """The default is a day, or the minimum if that is longer."""
    assert TimesToLive.from_policy({}, {}).seconds(200, {}) == 86400
    assert TimesToLive.from_policy({"MinTTL": 100_000}, {}).seconds(200, {}) == 100_000
    assert TimesToLive.from_policy({"MinTTL": 0, "DefaultTTL": 0, "MaxTTL": 0}, {}).seconds(200, {}) == 0


def test_expires_header() -> None:
    """Without a Cache-Control the Expires header counts, unless it is not a date."""
    assert TTL.seconds(200, {"expires": formatdate(0)}) == 60
    assert TTL.seconds(200, {"expires": "never"}) == 86400


@pytest.mark.parametrize(
    ("status", "cache_control", "seconds"),
    [(404, None, 300), (404, "max-age=900", 900), (500, None, 10), (400, None, 0), (400, "max-age=5", 10)],
)
def test_time_to_live_of_an_error(status: int, cache_control: str | None, seconds: int) -> None:
    """The distribution sets it, else it is ten seconds; some errors are cached only if the origin says so."""
    assert TTL.seconds(status, {} if cache_control is None else {"cache-control": cache_control}) == seconds


def test_second_request_is_answered_by_the_cache() -> None:
    """Until the response expires, viewers get it even if the origin has a newer one."""
    clock, origin = Clock(), Origin(PAGE)
    cache = EdgeCache(clock)
    assert request(cache, origin) == (PAGE, False)
    origin.response = PAGE._replace(body=b"two")
    assert request(cache, origin) == (PAGE, True)
    clock.now = 86400.0
    assert request(cache, origin) == (origin.response, False)


def test_other_keys_are_other_entries() -> None:
    """Another edge location, or another value of a header in the cache key, has a response of its own."""
    cache, origin = EdgeCache(), Origin(PAGE)
    request(cache, origin)
    for other in (CacheKey("arn", "far", "/index.html"), CacheKey("arn", "", "/index.html", headers=(("x", "2"),))):
        assert request(cache, origin, other) == (PAGE, False)


def test_conditional_request() -> None:
    """The cache compares the validators with what it has, not with the origin's newer file."""
    cache, origin = EdgeCache(), Origin(PAGE)
    not_modified = OriginResponse(304, ANY, {"etag": '"one"', "last-modified": formatdate(1000)}, b"")
    assert request(cache, origin, if_none_match='"one"') == (not_modified, False)
    # The cache requests the whole file.
    assert origin.requests == [{}]
    origin.response = PAGE._replace(headers={"etag": '"two"'})
    assert request(cache, origin, if_none_match='"zero", W/"one"') == (not_modified, True)
    assert request(cache, origin, if_none_match="*") == (not_modified, True)
    assert request(cache, origin, if_modified_since=formatdate(1000)) == (not_modified, True)
    assert request(cache, origin, if_modified_since=formatdate(999)) == (PAGE, True)
    assert request(cache, origin, if_none_match='"two"') == (PAGE, True)


def test_requests_for_the_origin() -> None:
    """The origin answers ranges of files that are not cached, If-Match and POST; a cached file answers HEAD."""
    cache, origin = EdgeCache(), Origin(PAGE)
    assert request(cache, origin, method="HEAD") == (PAGE, False)
    request(cache, origin)
    assert request(cache, origin, method="HEAD") == (PAGE._replace(body=b""), True)
    assert request(cache, origin, CacheKey("arn", "", "/other"), range="bytes=0-1") == (PAGE, False)
    assert request(cache, origin, if_match='"one"') == (PAGE, False)
    assert request(cache, origin, method="POST") == (PAGE, False)


@pytest.mark.parametrize(
    ("requested", "body", "content_range"),
    [
        ("bytes=0-1", b"on", "bytes 0-1/3"),
        ("bytes=1-", b"ne", "bytes 1-2/3"),
        ("bytes=1-99", b"ne", "bytes 1-2/3"),
        ("bytes=-2", b"ne", "bytes 1-2/3"),
        ("bytes=-99", b"one", "bytes 0-2/3"),
    ],
)
def test_range_of_a_cached_file(requested: str, body: bytes, content_range: str) -> None:
    """The cache answers one range, even if the origin has a newer file."""
    cache, origin = EdgeCache(), Origin(PAGE)
    request(cache, origin)
    origin.response = PAGE._replace(body=b"two")
    part, is_hit = request(cache, origin, range=requested)
    assert (part.status, part.body, part.headers["content-range"], is_hit) == (206, body, content_range, True)


@pytest.mark.parametrize("requested", ["bytes=3-", "bytes=2-1", "bytes=0-0,2-2", "lines=1-2", "bytes=-"])
def test_ranges_for_the_origin(requested: str) -> None:
    """The origin answers invalid ranges, ranges beyond the file's end, and several at once."""
    cache, origin = EdgeCache(), Origin(PAGE)
    request(cache, origin)
    assert request(cache, origin, range=requested)[1] is False


def test_response_requested_before_an_invalidation() -> None:
    """A response that arrives after an invalidation is not cached: it may be what the invalidation was for."""
    cache = EdgeCache()

    async def send(_: Mapping[str, str]) -> OriginResponse:
        cache.invalidate("arn", ["/*"])
        return PAGE

    assert event_loop.run(fetch(cache, KEY, TTL, OriginRequest("GET", {}, send))) == (PAGE, False)
    assert cache.get(KEY) is None


def test_streamed_body_is_not_cached() -> None:
    """A body that arrives in chunks can be sent only once."""
    cache, origin = EdgeCache(), Origin(PAGE._replace(body=iter(())))
    assert [request(cache, origin)[1] for _ in range(2)] == [False, False]


@pytest.mark.parametrize(
    ("path", "is_removed"),
    [
        ("/docs/a%20b%28.html", True),
        ("/docs/%61%20b%28.html", False),
        ("/docs/a%20b(.html", False),
        ("/docs/a b%28.html", False),
        ("/docs/*", True),
        ("/*", True),
        ("/docs/a%20b", False),
        ("/docs/", False),
        ("/Docs/*", False),
    ],
)
def test_invalidation(path: str, is_removed: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """It removes one path, or all with a prefix, at every location and for all headers of one distribution."""
    cache, origin = EdgeCache(), Origin(PAGE)
    uri = "/docs/a%20b%28.html"
    keys = [CacheKey("arn", "", uri), CacheKey("arn", "far", uri, headers=(("x", "2"),))]
    other = CacheKey("other", "", uri)
    for key in (*keys, other):
        request(cache, origin, key)
    cache.invalidate("arn", [path])
    assert [cache.get(key) is None for key in keys] == [is_removed, is_removed]
    assert cache.get(other) == PAGE


def test_error_page() -> None:
    """A custom error page is cached under the path of the error, and for as long as the error."""
    clock = Clock()
    cache = EdgeCache(clock)
    request(cache, Origin(OriginResponse(404, "Not Found", {}, b"no such key")))
    assert cache.error_page(KEY) is None
    cache.put_error_page(KEY, PAGE)
    assert cache.error_page(KEY) == PAGE
    clock.now = 300.0
    assert cache.error_page(KEY) is None
    cache.put_error_page(KEY, PAGE)
    assert cache.error_page(KEY) is None


def test_full_cache_drops_the_oldest_entry() -> None:
    """An entry that is cached again counts as new."""
    cache = EdgeCache()
    for number in range(20_001):
        cache.put(CacheKey("arn", "", f"/{number}"), PAGE, 60)
    assert cache.get(CacheKey("arn", "", "/0")) is None
    assert cache.get(CacheKey("arn", "", "/1")) == PAGE
    cache.put(CacheKey("arn", "", "/1"), PAGE, 60)
    cache.put(CacheKey("arn", "", "/more"), PAGE, 60)
    assert cache.get(CacheKey("arn", "", "/1")) == PAGE
    assert cache.get(CacheKey("arn", "", "/2")) is None
