"""The path pattern of a cache behavior, and the normalized path that it is compared with.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern:
"CloudFront normalizes URI paths consistent with RFC 3986", removes multiple slashes and dot segments, and then matches
the path. Functions and origins get the path as the viewer sent it.
"""

from __future__ import annotations

import re

from sandbox.emulator.edge_cache import normalize_escapes

_SLASHES = re.compile("/{2,}")


def normalize_path(uri: str) -> str:
    """Return the path that patterns are compared with.

    https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2 and #section-5.2.4
    """
    kept: list[str] = []
    first, *segments = _SLASHES.sub("/", normalize_escapes(uri)).split("/")
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
