"""The caches of CloudFront's edge locations: what they keep, for how long, and what an invalidation removes.

Each edge location has a separate cache. The header X-Sandbox-Location names the one that answers, so that a test can
ask one that has cached nothing yet, and then one that has.
"""

from __future__ import annotations

import re
import time
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sandbox.emulator.invalidation_paths import covers

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

_OK, _PARTIAL, _NOT_MODIFIED, _FIRST_ERROR = 200, 206, 304, 400
# A cache policy's defaults: https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CachePolicyConfig.html
_DEFAULT_TTL_S, _MAX_TTL_S = 86_400, 31_536_000
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/custom-error-pages-expiration.html
_ERROR_TTL_S = 10
# Other errors are cached only if the origin or the distribution says for how long. Two pages of AWS differ here, and a
# publish has to be right by the stricter one:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
_CACHED_ERRORS = (404, 405, 414, 500, 501, 502, 503, 504)
_UNCACHED = re.compile(r"no-store|no-cache|private")
_MAX_AGES = [re.compile(rf'(?:^|[\s,]){name}="?([0-9]+)') for name in ("s-maxage", "max-age")]
_CONDITIONS = ("if-none-match", "if-modified-since")
# Only the origin can answer requests with these.
_ORIGIN_CONDITIONS = frozenset({"if-range", "if-match", "if-unmodified-since"})
_RANGE = re.compile(r"bytes=(?:(?P<first>[0-9]{1,15})-|-(?=[0-9]))(?P<last>[0-9]{1,15})?")
# The headers of a 304: https://www.rfc-editor.org/rfc/rfc9110.html#section-15.4.5
_NOT_MODIFIED_HEADERS = frozenset(
    {"cache-control", "content-location", "date", "etag", "expires", "last-modified", "vary"}
)
_MAX_ENTRIES = 20_000


class OriginResponse(NamedTuple):
    """An origin's response; header names are lower-case."""

    status: int
    reason: str
    headers: Mapping[str, Any]
    body: Any

    @property
    def is_error(self) -> bool:
        """Whether the status is 400 or higher."""
        return self.status >= _FIRST_ERROR


@dataclass(frozen=True)
class CacheKey:
    """The cache key: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-the-cache-key.html.

    Attributes:
        distribution: the ARN.
        location: the edge location.
        uri: the path that the origin gets.
        query: the query string that the origin gets.
        headers: those that the cache policy names, with their values.
        origin: the origin's id if caching is disabled, so that only errors are cached; else empty.
    """

    distribution: str
    location: str
    uri: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    origin: str = ""


@dataclass(frozen=True)
class TimesToLive:
    """How long responses are cached, in seconds.

    Attributes:
        minimum: the cache policy's MinTTL.
        default: its DefaultTTL.
        maximum: its MaxTTL.
        errors: the distribution's error caching minimum TTL by status.
    """

    minimum: int = 0
    default: int = _DEFAULT_TTL_S
    maximum: int = _MAX_TTL_S
    errors: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def from_policy(cls, policy: Mapping[str, Any], errors: Mapping[int, int]) -> TimesToLive:
        """Return those of a cache policy in MiniStack's form."""
        minimum = int(policy.get("MinTTL", 0))
        default, maximum = policy.get("DefaultTTL"), policy.get("MaxTTL")
        return cls(
            minimum,
            max(minimum, _DEFAULT_TTL_S) if default is None else int(default),
            max(minimum, _MAX_TTL_S) if maximum is None else int(maximum),
            errors,
        )

    def seconds(self, status: int, headers: Mapping[str, Any]) -> int:
        """Return how long a response is cached; 0 means not at all.

        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html#ExpirationDownloadDist
        """
        cache_control = str(headers.get("cache-control", "")).lower()
        origin_ttl = _origin_ttl(cache_control, headers)
        if status >= _FIRST_ERROR:
            is_cached = status in _CACHED_ERRORS or origin_ttl is not None
            return max(self.errors.get(status, _ERROR_TTL_S if is_cached else 0), origin_ttl or 0)
        if _UNCACHED.search(cache_control):
            return self.minimum
        if origin_ttl is None:
            return max(self.minimum, self.default)
        return min(max(origin_ttl, self.minimum), self.maximum)


def _origin_ttl(cache_control: str, headers: Mapping[str, Any]) -> int | None:
    """Return the seconds in Cache-Control or Expires, None if the origin sends neither."""
    found = next((match for expression in _MAX_AGES if (match := expression.search(cache_control))), None)
    if found:
        return int(found[1])
    expires = _timestamp(headers.get("expires"))
    return None if expires is None else max(0, int(expires - time.time()))


def _timestamp(date: object) -> float | None:
    try:
        return parsedate_to_datetime(str(date)).timestamp()
    except ValueError:
        return None


@dataclass
class _Entry:
    """A cached response.

    Attributes:
        response: the origin's.
        expires_at: by the cache's clock.
        error_page: the custom error page that viewers get in its place.
    """

    response: OriginResponse
    expires_at: float
    error_page: OriginResponse | None = None


class EdgeCache:
    """The caches of all edge locations."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._entries: OrderedDict[CacheKey, _Entry] = OrderedDict()
        self._invalidations: Counter[str] = Counter()

    def get(self, key: CacheKey) -> OriginResponse | None:
        """Return the cached response; None if the cache has no such response, or it has expired."""
        entry = self._fresh_entry(key)
        return entry.response if entry else None

    def error_page(self, key: CacheKey) -> OriginResponse | None:
        """Return the custom error page that is cached for an error, or None."""
        entry = self._fresh_entry(key)
        return entry.error_page if entry else None

    def put(self, key: CacheKey, response: OriginResponse, seconds: float) -> None:
        """Cache a response."""
        if seconds > 0:
            self._entries[key] = _Entry(response, self._now() + seconds)
            self._entries.move_to_end(key)
            while len(self._entries) > _MAX_ENTRIES:
                self._entries.popitem(last=False)

    def put_error_page(self, key: CacheKey, page: OriginResponse) -> None:
        """Cache a custom error page for as long as the error that it replaces."""
        entry = self._fresh_entry(key)
        if entry:
            entry.error_page = page

    def invalidate(self, distribution: str, paths: Iterable[str]) -> None:
        """Remove the responses that these paths cover, with any query and headers.

        The paths are compared with the URI after the viewer-request function. AWS recommends to invalidate that URI and
        the viewer's; this is the half without which old content stays:
        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html
        """
        self._invalidations[distribution] += 1
        listed = list(paths)
        for key in [key for key in self._entries if key.distribution == distribution]:
            if any(covers(path, key.uri) for path in listed):
                del self._entries[key]

    def invalidation_count(self, distribution: str) -> int:
        """Return how many invalidations there have been; a response requested before the last one may be outdated."""
        return self._invalidations[distribution]

    def _fresh_entry(self, key: CacheKey) -> _Entry | None:
        entry = self._entries.get(key)
        if entry is None or entry.expires_at > self._now():
            return entry
        del self._entries[key]
        return None


@dataclass
class OriginRequest:
    """A request that the cache or the origin answers.

    Attributes:
        method: the HTTP method.
        headers: by lower-case name.
        send: sends the request to the origin, with these headers.
    """

    method: str
    headers: Mapping[str, str]
    send: Callable[[Mapping[str, str]], Awaitable[OriginResponse]]

    @property
    def is_cacheable(self) -> bool:
        """Whether the cache may answer, and keep the origin's response."""
        return self.method in ("GET", "HEAD") and not {*_ORIGIN_CONDITIONS, "range"} & self.headers.keys()


async def fetch(
    cache: EdgeCache, key: CacheKey, ttl: TimesToLive, request: OriginRequest
) -> tuple[OriginResponse, bool]:
    """Return the response of the cache or the origin, and whether it came from the cache."""
    cached = cache.get(key)
    if ttl.maximum == 0 and cached is None:
        return await _fetch_uncached(cache, key, ttl, request), False
    part = _range_response(request, cached) if cached is not None else None
    if part is not None:
        return part, True
    if not request.is_cacheable:
        return await request.send(request.headers), False
    if cached is not None:
        return _for_method(request.method, _conditional_response(request.headers, cached)), True
    if request.method == "HEAD":
        return await request.send(request.headers), False
    count = cache.invalidation_count(key.distribution)
    whole = await request.send({name: value for name, value in request.headers.items() if name not in _CONDITIONS})
    if isinstance(whole.body, bytes) and cache.invalidation_count(key.distribution) == count:
        cache.put(key, whole, ttl.seconds(whole.status, whole.headers))
    return _conditional_response(request.headers, whole), False


async def _fetch_uncached(cache: EdgeCache, key: CacheKey, ttl: TimesToLive, request: OriginRequest) -> OriginResponse:
    """Return the origin's response; errors are cached even if caching is disabled.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/custom-error-pages-expiration.html
    """
    response = await request.send(request.headers)
    if request.method == "GET" and response.is_error and isinstance(response.body, bytes):
        cache.put(key, response, ttl.seconds(response.status, response.headers))
    return response


def _range_response(request: OriginRequest, cached: OriginResponse) -> OriginResponse | None:
    """Return the requested range of a cached file; None unless it is one valid range of a GET."""
    found = _RANGE.fullmatch(request.headers.get("range", ""))
    has_condition = bool(_ORIGIN_CONDITIONS & request.headers.keys())
    if request.method != "GET" or cached.status != _OK or found is None or has_condition:
        return None
    size = len(cached.body)
    first = int(found["first"]) if found["first"] else max(0, size - int(found["last"] or 0))
    last = min(int(found["last"]), size - 1) if found["first"] and found["last"] else size - 1
    if first > last:
        return None
    body = cached.body[first : last + 1]
    range_headers = {"content-range": f"bytes {first}-{last}/{size}", "content-length": str(len(body))}
    return OriginResponse(_PARTIAL, "Partial Content", {**cached.headers, **range_headers}, body)


def _for_method(method: str, response: OriginResponse) -> OriginResponse:
    return response._replace(body=b"") if method == "HEAD" else response


def _conditional_response(request_headers: Mapping[str, str], response: OriginResponse) -> OriginResponse:
    """Return the response, or a 304: https://www.rfc-editor.org/rfc/rfc9110.html#section-13.2.2."""
    if response.is_error or not _is_not_modified(request_headers, response.headers):
        return response
    headers = {name: value for name, value in response.headers.items() if name in _NOT_MODIFIED_HEADERS}
    return OriginResponse(_NOT_MODIFIED, "Not Modified", headers, b"")


def _is_not_modified(request_headers: Mapping[str, str], headers: Mapping[str, Any]) -> bool:
    if_none_match, etag = request_headers.get("if-none-match"), str(headers.get("etag", ""))
    if if_none_match is not None:
        tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
        return "*" in tags or etag.removeprefix("W/") in tags
    since, modified = _timestamp(request_headers.get("if-modified-since")), _timestamp(headers.get("last-modified"))
    return since is not None and modified is not None and modified <= since
