"""Which files of the distribution folder are ignored, which means not published.

The rules come from three lists, in this order: the defaults below, the ignore file (`.publishignore`), and the setting
`publish:ignore`. They are read exactly as git reads its ignore files. The last pattern that matches decides, so a later
``!pattern`` publishes what an earlier pattern ignored. As in git, it has no effect below an ignored folder.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from pathspec import PathSpec
from pathspec.util import CheckResult

from hosting.errors import PublishError
from hosting.formats.git_pattern import GitPattern, subject_of, why_invalid
from hosting.formats.never_published import IGNORE_FILE, NEVER_PUBLISHED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


class PatternList:
    """Lines of ignore files; the last line that matches a path decides."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Translate ``lines``.

        Raises:
            PatternError: a pattern can never match.
        """
        # The default backend would be google-re2 where that is installed, and it takes pathspec's own patterns only.
        self._patterns = PathSpec.from_lines(GitPattern, lines, backend="simple").patterns
        self._groups = _groups_of(self._patterns)
        self._any = re.compile("|".join(group.expression.pattern for group in self._groups), re.DOTALL)

    def check(self, path: str, *, is_dir: bool) -> CheckResult[str]:
        """Return which line decides about ``path`` itself, without regard to the folders around it."""
        subject = subject_of(path, is_dir=is_dir)
        # No line matches most paths. One expression for all lines finds that out several times faster.
        if not self._any.fullmatch(subject):
            return CheckResult(subject, None, None)
        index = max(_last_index(group, subject) for group in self._groups)
        return CheckResult(subject, self._patterns[index].include, index)


class _Group(NamedTuple):
    """The lines with the same prefix, as one expression.

    Attributes:
        expression: an alternative for each line, with an empty group at its end.
        indexes: the index of each line. The last line comes first, as the first alternative that matches wins.
    """

    expression: re.Pattern[str]
    indexes: list[int]


def _groups_of(patterns: Sequence[GitPattern]) -> list[_Group]:
    by_prefix = defaultdict(list)
    for index in reversed(range(len(patterns))):
        by_prefix[patterns[index].prefix].append(index)
    groups = []
    for prefix, indexes in by_prefix.items():
        lines = "|".join(f"{patterns[index].body}()" for index in indexes)
        groups.append(_Group(re.compile(f"{prefix}(?:{lines})", re.DOTALL), indexes))
    return groups


def _last_index(group: _Group, subject: str) -> int:
    """Return the index of the last line of ``group`` that matches, -1 if none does."""
    found = group.expression.fullmatch(subject)
    return group.indexes[found.lastindex - 1] if found and found.lastindex else -1


class IgnoreRules:
    """The ignore rules of one distribution folder.

    Construct with ``from_lines`` or ``from_folder``.
    """

    def __init__(self, lines: Iterable[str], *, ignore_file: str | None = None) -> None:
        self._patterns = PatternList(lines)
        self._ignore_file = ignore_file
        self._folders: dict[str, bool] = {"": False}

    @classmethod
    def from_lines(
        cls, settings_patterns: Sequence[str], file_lines: Sequence[str] = (), *, ignore_file: str | None = None
    ) -> IgnoreRules:
        """Return the rules of the defaults, then ``file_lines``, then ``settings_patterns``.

        ``ignore_file`` is the path of the file that the lines come from. That file is always ignored.

        Raises:
            PublishError: a pattern can never match. The message names the pattern and its line or setting.
        """
        for number, line in enumerate(file_lines, 1):
            _check(line, f"line {number} of {ignore_file or IGNORE_FILE}", "correct that line")
        for index, line in enumerate(settings_patterns):
            key = f"'publish:ignore[{index}]'"
            _check(line, key, f"pulumi config set --path {key} '<pattern>'")
        return cls([*NEVER_PUBLISHED, *file_lines, *settings_patterns], ignore_file=ignore_file)

    @classmethod
    def from_folder(cls, folder: Path, *, patterns: Sequence[str], ignore_file: str | None) -> IgnoreRules:
        """Return the rules for ``folder``, with its ignore file: `.publishignore` if ``ignore_file`` is None.

        Raises:
            PublishError: the ignore file cannot be read, or a pattern can never match.
        """
        name = ignore_file or IGNORE_FILE
        try:
            text = (folder / name).read_bytes().removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
        except OSError as error:
            if ignore_file is None and isinstance(error, FileNotFoundError):
                return cls.from_lines(patterns)
            otherwise = "delete it" if ignore_file is None else "pulumi config rm publish:ignoreFile"
            raise PublishError(
                f"The ignore file '{name}' in {folder} can't be read ({error.strerror}): "
                f"make it a readable file, or {otherwise}"
            ) from error
        return cls.from_lines(patterns, text.split("\n"), ignore_file=name)

    def ignored(self, path: str, *, is_dir: bool = False) -> bool:
        """Return whether ``path``, POSIX-relative to the distribution folder, is ignored."""
        return path == self._ignore_file or self._below_ignored(path) or self._excluded(path, is_dir=is_dir)

    def _below_ignored(self, path: str) -> bool:
        """Return whether a folder around ``path`` is ignored: no pattern publishes a file below it again."""
        folder = path.rpartition("/")[0]
        is_ignored = self._folders.get(folder)
        if is_ignored is None:
            is_ignored = self._below_ignored(folder) or self._excluded(folder, is_dir=True)
            self._folders[folder] = is_ignored
        return is_ignored

    def _excluded(self, path: str, *, is_dir: bool) -> bool:
        return self._patterns.check(path, is_dir=is_dir).include is True


def _check(line: str, place: str, command: str) -> None:
    reason = why_invalid(line)
    if reason:
        # A line of the ignore file may contain bytes that are not UTF-8, which cannot be printed.
        shown = line.encode("utf-8", "backslashreplace").decode()
        raise PublishError(f"The ignore pattern '{shown}' ({place}) {reason}: {command}")
