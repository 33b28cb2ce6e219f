"""A request, and the answer to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.publish.staging.manifest import ManifestEntry

OK, FORBIDDEN, NOT_FOUND = 200, 403, 404


@dataclass(frozen=True)
class VisitorRequest:
    """The properties of a visitor's GET or HEAD request on which the answer depends.

    Attributes:
        path: the path, as it is sent.
        query: the query without its question mark, as it is sent.
        host: the host name in lower case; empty for that of the site's address.
        country: two upper-case letters; None if unknown.
    """

    path: str
    query: str = ""
    host: str = ""
    country: str | None = None


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
        absent: the lower-case names of headers that the answer must not have.
        contains: texts that the body must contain.
    """

    status: int
    key: str = ""
    sha256: str = ""
    size: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    location: str = ""
    absent: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()


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
