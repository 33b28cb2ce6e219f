"""The answer to a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.publish.staging.manifest import ManifestEntry

OK, FORBIDDEN, NOT_FOUND = 200, 403, 404


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
