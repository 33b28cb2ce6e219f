"""The differences between an answer and what is right. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin

from hosting.formats.paths import canonical_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hosting.answers.expected import Expected

# Stands for the status of a host name that does not exist.
NO_SUCH_HOST = 0
_SHOWN_DIGITS = 12
# The root element of S3's listings: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
_LISTING = b"<ListBucketResult"


@dataclass(frozen=True)
class Answer:
    """An answer, or the reason for its absence.

    Attributes:
        url: the URL that answered, after redirects.
        status: the status; 0 without an answer.
        headers: values by lower-case name.
        sha256: the hash of the decoded body, in hex.
        size: the bytes of the decoded body.
        start: the beginning of the body.
        body: the decoded body, where texts are expected in it.
        error: why there is no answer; empty if there is one.
        is_unknown_host: whether the host name does not exist.
    """

    url: str
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""
    size: int = 0
    start: bytes = b""
    body: bytes = b""
    error: str = ""
    is_unknown_host: bool = False


class Difference(NamedTuple):
    """What differs, its right value, and the one that was found."""

    what: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.what} is {self.found}, not {self.expected}"


def differences(expected: Sequence[Expected], answer: Answer) -> list[Difference]:
    """Return the differences from the first right answer; none if the answer is any of the right ones."""
    found = [list(_differences(one, answer)) for one in expected]
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
    given = answer.headers.get("location", "") if expected.location else ""
    location = urljoin(answer.url, given) if given else ""
    # Needless escapes make no difference: S3 and CloudFront may write a name in another way.
    if canonical_path(location) != canonical_path(expected.location):
        yield Difference("location", expected.location, location or "missing")
    if expected.sha256 and answer.sha256 != expected.sha256:
        yield Difference("body", _described(expected.sha256, expected.size), _described(answer.sha256, answer.size))
    yield from _header_differences(expected, answer)
    for text in expected.contains:
        if text.encode("utf-8", "surrogatepass") not in answer.body:
            yield Difference("the body", f"one with {text!r}", "without it")


def _header_differences(expected: Expected, answer: Answer) -> Iterator[Difference]:
    for name, value in expected.headers.items():
        if answer.headers.get(name) != value:
            yield Difference(name, repr(value), repr(answer.headers[name]) if name in answer.headers else "missing")
    for name in expected.absent:
        if name in answer.headers:
            yield Difference(name, "absent", repr(answer.headers[name]))


def _described(sha256: str, size: int) -> str:
    return f"SHA-256 {sha256[:_SHOWN_DIGITS]} ({size} bytes)"
