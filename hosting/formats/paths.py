"""URL paths in the form in which rules, routes and CloudFront's cache keys are compared, in Python as in JavaScript."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

# The ASCII characters that stand for themselves in a canonical path. They are those that AWS wants unencoded in an
# invalidation path (all but RFC 1738's unsafe ones, and the `?` that ends a path), and `~`, which no path can avoid:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html
# A plus sign is encoded, because S3 decodes a bare one to a space: https://github.com/imgix/js-core/issues/88
_UNENCODED = "-_.!~*'()$&,:;=@"
# Most paths have only such characters, and are canonical already.
_PLAIN = re.compile(rf"[A-Za-z0-9/{re.escape(_UNENCODED)}]*")
_MALFORMED = re.compile(r"%(?![0-9A-Fa-f]{2})")


def canonical_path(text: str) -> str:
    """Return a path in its canonical form, the same for all spellings of a path. canonicalPath.js does the same.

    A percent sign that begins no escape is one of the name. Escapes that are not UTF-8 leave the path as it is.
    """
    if _PLAIN.fullmatch(text):
        return text
    segments = [_decoded(segment) for segment in _MALFORMED.sub("%25", text).split("/")]
    # An encoded slash is part of a segment, so it stays encoded.
    return text if None in segments else "/".join(quote(segment or "", safe=_UNENCODED) for segment in segments)


def key_path(key: str) -> str:
    """Return the canonical path of the object with this key."""
    if _PLAIN.fullmatch(key):
        return f"/{key}"
    return "/" + quote(key, safe=f"/{_UNENCODED}")


def decode_path(path: str) -> str:
    """Return a path decoded as by JavaScript's decodeURIComponent, or unchanged if it is malformed."""
    decoded = _decoded(path)
    return path if decoded is None else decoded


def decode_query(text: str) -> str:
    """Return a name or a value of a query decoded, with `+` as a space, or unchanged if it is malformed."""
    decoded = _decoded(text.replace("+", " "))
    return text if decoded is None else decoded


def query_parameters(text: str) -> dict[str, str]:
    """Return the first value of each name of a query. As in a function's event, nothing is decoded."""
    query: dict[str, str] = {}
    for pair in filter(None, text.split("&")):
        name, _, value = pair.partition("=")
        query.setdefault(name, value)
    return query


def _decoded(text: str) -> str | None:
    """Return a decoded text; None if it is malformed or not UTF-8."""
    if "%" not in text:
        return text
    try:
        return None if _MALFORMED.search(text) else unquote(text, errors="strict")
    except UnicodeDecodeError:
        return None


def without_trailing_slash(path: str) -> str:
    """Return a path without its trailing slash; `/` is not changed."""
    return path.removesuffix("/") or "/"
