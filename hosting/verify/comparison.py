"""The differences between an answer and what is right. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin

from hosting.formats.paths import canonical_path
from hosting.verify.checks import NO_SUCH_HOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hosting.answers.expected import Expected
    from hosting.verify.checks import Check
    from hosting.verify.http_client import Answer

_SHOWN_DIGITS = 12
# The root element of S3's listings: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
_LISTING = b"<ListBucketResult"


class Difference(NamedTuple):
    """What differs, its right value, and the one that was found."""

    what: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.what} is {self.found}, not {self.expected}"


def differences(check: Check, answer: Answer) -> list[Difference]:
    """Return the differences from the first right answer; none if the answer is any of the right ones."""
    found = [list(_differences(expected, answer)) for expected in check.expected]
    if answer.start.lstrip().startswith(b"<?xml") and _LISTING in answer.start:
        return [Difference("the answer", "closed", "a listing of the bucket")]
    return next((one for one in found if not one), found[0])


def _differences(expected: Expected, answer: Answer) -> Iterator[Difference]:
    if answer.is_unknown_host and expected.status == NO_SUCH_HOST:
        return
    if answer.error:
        yield Difference("the answer", str(expected.status), f"missing: {answer.error}")
        return
    if answer.status != expected.status:
        location = answer.headers.get("location")
        found = f"{answer.status}, a redirect to {location}" if location else str(answer.status)
        yield Difference("status", str(expected.status), found)
        return
    location = urljoin(answer.url, answer.headers.get("location", "")) if expected.location else ""
    # Needless escapes make no difference: S3 and CloudFront may write a name in another way.
    if canonical_path(location) != canonical_path(expected.location):
        yield Difference("location", expected.location, location)
    if expected.sha256 and answer.sha256 != expected.sha256:
        yield Difference("body", _described(expected.sha256, expected.size), _described(answer.sha256, answer.size))
    for name, value in expected.headers.items():
        if answer.headers.get(name) != value:
            yield Difference(name, repr(value), repr(answer.headers[name]) if name in answer.headers else "missing")


def _described(sha256: str, size: int) -> str:
    return f"SHA-256 {sha256[:_SHOWN_DIGITS]} ({size} bytes)"
