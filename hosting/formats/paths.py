"""URL paths in the form in which rules and routes are compared, in Python as in JavaScript."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

# The characters that encodeURI does not encode, without `?` and `#`, which end a path.
_UNENCODED = "/-_.!~*'();:@&=+$,"
# Escapes of reserved characters, which decodeURI does not decode: %2F is not a slash.
_RESERVED = re.compile(r"(%(?:2[346BCF]|3[ABDF]|40))", re.IGNORECASE)
_MALFORMED = re.compile(r"%(?![0-9A-Fa-f]{2})")


def canonical_path(text: str) -> str:
    """Return a path in its canonical form: needless escapes decoded, reserved ones kept. See canonicalPath.js."""
    parts = _RESERVED.split(text)
    return "".join(
        part.upper() if index % 2 else quote(unquote(part), safe=_UNENCODED) for index, part in enumerate(parts)
    )


def decode_path(path: str) -> str:
    """Return a path decoded as by JavaScript's decodeURIComponent, or unchanged if it is malformed."""
    decoded = _decoded(path)
    return path if decoded is None else decoded


def decode_query(text: str) -> str:
    """Return a name or a value of a query decoded, with `+` as a space, or unchanged if it is malformed."""
    decoded = _decoded(text.replace("+", " "))
    return text if decoded is None else decoded


def _decoded(text: str) -> str | None:
    """Return a decoded text; None if it is malformed or not UTF-8."""
    try:
        return None if _MALFORMED.search(text) else unquote(text, errors="strict")
    except UnicodeDecodeError:
        return None


def without_trailing_slash(path: str) -> str:
    """Return a path without its trailing slash; `/` is not changed."""
    return path.removesuffix("/") or "/"
