"""Which path a cache behavior is chosen by: MiniStack compares it decoded, CloudFront in a normal form.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern:
"CloudFront normalizes URI paths consistent with RFC 3986", with multiple slashes and dot segments removed, and then
matches the path; the function and the origin get it as it was sent.
"""

from __future__ import annotations

import re

from sandbox.emulator.edge_cache import normalized

_SLASHES = re.compile("/{2,}")


def normal_path(uri: str) -> str:
    """Return the path that patterns are compared with.

    https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2 and #section-5.2.4
    """
    kept: list[str] = []
    first, *parts = _SLASHES.sub("/", normalized(uri)).split("/")
    for index, part in enumerate(parts):
        if part == "..":
            del kept[-1:]
        if part not in (".", ".."):
            kept.append(part)
        elif index == len(parts) - 1:
            kept.append("")
    return "/".join([first, *kept])


def matches(pattern: str, path: str) -> bool:
    """Whether a path pattern is for a path: ``*`` is any text, slashes too, ``?`` one character; the case counts."""
    wild = {"*": ".*", "?": "."}
    expression = "".join(wild.get(one, re.escape(one)) for one in f"/{pattern.removeprefix('/')}")
    return re.fullmatch(expression, path, re.DOTALL) is not None
