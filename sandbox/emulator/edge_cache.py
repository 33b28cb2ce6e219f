"""What an edge location keeps of what the origin answered, how long, and what an invalidation makes it forget.

CloudFront has many edge locations, each with a cache of its own: the header X-Sandbox-Location says which one answers,
so that a test can ask one that has nothing yet, and another that has what it was asked before.
"""

from __future__ import annotations

import re
import time
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from string import ascii_letters, digits
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

LOCATION = "x-sandbox-location"
_OK, _PARTIAL, _NOT_MODIFIED, _ERRORS = 200, 206, 304, 400
# Of a cache policy: https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CachePolicyConfig.html
_DEFAULT_S, _LONGEST_S = 86_400, 31_536_000
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/custom-error-pages-expiration.html
_ERROR_S = 10
# Others are not cached unless the origin or the distribution says how long. The stricter of the page above and this one
# is what a publish has to get right: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
_ALWAYS_KEPT = (404, 405, 414, 500, 501, 502, 503, 504)
_UNCACHED = re.compile(r"no-store|no-cache|private")
_SECONDS = {name: re.compile(rf'(?:^|[\s,]){name}="?([0-9]+)') for name in ("s-maxage", "max-age")}
_CONDITIONS = ("if-none-match", "if-modified-since")
# These are the origin's to answer.
_OTHER_CONDITIONS = frozenset({"if-range", "if-match", "if-unmodified-since"})
_RANGE = re.compile(r"bytes=(?:(?P<first>[0-9]{1,15})-|-(?=[0-9]))(?P<last>[0-9]{1,15})?")
_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
_UNRESERVED = {f"%{ord(letter):02X}": letter for letter in f"{ascii_letters}{digits}-._~"}
# What a 304 has of the whole answer: https://www.rfc-editor.org/rfc/rfc9110.html#section-15.4.5
_OF_NOT_MODIFIED = frozenset({"cache-control", "content-location", "date", "etag", "expires", "last-modified", "vary"})
_MOST_KEPT = 20_000


class Answer(NamedTuple):
    """What an origin answers; header names are lower-case."""

    status: int
    reason: str
    headers: Mapping[str, Any]
    body: Any

    @property
    def is_error(self) -> bool:
        """Whether it is one of a client's or a server's errors."""
        return self.status >= _ERRORS


@dataclass(frozen=True)
class Key:
    """What an answer is kept under: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-the-cache-key.html."""

    distribution: str
    location: str
    uri: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    # Of a behavior with caching disabled, whose errors alone are kept.
    origin: str = ""


@dataclass(frozen=True)
class Limits:
    """The times to live of a cache policy, and of each error, in seconds."""

    minimum: int = 0
    default: int = _DEFAULT_S
    maximum: int = _LONGEST_S
    errors: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, policy: Mapping[str, Any], errors: Mapping[int, int]) -> Limits:
        """Return those of a cache policy as MiniStack keeps it."""
        minimum = int(policy.get("MinTTL", 0))
        default, longest = policy.get("DefaultTTL"), policy.get("MaxTTL")
        return cls(
            minimum,
            max(minimum, _DEFAULT_S) if default is None else int(default),
            max(minimum, _LONGEST_S) if longest is None else int(longest),
            errors,
        )

    def of_answer(self, status: int, headers: Mapping[str, Any]) -> int:
        """Return how long an answer is kept; 0 is not at all.

        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html#ExpirationDownloadDist
        """
        control = str(headers.get("cache-control", "")).lower()
        told = _told(control, headers)
        if status >= _ERRORS:
            shortest = self.errors.get(status, _ERROR_S if status in _ALWAYS_KEPT or told is not None else 0)
            return max(shortest, told or 0)
        if _UNCACHED.search(control):
            return self.minimum
        return max(self.minimum, self.default) if told is None else min(max(told, self.minimum), self.maximum)


def _told(control: str, headers: Mapping[str, Any]) -> int | None:
    """Return for how long the origin says an answer holds, None if it does not say."""
    found = next((match for expression in _SECONDS.values() if (match := expression.search(control))), None)
    if found:
        return int(found[1])
    expires = _date(headers.get("expires"))
    return None if expires is None else max(0, int(expires - time.time()))


def _date(text: object) -> float | None:
    try:
        return parsedate_to_datetime(str(text)).timestamp()
    except ValueError:
        return None


@dataclass
class _Kept:
    answer: Answer
    until: float
    # The custom error page that was shown in its place.
    page: Answer | None = None


class EdgeCache:
    """The caches of all edge locations."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._invalidated: Counter[str] = Counter()

    def get(self, key: Key) -> Answer | None:
        """Return what is kept under a key and holds, or None."""
        kept = self._fresh(key)
        return kept.answer if kept else None

    def page(self, key: Key) -> Answer | None:
        """Return the custom error page that is kept in place of an error, or None."""
        kept = self._fresh(key)
        return kept.page if kept else None

    def keep(self, key: Key, answer: Answer, seconds: float) -> None:
        """Keep an answer."""
        if seconds > 0:
            self._kept[key] = _Kept(answer, self._now() + seconds)
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)

    def keep_page(self, key: Key, page: Answer) -> None:
        """Keep the page that is shown in place of an error for as long as that."""
        kept = self._fresh(key)
        if kept:
            kept.page = page

    def invalidate(self, distribution: str, paths: Iterable[str]) -> None:
        """Forget what is kept under paths, whatever the query or headers; a ``*`` at the end is for whatever follows.

        By the URI that the function at the edge leads to, which is the stricter half of what AWS recommends:
        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html
        """
        self._invalidated[distribution] += 1
        wanted = [normalized(path) for path in paths]
        for key in [key for key in self._kept if key.distribution == distribution]:
            uri = normalized(key.uri)
            if any(uri.startswith(path[:-1]) if path.endswith("*") else uri == path for path in wanted):
                del self._kept[key]

    def invalidations(self, distribution: str) -> int:
        """Return how many there have been: what was asked for before the last may be what it is to forget."""
        return self._invalidated[distribution]

    def _fresh(self, key: Key) -> _Kept | None:
        kept = self._kept.get(key)
        if kept is None or kept.until > self._now():
            return kept
        del self._kept[key]
        return None


def normalized(uri: str) -> str:
    """Return a URI with only those escapes that it needs, in upper case; others than them are not the same.

    https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2
    """
    return _ESCAPE.sub(lambda escape: _UNRESERVED.get(escape[0].upper(), escape[0].upper()), uri)


@dataclass
class Ask:
    """One request to the origin.

    Attributes:
        method: of HTTP.
        headers: that would be sent, with lower-case names.
        send: asks the origin, with these headers in place of them.
    """

    method: str
    headers: Mapping[str, str]
    send: Callable[[Mapping[str, str]], Awaitable[Answer]]

    @property
    def is_cacheable(self) -> bool:
        """Whether the cache may answer, and keep what the origin does."""
        return self.method in ("GET", "HEAD") and not {*_OTHER_CONDITIONS, "range"} & self.headers.keys()


async def answered(cache: EdgeCache, key: Key, limits: Limits, ask: Ask) -> tuple[Answer, bool]:
    """Return the answer from the cache or the origin, and whether it was the cache."""
    kept = cache.get(key)
    if limits.maximum == 0 and kept is None:
        return await _uncached(cache, key, limits, ask), False
    part = _part(ask, kept) if kept is not None else None
    if part is not None:
        return part, True
    if not ask.is_cacheable:
        return await ask.send(ask.headers), False
    if kept is not None:
        return _for_method(ask.method, _unless_had(ask.headers, kept)), True
    if ask.method == "HEAD":
        return await ask.send(ask.headers), False
    before = cache.invalidations(key.distribution)
    whole = await ask.send({name: value for name, value in ask.headers.items() if name not in _CONDITIONS})
    if isinstance(whole.body, bytes) and cache.invalidations(key.distribution) == before:
        cache.keep(key, whole, limits.of_answer(whole.status, whole.headers))
    return _unless_had(ask.headers, whole), False


async def _uncached(cache: EdgeCache, key: Key, limits: Limits, ask: Ask) -> Answer:
    """Return the origin's answer to the request as it came; an error is kept, with caching disabled too.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/custom-error-pages-expiration.html
    """
    answer = await ask.send(ask.headers)
    if ask.method == "GET" and answer.is_error and isinstance(answer.body, bytes):
        cache.keep(key, answer, limits.of_answer(answer.status, answer.headers))
    return answer


def _part(ask: Ask, kept: Answer) -> Answer | None:
    """Return the one range of a file that is asked for, None if that is not what is asked, or for the origin to say."""
    found = _RANGE.fullmatch(ask.headers.get("range", ""))
    if ask.method != "GET" or kept.status != _OK or found is None or _OTHER_CONDITIONS & ask.headers.keys():
        return None
    size = len(kept.body)
    first = int(found["first"]) if found["first"] else max(0, size - int(found["last"] or 0))
    last = min(int(found["last"]), size - 1) if found["first"] and found["last"] else size - 1
    if first > last:
        return None
    body = kept.body[first : last + 1]
    span = {"content-range": f"bytes {first}-{last}/{size}", "content-length": str(len(body))}
    return Answer(_PARTIAL, "Partial Content", {**kept.headers, **span}, body)


def _for_method(method: str, answer: Answer) -> Answer:
    return answer._replace(body=b"") if method == "HEAD" else answer


def _unless_had(asked: Mapping[str, str], answer: Answer) -> Answer:
    """Return the answer, or that the visitor has it: https://www.rfc-editor.org/rfc/rfc9110.html#section-13.2.2."""
    if answer.is_error or not _has(asked, answer.headers):
        return answer
    headers = {name: value for name, value in answer.headers.items() if name in _OF_NOT_MODIFIED}
    return Answer(_NOT_MODIFIED, "Not Modified", headers, b"")


def _has(asked: Mapping[str, str], headers: Mapping[str, Any]) -> bool:
    tags, etag = asked.get("if-none-match"), str(headers.get("etag", ""))
    if tags is not None:
        had = [tag.strip().removeprefix("W/") for tag in tags.split(",")]
        return "*" in had or etag.removeprefix("W/") in had
    since, modified = _date(asked.get("if-modified-since")), _date(headers.get("last-modified"))
    return since is not None and modified is not None and modified <= since
