"""The questions about CloudFront that only AWS can answer, with the answers that the program and the sandbox rely on.

docs/reliability.md has the same list. Each function yields a question, the expected answer, and the one that was seen.
"""

from __future__ import annotations

import http
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools.smoke.edge import Distribution, cached, error_code, request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.smoke.edge import Answer

_NUMBERS = itertools.count(1)
# A header of AWS's managed policies: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html
_POLICY_HEADER = "strict-transport-security"
_ORDERED_HEADER = "x-content-type-options"
# A file, the path that is invalidated, and whether the file is then fresh under its plain and under its encoded URL.
# S3 reads a plus sign as a space.
_INVALIDATED = (
    ("til~de.txt", "/smoke/til%7Ede.txt", "%7E", "stale, fresh"),
    ("til~de.txt", "/smoke/til*", "%7E", "fresh, fresh"),
    ("pl+us.txt", "/smoke/pl+us.txt", "%2B", "missing, stale"),
    ("pl+us.txt", "/smoke/pl%2Bus.txt", "%2B", "missing, fresh"),
    ("apo's.txt", "/smoke/apo's.txt", "%27", "fresh, stale"),
    ("apo's.txt", "/smoke/apo%27s.txt", "%27", "stale, fresh"),
)


@dataclass(frozen=True)
class Place:
    """Where the questions are asked.

    Attributes:
        url: the site's address.
        distribution: its distribution.
        bucket: the name of its bucket.
        s3: a client of S3.
    """

    url: str
    distribution: Distribution
    bucket: str
    s3: Any

    def put(self, key: str, text: str) -> None:
        """Write an object that the edge may cache for long."""
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=text.encode(), CacheControl="max-age=86400")

    def remove(self, prefix: str) -> None:
        """Delete the objects below a prefix."""
        for each in self.s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix).get("Contents", []):
            self.s3.delete_object(Bucket=self.bucket, Key=each["Key"])


def site_answers(place: Place) -> Iterator[tuple[str, str, str]]:
    """Ask the site as the stack has deployed it."""
    posted, missing = request(place.url, "/", "POST"), request(place.url, "/does-not-exist")
    yield "the status of a method that is not allowed", "403", str(posted.status)
    page = "the site's page" if "404.html" in posted.body else "CloudFront's own"
    yield "the page of a method that is not allowed", "CloudFront's own", page
    yield "the status of a file that does not exist", "404", str(missing.status)
    yield "the headers policy on an error page", "applied", _policy(missing)
    yield "the headers policy on a redirect of the function", "not applied", _policy(request(place.url, "/old"))
    listing = request(place.url, "/?list-type=2&prefix=")
    yield "a list of the bucket", "none", "none" if "ListBucketResult" not in listing.body else "shown"


def release_answers(url: str) -> Iterator[tuple[str, str, str]]:
    """Ask a site in bulk mode for unknown paths, whose status the function for responses sets."""
    etag = request(url, "/does-not-exist").headers.get("etag", "")
    for name, value in (("If-None-Match", etag), ("Range", "bytes=0-3")):
        answer = request(url, "/does-not-exist", headers={name: value})
        page = "the error page" if "404.html" in answer.body else "another body"
        yield f"an unknown path in bulk mode, with {name}", "404, the error page", f"{answer.status}, {page}"


def invalidation_answers(place: Place) -> Iterator[tuple[str, str, str]]:
    """Ask which paths an invalidation takes, and which URLs it makes fresh."""
    create = place.distribution.client.create_invalidation
    batch = place.distribution.batch("/smoke/til~de.txt")
    refused = error_code(create, DistributionId=place.distribution.id, InvalidationBatch=batch)
    yield "an invalidation path with ~", "InvalidArgument", refused
    for file, path, code, expected in _INVALIDATED:
        question = f"{file}, by its plain and by its encoded URL, after the invalidation of {path}"
        yield question, expected, _freshness(place, file, path, code)


def _freshness(place: Place, file: str, path: str, code: str) -> str:
    """Cache both URLs of a file, replace it, invalidate ``path``, and return which URL is fresh."""
    plain = f"/smoke/{file}"
    encoded = plain.replace(bytes.fromhex(code[1:]).decode(), code)
    place.put(f"smoke/{file}", str(next(_NUMBERS)))
    place.distribution.invalidate("/smoke/*")
    for each in (plain, encoded):
        cached(place.url, each)
    new = str(next(_NUMBERS))
    place.put(f"smoke/{file}", new)
    place.distribution.invalidate(path)
    return ", ".join(_age(request(place.url, each), new) for each in (plain, encoded))


def _age(answer: Answer, new: str) -> str:
    """Return whether an answer has the new content."""
    if answer.status != http.HTTPStatus.OK:
        return "missing"
    return "fresh" if answer.body == new else "stale"


def function_answers(place: Place) -> Iterator[tuple[str, str, str]]:
    """Ask what a function sees and does."""
    path = "/smoke-uri/a%7Eb~c%2Bd+e%27f"
    yield f"request.uri of {path}", path, request(place.url, path).headers.get("x-smoke-uri", "none")
    place.put("smoke/rewritten.txt", str(next(_NUMBERS)))
    cached(place.url, "/smoke-rewrite/a")
    key = "the rewritten path" if _is_cached_for_all(place) else "the visitor's path"
    yield "the cache key after a rewrite", "the rewritten path", key
    for path, expected in (("/smoke/rewritten.txt", "fresh"), ("/smoke-rewrite/a", "stale")):
        new = str(next(_NUMBERS))
        cached(place.url, "/smoke-rewrite/a")
        place.put("smoke/rewritten.txt", new)
        place.distribution.invalidate(path)
        seen = "fresh" if request(place.url, "/smoke-rewrite/a").body == new else "stale"
        yield f"a rewritten request, after the invalidation of {path}", expected, seen
    redirect = request(place.url, "/smoke-redirect/")
    yield "the headers policy on a redirect of another function", "not applied", _policy(redirect)
    header = request(place.url, "/smoke-rewrite/a").headers.get(_ORDERED_HEADER, "none")
    yield "a header that both the function and the headers policy set", "function", header


def _is_cached_for_all(place: Place) -> bool:
    """Return whether a path that nobody has requested is in the cache, as it is rewritten to one that is."""
    return any(request(place.url, f"/smoke-rewrite/{number}").is_cached for number in range(3))


def error_answers(place: Place) -> Iterator[tuple[str, str, str]]:
    """Ask whether an error is cached where nothing else is."""
    path = "/smoke-uncached/late.txt"
    first = request(place.url, path).status
    place.put(path[1:], "late")
    second = request(place.url, path).status
    yield "a missing file that appears, with the policy CachingDisabled", "404, 404", f"{first}, {second}"


def _policy(answer: Answer) -> str:
    return "applied" if _POLICY_HEADER in answer.headers else "not applied"
