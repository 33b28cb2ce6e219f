"""Which files of the distribution folder are ignored, which means not published.

The rules come from three lists, in this order: the defaults below, the ignore file (`.publishignore`), and the setting
`publish:ignore`. They are read exactly as git reads its ignore files. The last pattern that matches decides, so a later
``!pattern`` publishes what an earlier pattern ignored. As in git, it has no effect below an ignored folder.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from pathspec import PathSpec
from pathspec.util import CheckResult

from hosting.errors import PublishError
from hosting.formats.git_pattern import GitPattern, subject_of, why_invalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

IGNORE_FILE = ".publishignore"

# Version control, files of desktops and editors, and secrets are never meant for visitors. Every other name that
# begins with a dot is published, because `.well-known` has to be.
DEFAULTS = (
    ".git",
    ".gitignore",
    ".gitattributes",
    ".gitmodules",
    ".hg",
    ".svn",
    ".DS_Store",
    "._*",
    "Thumbs.db",
    "desktop.ini",
    "*~",
    "*.swp",
    "*.swo",
    ".#*",
    r"\#*#",
    ".env",
    ".env.*",
    f"/{IGNORE_FILE}",
)


class PatternList:
    """Lines of ignore files; the last line that matches a path decides."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Translate ``lines``.

        Raises:
            PatternError: a pattern can never match.
        """
        # The default backend would be google-re2 where that is installed, and it takes pathspec's own patterns only.
        self._spec = PathSpec.from_lines(GitPattern, lines, backend="simple")
        self._any = _any_of(self._spec.patterns)

    def check(self, path: str, *, is_dir: bool) -> CheckResult[str]:
        """Return which line decides about ``path`` itself, without regard to the folders around it."""
        subject = subject_of(path, is_dir=is_dir)
        # No line matches most paths. One expression for all lines finds that out several times faster.
        if not self._any.fullmatch(subject):
            return CheckResult(subject, None, None)
        return self._spec.check_file(subject)


def _any_of(patterns: Iterable[GitPattern]) -> re.Pattern[str]:
    """Return one expression that matches what at least one of the patterns matches."""
    bodies = defaultdict(list)
    for pattern in patterns:
        bodies[pattern.prefix].append(pattern.body)
    alternatives = [f"{prefix}(?:{'|'.join(some)})" for prefix, some in bodies.items()]
    return re.compile("|".join(alternatives), re.DOTALL)


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
        return cls([*DEFAULTS, *file_lines, *settings_patterns], ignore_file=ignore_file)

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
