"""The scan of the distribution folder: the files to publish, and the problems that prevent it.

Symbolic links are followed if they stay inside the folder. Nothing is written and no file is opened.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hosting.errors import PublishError

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.formats.gitignore import IgnoreRules

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
MAX_KEY_BYTES = 1024
# Control characters and U+FFFE, U+FFFF: not in XML 1.0, in which S3 lists its objects.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f\ufffe\uffff]")
_PROBLEMS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to publish.

    Attributes:
        path: relative to the distribution folder, with slashes.
        real: the file's absolute path, with all links resolved.
        status: the status of the file, not of a link to it.
    """

    path: str
    real: str
    status: os.stat_result


@dataclass(frozen=True)
class Scan:
    """The content of a distribution folder.

    Attributes:
        files: the files to publish, folder by folder, sorted by name.
        ignored_count: ignored files and folders; an ignored folder counts as one.
    """

    files: tuple[FoundFile, ...]
    ignored_count: int


def scan(folder: Path, rules: IgnoreRules) -> Scan:
    """Return the files to publish in ``folder``.

    Raises:
        PublishError: files can't be published; the message names up to ten.
    """
    walk = _Walk(os.path.realpath(folder), rules)
    walk.folder(walk.root, "", (walk.root,))
    if walk.problems:
        shown = "".join(f"\n  - {problem}" for problem in walk.problems[:_PROBLEMS_SHOWN])
        more = len(walk.problems) - _PROBLEMS_SHOWN
        rest = f"\n  - and {more} more" if more > 0 else ""
        raise PublishError(
            f"{folder} holds files that can't be published; nothing was deployed: fix them, or leave them out by a "
            f"line in .publishignore or pulumi config set publish:ignore '[\"<pattern>\"]':{shown}{rest}"
        )
    return Scan(tuple(walk.files), walk.ignored_count)


class _Unpublishable(Exception):  # noqa: N818 - raised for one file, and collected with the others
    """Why one file can't be published."""


class _Walk:
    def __init__(self, root: str, rules: IgnoreRules) -> None:
        self.root = root
        self.files: list[FoundFile] = []
        self.ignored_count = 0
        self.problems: list[str] = []
        self._rules = rules

    def folder(self, real: str, prefix: str, around: tuple[str, ...]) -> None:
        """Walk the folder ``real``, published below ``prefix``; ``around`` are the real folders above it."""
        try:
            with os.scandir(real) as entries:
                in_order = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self.problems.append(f"{_shown(prefix)} can't be read ({error.strerror})")
            return
        for entry in in_order:
            path = prefix + entry.name
            is_dir = _is_folder(entry)
            if self._rules.ignored(path, is_dir=is_dir):
                self.ignored_count += 1
                continue
            try:
                self._take(entry, path, around, is_dir=is_dir)
            except _Unpublishable as reason:
                self.problems.append(f"{_shown(path)} {reason}")

    def _take(self, entry: os.DirEntry[str], path: str, around: tuple[str, ...], *, is_dir: bool) -> None:
        _check_name(path, entry.name)
        real = self._followed(entry) if entry.is_symlink() else entry.path
        if is_dir:
            if real in around:
                raise _Unpublishable("is a symbolic link to a folder that it is in: that would never end")
            self.folder(real, f"{path}/", (*around, real))
        elif entry.is_file():
            self.files.append(FoundFile(path, real, entry.stat()))
        else:
            raise _Unpublishable("is neither a file nor a folder")

    def _followed(self, entry: os.DirEntry[str]) -> str:
        target = os.readlink(entry.path)  # noqa: PTH115 - it may hold any bytes, and is only shown
        try:
            real = os.path.realpath(entry.path, strict=True)
        except OSError as error:
            raise _Unpublishable(f"is a symbolic link to {_shown(target)}: {error.strerror}") from error
        if real != self.root and not real.startswith(self.root + os.sep):
            raise _Unpublishable(f"is a symbolic link that leaves the distribution folder, to {_shown(target)}")
        return real


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # a link to itself, which `_followed` refuses unless it is ignored
        return False


def _check_name(path: str, name: str) -> None:
    try:
        length = len(path.encode())
    except UnicodeEncodeError as error:
        raise _Unpublishable("has a name that is not UTF-8") from error
    if length > MAX_KEY_BYTES:
        raise _Unpublishable(f"has a path of {length} bytes, S3 allows {MAX_KEY_BYTES}")
    if _UNPRINTABLE.search(name):
        raise _Unpublishable("has a control character in its name")


def _shown(path: str) -> str:
    """Return the path with unprintable characters escaped."""
    text = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "'" + _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text) + "'"
