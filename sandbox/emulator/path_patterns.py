"""The path pattern of a cache behavior, and the normalized path that it is compared with.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern:
"CloudFront normalizes URI paths consistent with RFC 3986", removes multiple slashes and dot segments, and then matches
the path. Functions and origins get the path as the viewer sent it.
"""

from __future__ import annotations

import re
from string import ascii_letters, digits

_SLASHES = re.compile("/{2,}")
_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
_UNRESERVED = {f"%{ord(letter):02X}": letter for letter in f"{ascii_letters}{digits}-._~"}


def _normalize_escapes(uri: str) -> str:
    """Return a URI without needless percent-encoding, and with the rest of it in upper case.

    Two URIs that differ in another way are not the same: https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2
    """
    return _ESCAPE.sub(lambda escape: _UNRESERVED.get(escape[0].upper(), escape[0].upper()), uri)


def normalize_path(uri: str) -> str:
    """Return the path that patterns are compared with.

    https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2 and #section-5.2.4
    """
    kept: list[str] = []
    first, *segments = _SLASHES.sub("/", _normalize_escapes(uri)).split("/")
    for index, segment in enumerate(segments):
        if segment == "..":
            del kept[-1:]
        if segment not in (".", ".."):
            kept.append(segment)
        elif index == len(segments) - 1:
            kept.append("")
    return "/".join([first, *kept])


def matches_pattern(pattern: str, path: str) -> bool:
    """Return whether a pattern matches a normalized path.

    `*` matches any text, slashes too, and `?` one character. Case matters, a slash at the start does not.
    """
    wildcards = {"*": ".*", "?": "."}
    expression = "".join(wildcards.get(char, re.escape(char)) for char in f"/{pattern.removeprefix('/')}")
    return re.fullmatch(expression, path, re.DOTALL) is not None
