"""Whether files are still as they were: their paths, sizes and modification times.

Of the sources of a build: what git would commit or offer to add, where git is in use; else everything. Files
that git ignores are not looked at, but for `.env…` beside those that it does not, which builds read.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Snapshot: TypeAlias = dict[str, tuple[int, int]]

# Not sources, wherever they stand: installed packages, and what is written while the program runs.
_SKIPPED = frozenset({".git", "node_modules", ".hosting", ".sandbox", ".pulumi", ".venv", "__pycache__"})
# Without git the folder may be anything, a home folder too: more than this is not worth walking.
_MOST_FILES = 50_000


class _TooManyError(Exception):
    """There are more files than are worth looking at."""


def sources_snapshot(cwd: Path, *excluded: Path) -> Snapshot | None:
    """Return the state of what a build in ``cwd`` may read; None when that is too much to tell.

    That is the git work tree, or else the folder, that ``cwd`` is in, and the one around the distribution
    folder, which is the first of ``excluded``; without those, and without the excluded folders.
    """
    found: Snapshot = {}
    without = frozenset(os.path.realpath(path) for path in excluded)
    try:
        for root in _roots(cwd, excluded[0].parent):
            _add_sources(found, root, without)
    except _TooManyError:
        return None
    return found


def folder_snapshot(folder: Path) -> Snapshot | None:
    """Return the state of all that is in ``folder``; None when that is too much to tell."""
    found: Snapshot = {}
    try:
        _add_folder(found, os.path.realpath(folder), frozenset(), frozenset())
    except _TooManyError:
        return None
    return found


def _roots(*folders: Path) -> list[str]:
    """Return where the sources of what happens in ``folders`` begin, none of them inside another."""
    tops = sorted({_work_tree(os.path.realpath(folder)) for folder in folders if folder.is_dir()})
    return [top for top in tops if not any(_is_inside(top, other) for other in tops if other != top)]


def _work_tree(folder: str) -> str:
    top = _git(folder, "rev-parse", "--show-toplevel")
    return os.fsdecode(top.removesuffix(b"\n")) if top else folder


def _git(folder: str, *arguments: str) -> bytes | None:
    """Return what git says, None when it says no: not installed, not its work tree, not its owner."""
    try:
        return subprocess.run(["git", "-C", folder, *arguments], capture_output=True, check=True).stdout  # noqa: S603, S607 - arguments are ours; git is where the user has it
    except (OSError, subprocess.CalledProcessError):
        return None


def _add_sources(found: Snapshot, root: str, without: frozenset[str]) -> None:
    listed = _git(root, "ls-files", "-c", "-o", "--exclude-standard", "-z")
    if listed is None:
        _add_folder(found, root, without, _SKIPPED)
        return
    paths = set(map(os.fsdecode, listed.split(b"\0")[:-1]))
    for path in paths | set(_environment_files(root, paths)):
        full = os.path.normpath(os.path.join(root, path))  # noqa: PTH118 - Path costs ten times as much
        if _SKIPPED.intersection(path.split("/")) or any(_is_inside(full, folder) for folder in without):
            continue
        if os.path.isdir(full) and not os.path.islink(full):  # noqa: PTH112, PTH114 - the same
            # Another repository inside this one, of which git tells nothing more. One that is registered and
            # not checked out lists itself.
            if full != root:
                _add_sources(found, full, without)
        else:
            _add_file(found, full)


def _environment_files(root: str, paths: Iterable[str]) -> Iterator[str]:
    """Yield the `.env…` files in the folders of ``paths``, and in those around them, relative to ``root``."""
    folders = {""}
    for path in paths:
        while (path := path.rpartition("/")[0]) not in folders:
            folders.add(path)
    for folder in folders:
        for file in Path(root, folder).glob(".env*"):
            yield f"{folder}/{file.name}" if folder else file.name


def _add_folder(found: Snapshot, folder: str, without: frozenset[str], skipped: frozenset[str]) -> None:
    for around, folders, files in os.walk(folder):
        inside = [name for name in folders if os.path.join(around, name) not in without]  # noqa: PTH118 - the same
        folders[:] = [name for name in inside if name not in skipped]
        for name in files:
            _add_file(found, os.path.join(around, name))  # noqa: PTH118 - the same
        if len(found) > _MOST_FILES:
            raise _TooManyError


def _add_file(found: Snapshot, path: str) -> None:
    try:
        status = os.lstat(path)
    except OSError:
        # deleted, but git still lists it
        return
    found[path] = (status.st_size, status.st_mtime_ns)


def _is_inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
