"""A check: a request, and the answers that are right for it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from hosting.formats.paths import key_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeVar

    from hosting.publish.staging.manifest import ManifestEntry

    T = TypeVar("T")

OK, FORBIDDEN, NOT_FOUND = 200, 403, 404
# Stands for the status of a host name that does not exist.
NO_SUCH_HOST = 0
IDENTITY = "identity"


@dataclass(frozen=True)
class Expected:
    """An answer that is right.

    Attributes:
        status: the status.
        key: the key of the object whose bytes these are; empty if the body is not compared.
        sha256: the body's hash in hex; empty if the body is not compared.
        size: the body's bytes.
        headers: values by lower-case name.
        location: the absolute URL that the answer redirects to.
    """

    status: int
    key: str = ""
    sha256: str = ""
    size: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    location: str = ""


@dataclass(frozen=True)
class Check:
    """A request, and the answers that are right for it.

    Attributes:
        kind: the group in the report, such as ``files``.
        url: the absolute URL.
        expected: the right answers; differences are reported against the first.
        subject: what the URL stands for, if the URL does not say it.
        accept_encoding: the header's value.
        is_anonymous: whether the site's password is left out.
        follows_redirects: whether redirects on the same host are followed.
    """

    kind: str
    url: str
    expected: tuple[Expected, ...]
    subject: str = ""
    accept_encoding: str = IDENTITY
    is_anonymous: bool = False
    follows_redirects: bool = False


def file_answer(entry: ManifestEntry, status: int = OK, headers: Mapping[str, str] | None = None) -> Expected:
    """Return the answer with the bytes and the headers of a file; ``headers`` replace the file's own.

    Neither S3 nor CloudFront documents whether an error page keeps its Cache-Control.
    """
    own = {"content-type": entry.content_type}
    if entry.cache_control is not None and status == OK:
        own["cache-control"] = entry.cache_control
    if entry.content_encoding is not None:
        own["content-encoding"] = entry.content_encoding
    return Expected(status, entry.path, entry.sha256, entry.size, {**own, **(headers or {})})


def path_of_key(key: str) -> str:
    """Return the URL path of an object's key; the name of an ignored file may have any bytes."""
    try:
        return key_path(key)
    except UnicodeEncodeError:
        return "/" + quote(key.encode("utf-8", "surrogateescape"))


def origin_of(url: str) -> str:
    """Return the scheme, host and port of a URL, in lower case."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()


def sample(items: Sequence[T], count: int) -> list[T]:
    """Return at most ``count`` of the items, evenly spread."""
    if len(items) <= count:
        return list(items)
    return [items[index * len(items) // count] for index in range(count)]
