"""Settings that give files a value by gitignore patterns, such as `publish:cacheControl`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from hosting.errors import PublishError
from hosting.formats.git_pattern import GitPattern, PatternError
from hosting.formats.gitignore import PatternList

if TYPE_CHECKING:
    from collections.abc import Sequence


class FileRule(Protocol):
    """One rule of a setting."""

    @property
    def pattern(self) -> str:
        """A gitignore pattern without ``!``."""
        ...

    @property
    def value(self) -> str:
        """The value of the files that it matches."""
        ...


class FileRules:
    """The rules of one setting; the last rule that matches a file, or a folder around it, decides."""

    def __init__(self, setting: str, rules: Sequence[FileRule]) -> None:
        """Compile ``rules``; ``setting`` is their key, such as ``publish:cacheControl``.

        Raises:
            PublishError: a pattern matches no file, because it is empty, a comment, negated or invalid.
        """
        for index, rule in enumerate(rules):
            _check(f"'{setting}[{index}].pattern'", rule.pattern)
        self._values = tuple(rule.value for rule in rules)
        self._patterns = PatternList(rule.pattern for rule in rules)
        self._folders = {"": -1}

    def __len__(self) -> int:
        """Return the number of rules."""
        return len(self._values)

    def value(self, path: str) -> str | None:
        """Return the value of the file ``path``, None if no rule matches it."""
        index = max(self._last_folder_rule(path.rpartition("/")[0]), self._index(path, is_dir=False))
        return self._values[index] if index >= 0 else None

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


def _check(key: str, pattern: str) -> None:
    try:
        is_usable = GitPattern(pattern).include
    except PatternError as error:
        raise PublishError(_message(key, pattern, str(error))) from error
    if not is_usable:
        raise PublishError(_message(key, pattern, "matches no file: it must not be empty or begin with ! or #"))


def _message(key: str, pattern: str, reason: str) -> str:
    return f"The pattern '{pattern}' ({key}) {reason}: pulumi config set --path {key} '<pattern>'"
