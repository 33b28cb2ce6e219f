"""The Cache-Control header of each file: the rules of `publish:cacheControl`, then the default.

The default: the content of a file with its hash in the name never changes, so browsers may keep the file for a year.
They revalidate all other files each time. The header also says how long the edge keeps a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from hosting.errors import PublishError
from hosting.formats.gitignore import PatternList
from hosting.formats.wildmatch import PatternError, parse
from hosting.publish.staging.hashed_names import hashed_names
from hosting.publish.staging.lifetimes import MANAGED, Ttls, final_header

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from hosting.formats.wildmatch import Pattern

# A year is the longest time that https://www.rfc-editor.org/rfc/rfc2616#section-14.21 allows;
# `immutable` is https://www.rfc-editor.org/rfc/rfc8246.
IMMUTABLE = "public, max-age=31536000, immutable"


class CacheRule(Protocol):
    """A rule: a gitignore pattern, and the value of the header for the files that it matches."""

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
            PublishError: a pattern is empty, a comment, negated or invalid.
        """
        self._ttls = ttls
        self._values = tuple(rule.value for rule in rules)
        self._patterns = PatternList(_parsed(index, rule.pattern) for index, rule in enumerate(rules))
        self._folders = {"": -1}

    def values_for(self, paths: Collection[str]) -> dict[str, str]:
        """Return the header of each of a site's ``paths``."""
        own = self._own(paths)
        return {path: final_header(own.get(path), self._ttls) for path in paths}

    def _own(self, paths: Collection[str]) -> dict[str, str]:
        """Return the headers of the paths that have a hashed name or match a rule."""
        values = dict.fromkeys(hashed_names(paths), IMMUTABLE)
        if self._values:
            values.update((path, self._values[index]) for path in paths if (index := self._last_rule(path)) >= 0)
        return values

    def _last_rule(self, path: str) -> int:
        """Return the index of the last rule that matches the file ``path``, -1 if none does."""
        around = self._last_around(path.rpartition("/")[0])
        return max(around, self._patterns.last_match(path, is_dir=False))

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
