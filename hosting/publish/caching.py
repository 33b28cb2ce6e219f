"""The Cache-Control header of each file: the rules of `publish:cacheControl`, then the default.

The default: what is fingerprinted never changes under its name, so browsers may keep it for a year without
asking; browsers revalidate everything else each time. How long the edge keeps a file is in its header too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from hosting.errors import PublishError
from hosting.publish.fingerprint import is_fingerprinted
from hosting.publish.ignore import PatternList
from hosting.publish.lifetimes import MANAGED, Ttls, final_header
from hosting.publish.wildmatch import PatternError, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hosting.publish.wildmatch import Pattern

# A year is the longest that https://www.rfc-editor.org/rfc/rfc2616#section-14.21 let anyone promise;
# `immutable` is https://www.rfc-editor.org/rfc/rfc8246.
IMMUTABLE = "public, max-age=31536000, immutable"


class CacheRule(Protocol):
    """What this module wants of a rule: a gitignore pattern, and the header's value for what it matches."""

    @property
    def pattern(self) -> str:
        """A gitignore pattern without ``!``."""
        ...

    @property
    def value(self) -> str:
        """The header's value."""
        ...


class CacheControl:
    """The rules of one stack; the last one that matches a file, or a folder around it, wins."""

    def __init__(self, rules: Sequence[CacheRule], ttls: Ttls = MANAGED) -> None:
        """Compile ``rules``; ``ttls`` are those of the edge.

        Raises:
            PublishError: a pattern matches nothing: it is empty, a comment, negated or broken.
        """
        self._ttls = ttls
        self._values = tuple(rule.value for rule in rules)
        self._patterns = PatternList(_parsed(index, rule.pattern) for index, rule in enumerate(rules))
        self._folders = {"": -1}

    def value_for(self, path: str) -> str:
        """Return the header of the file ``path``."""
        return final_header(self._own(path), self._ttls)

    def _own(self, path: str) -> str | None:
        """Return the header that the rules or the name of a file give it, None where they do not."""
        if self._values:
            folder = self._last_around(path.rpartition("/")[0])
            index = max(folder, self._patterns.last_match(path, is_dir=False))
            if index >= 0:
                return self._values[index]
        return IMMUTABLE if is_fingerprinted(path) else None

    def _last_around(self, folder: str) -> int:
        """Return the index of the last rule that matches ``folder`` or one around it."""
        known = self._folders.get(folder)
        if known is None:
            around = self._last_around(folder.rpartition("/")[0])
            known = max(around, self._patterns.last_match(folder, is_dir=True))
            self._folders[folder] = known
        return known


def _parsed(index: int, text: str) -> Pattern:
    try:
        pattern = parse(text)
    except PatternError as error:
        raise PublishError(_message(index, text, str(error))) from error
    if pattern is None or pattern.negated:
        raise PublishError(_message(index, text, "matches no file: it must not be empty or begin with ! or #"))
    return pattern


def _message(index: int, text: str, reason: str) -> str:
    key = f"'publish:cacheControl[{index}].pattern'"
    return f"The pattern '{text}' ({key}) {reason}: pulumi config set --path {key} '<pattern>'"
