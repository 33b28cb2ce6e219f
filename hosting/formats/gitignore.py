"""Which files of the distribution folder are not published, by git's rules.

Three lists are read in this order, and the last pattern that matches decides: the built-in defaults below,
the ignore file (`.publishignore`), the setting `publish:ignore`. A later ``!pattern`` publishes what an
earlier one ignored, except below a folder that is itself ignored, as in git.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hosting.errors import PublishError
from hosting.formats.wildmatch import PatternError, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from hosting.formats.wildmatch import Pattern

IGNORE_FILE = ".publishignore"

# Never meant for visitors: version control, what desktops and editors leave behind, and secrets. Every other
# name that begins with a dot is published; `.well-known` has to be.
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
    """Patterns, of which the last one that matches a path is wanted."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self.patterns = tuple(patterns)
        self._finders = {is_dir: _finders(self.patterns, is_dir=is_dir) for is_dir in (False, True)}

    def last_match(self, path: str, *, is_dir: bool) -> int:
        """Return the index of the last pattern that matches ``path`` itself, -1 when none does."""
        raw = path.encode("utf-8", "surrogateescape")
        names, paths = self._finders[is_dir]
        return max(names.last(raw.rpartition(b"/")[2]), paths.last(raw))


class _Finder:
    """Finds the last of many expressions that matches: one alternation, last expression first."""

    def __init__(self, numbered: Iterable[tuple[int, Pattern]]) -> None:
        last_first = sorted(numbered, key=lambda item: -item[0])
        self._indexes = tuple(index for index, _ in last_first)
        alternatives = [pattern.regex for _, pattern in last_first]
        # Most paths match nothing: without groups that is found out several times faster.
        self._any = re.compile(b"|".join(b"(?:%s)" % one for one in alternatives) or b"(?!)", re.DOTALL)
        self._which = re.compile(b"|".join(b"(%s)" % one for one in alternatives), re.DOTALL)

    def last(self, text: bytes) -> int:
        if not self._any.fullmatch(text):
            return -1
        found = self._which.fullmatch(text)
        return self._indexes[(found.lastindex or 0) - 1] if found else -1


def _finders(patterns: Sequence[Pattern], *, is_dir: bool) -> tuple[_Finder, _Finder]:
    """Return the finder over last names and the one over whole paths."""
    usable = [(index, one) for index, one in enumerate(patterns) if is_dir or not one.folders_only]
    return (
        _Finder((index, one) for index, one in usable if one.name_only),
        _Finder((index, one) for index, one in usable if not one.name_only),
    )


class IgnoreRules:
    """The patterns in force for one distribution folder.

    Construct with ``from_lines`` or ``from_folder``.
    """

    def __init__(self, patterns: Iterable[Pattern], *, ignore_file: str | None = None) -> None:
        self._patterns = PatternList(patterns)
        self._ignore_file = ignore_file
        self._folders: dict[str, bool] = {"": False}

    @classmethod
    def from_lines(
        cls, settings_patterns: Sequence[str], file_lines: Sequence[str] = (), *, ignore_file: str | None = None
    ) -> IgnoreRules:
        """Return the rules of the defaults, then ``file_lines``, then ``settings_patterns``.

        ``ignore_file`` is the path of the file that the lines come from; it is ignored whatever they say.

        Raises:
            PublishError: a pattern can never match; it is named, with where it stands.
        """
        name = ignore_file or IGNORE_FILE
        wheres = [(f"line {number} of {name}", line) for number, line in enumerate(file_lines, 1)]
        wheres += [(f"'publish:ignore[{index}]'", line) for index, line in enumerate(settings_patterns)]
        parsed = [parse(line) for line in DEFAULTS] + [_parsed(where, line) for where, line in wheres]
        return cls([pattern for pattern in parsed if pattern], ignore_file=ignore_file)

    @classmethod
    def from_folder(cls, folder: Path, *, patterns: Sequence[str], ignore_file: str | None) -> IgnoreRules:
        """Return the rules for ``folder``, whose ignore file is read: `.publishignore` if None and present.

        Raises:
            PublishError: the file that ``ignore_file`` names is not there, or a pattern can never match.
        """
        name = ignore_file or IGNORE_FILE
        try:
            text = (folder / name).read_bytes().removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
        except OSError as error:
            if ignore_file is None and isinstance(error, FileNotFoundError):
                return cls.from_lines(patterns)
            raise PublishError(
                f"The ignore file '{name}' in {folder} can't be read ({error.strerror}): make it there, or "
                "pulumi config rm publish:ignoreFile"
            ) from error
        return cls.from_lines(patterns, text.split("\n"), ignore_file=name)

    def ignored(self, path: str, *, is_dir: bool = False) -> bool:
        """Tell whether ``path``, POSIX-relative to the distribution folder, is not published."""
        return path == self._ignore_file or self._below_ignored(path) or self._excluded(path, is_dir=is_dir)

    def _below_ignored(self, path: str) -> bool:
        """A file can't be re-included when a folder around it is ignored."""
        folder = path.rpartition("/")[0]
        known = self._folders.get(folder)
        if known is None:
            known = self._below_ignored(folder) or self._excluded(folder, is_dir=True)
            self._folders[folder] = known
        return known

    def _excluded(self, path: str, *, is_dir: bool) -> bool:
        """Ask the patterns about ``path`` itself, not about the folders around it."""
        index = self._patterns.last_match(path, is_dir=is_dir)
        return index >= 0 and not self._patterns.patterns[index].negated


def _parsed(where: str, line: str) -> Pattern | None:
    try:
        return parse(line)
    except PatternError as error:
        fix = f"pulumi config set --path {where} '<pattern>'" if where.startswith("'") else "correct that line"
        raise PublishError(f"The ignore pattern '{line}' ({where}) {error}: {fix}") from error
