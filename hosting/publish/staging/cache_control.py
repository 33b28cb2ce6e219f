"""The Cache-Control header of each file: from the rules of `publish:cacheControl`, otherwise the default.

By default, browsers may keep a file with a hash of its content in its name for a year without asking, because its
content never changes under that name. They revalidate every other file each time. The header also states how long the
edge keeps the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from hosting.errors import PublishError
from hosting.formats.git_pattern import GitPattern, PatternError
from hosting.formats.gitignore import PatternList
from hosting.publish.staging.hashed_names import hashed_names
from hosting.publish.staging.lifetimes import MANAGED, Ttls, final_header

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

# A year is the longest that https://www.rfc-editor.org/rfc/rfc2616#section-14.21 allowed;
# `immutable` is https://www.rfc-editor.org/rfc/rfc8246.
IMMUTABLE = "public, max-age=31536000, immutable"


class CacheRule(Protocol):
    """What this module needs of a rule: a gitignore pattern, and the header's value for the files that it matches."""

    @property
    def pattern(self) -> str:
        """A gitignore pattern without ``!``."""
        ...

    @property
    def value(self) -> str:
        """The header's value."""
        ...


class CacheControl:
    """The rules of one stack; the last rule that matches a file, or a folder around it, decides."""

    def __init__(self, rules: Sequence[CacheRule], ttls: Ttls = MANAGED) -> None:
        """Compile ``rules``; ``ttls`` are the edge's.

        Raises:
            PublishError: a pattern matches no file, because it is empty, a comment, negated or invalid.
        """
        for index, rule in enumerate(rules):
            _check(index, rule.pattern)
        self._ttls = ttls
        self._values = tuple(rule.value for rule in rules)
        self._patterns = PatternList(rule.pattern for rule in rules)
        self._folders = {"": -1}

    def values_for(self, paths: Collection[str]) -> dict[str, str]:
        """Return the header of each of a site's ``paths``."""
        own = self._own(paths)
        return {path: final_header(own.get(path), self._ttls) for path in paths}

    def _own(self, paths: Collection[str]) -> dict[str, str]:
        """Return the headers of the paths whose name or whose rule decides it."""
        values = dict.fromkeys(hashed_names(paths), IMMUTABLE)
        if self._values:
            values.update((path, self._values[index]) for path in paths if (index := self._last_rule(path)) >= 0)
        return values

    def _last_rule(self, path: str) -> int:
        """Return the index of the last rule that matches the file ``path`` or a folder around it, -1 if none does."""
        return max(self._last_folder_rule(path.rpartition("/")[0]), self._index(path, is_dir=False))

    def _last_folder_rule(self, folder: str) -> int:
        """Return the index of the last rule that matches ``folder`` or a folder around it, -1 if none does."""
        last = self._folders.get(folder)
        if last is None:
            last = max(self._last_folder_rule(folder.rpartition("/")[0]), self._index(folder, is_dir=True))
            self._folders[folder] = last
        return last

    def _index(self, path: str, *, is_dir: bool) -> int:
        index = self._patterns.check(path, is_dir=is_dir).index
        return -1 if index is None else index


def _check(index: int, pattern: str) -> None:
    try:
        is_usable = GitPattern(pattern).include
    except PatternError as error:
        raise PublishError(_message(index, pattern, str(error))) from error
    if not is_usable:
        raise PublishError(_message(index, pattern, "matches no file: it must not be empty or begin with ! or #"))


def _message(index: int, pattern: str, reason: str) -> str:
    key = f"'publish:cacheControl[{index}].pattern'"
    return f"The pattern '{pattern}' ({key}) {reason}: pulumi config set --path {key} '<pattern>'"
