"""Reads the regular expressions of s3deploy, which are searched in the keys of files, as patterns.

https://github.com/bep/s3deploy/blob/master/lib/config.go
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hosting.migrate.path_patterns import SEGMENT, NotExpressibleError, Parts, PathPattern
from hosting.migrate.regex_forms import compiled, regex_patterns

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDE = (".*", ".+")
# No expression is for this name alone.
_NAME = "zq"
_SPECIAL_IN_GIT = re.compile(r"[*?\[\\ ]")


def key_patterns(expression: str) -> list[PathPattern]:
    """Return the paths of the keys in which a regular expression is found.

    Raises:
        NotExpressibleError: it is not a regular expression, or has too many alternatives.
    """
    body = expression.removeprefix("^")
    is_open = not body.endswith("$") or body.endswith("\\$")
    body = body if is_open else body[:-1]
    is_anchored = expression.startswith("^") or body.startswith(_WIDE) or (is_open and not body)
    start = "" if is_anchored else ".*"
    end = ".*" if is_open and not body.endswith(_WIDE) else ""
    try:
        compiled(expression)
    except (re.error, RecursionError, OverflowError) as error:
        raise NotExpressibleError("is not a regular expression of Python") from error
    # Without a group, `a|b` would be two whole expressions.
    return regex_patterns(f"/{start}(?:{body}){end}" if "|" in body else f"/{start}{body}{end}")


def sample_keys(pattern: PathPattern) -> Iterator[str]:
    """Yield two keys that the pattern is for: at the root, and in a folder as far as the pattern allows one."""
    for filler in (_NAME, f"{_NAME}/{_NAME}"):
        filled = (part if isinstance(part, str) else filler if part.is_wide else _NAME for part in pattern.parts)
        yield "".join(filled).removeprefix("/")


def git_pattern(pattern: PathPattern) -> str:
    """Return the gitignore pattern of the same files.

    Raises:
        NotExpressibleError: no pattern can express it.
    """
    written = _git_text(pattern.parts)
    if written == "/":
        raise NotExpressibleError("is for no file")
    return written


def _git_text(parts: Parts) -> str:
    written = ""
    for position, part in enumerate(parts):
        rest = parts[position + 1 :]
        if isinstance(part, str) and not _SPECIAL_IN_GIT.search(part):
            written += part
        elif isinstance(part, str) or not (part.is_wide or part.expression == SEGMENT):
            raise NotExpressibleError("has a part that no gitignore pattern has")
        elif not part.is_wide or not rest:
            written += "*"
        elif written == "/" and not any("/" in one for one in rest if isinstance(one, str)):
            # A pattern without a slash is for all folders.
            written = "*"
        elif written.endswith("/"):
            written += "**/*"
        else:
            raise NotExpressibleError("is for files that no gitignore pattern is for")
    return written
