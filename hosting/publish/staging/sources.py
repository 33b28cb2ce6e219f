"""Snapshots of files, to detect changes: their paths, sizes and modification times.

In a git work tree, the sources of a build are the files that git tracks or would offer to add; elsewhere they are all
files. Of the files that git ignores only `.env…` beside sources count, as builds read them.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Snapshot: TypeAlias = dict[str, tuple[int, int]]

# Not sources, in any folder: installed packages, and files that the program itself writes.
_SKIPPED = frozenset({".git", "node_modules", ".hosting", ".sandbox", ".pulumi", ".venv", "__pycache__"})
# Without git the folder may be a whole home folder. With more files than this there is no snapshot.
_MAX_FILES = 50_000


class _TooManyError(Exception):
    """There are more files than a snapshot may have."""


def sources_snapshot(cwd: Path, *excluded: Path) -> Snapshot | None:
    """Return the snapshot of the files that a build in ``cwd`` may read; None if there are too many.

    These are the git work trees, or else the folders, of ``cwd`` and of the distribution folder's parent. The
    distribution folder is the first of ``excluded``, whose files are left out.
    """
    snapshot: Snapshot = {}
    excluded_paths = frozenset(os.path.realpath(path) for path in excluded)
    try:
        for root in _roots(cwd, excluded[0].parent):
            _add_sources(snapshot, root, excluded_paths)
    except _TooManyError:
        return None
    return snapshot


def folder_snapshot(folder: Path) -> Snapshot | None:
    """Return the snapshot of all files in ``folder``; None if there are too many."""
    snapshot: Snapshot = {}
    try:
        _add_folder(snapshot, os.path.realpath(folder), frozenset(), frozenset())
    except _TooManyError:
        return None
    return snapshot


def _roots(*folders: Path) -> list[str]:
    """Return the top folders of the sources for ``folders``, without those that are inside another."""
    tops = sorted({_work_tree(os.path.realpath(folder)) for folder in folders if folder.is_dir()})
    return [top for top in tops if not any(_is_inside(top, other) for other in tops if other != top)]


def _work_tree(folder: str) -> str:
    top = _git(folder, "rev-parse", "--show-toplevel")
    return os.fsdecode(top.removesuffix(b"\n")) if top else folder


def _git(folder: str, *arguments: str) -> bytes | None:
    """Return git's output; None if it fails: not installed, not in a work tree, not the owner."""
    try:
        return subprocess.run(["git", "-C", folder, *arguments], capture_output=True, check=True).stdout  # noqa: S603, S607 - fixed arguments; git comes from the user's PATH
    except (OSError, subprocess.CalledProcessError):
        return None


def _add_sources(snapshot: Snapshot, root: str, excluded_paths: frozenset[str]) -> None:
    listed = _git(root, "ls-files", "-c", "-o", "--exclude-standard", "-z")
    if listed is None:
        _add_folder(snapshot, root, excluded_paths, _SKIPPED)
        return
    paths = set(map(os.fsdecode, listed.split(b"\0")[:-1]))
    for path in paths | set(_environment_files(root, paths)):
        full = os.path.normpath(os.path.join(root, path))  # noqa: PTH118 - Path costs ten times as much
        if _SKIPPED.intersection(path.split("/")) or any(_is_inside(full, folder) for folder in excluded_paths):
            continue
        if os.path.isdir(full) and not os.path.islink(full):  # noqa: PTH112, PTH114 - the same
            # A repository inside this one, whose files git does not list. A submodule that is not checked out
            # lists itself.
            if full != root:
                _add_sources(snapshot, full, excluded_paths)
        else:
            _add_file(snapshot, full)


def _environment_files(root: str, paths: Iterable[str]) -> Iterator[str]:
    """Yield the `.env…` files in the folders of ``paths`` and in their parents, relative to ``root``."""
    folders = {""}
    for path in paths:
        while (path := path.rpartition("/")[0]) not in folders:
            folders.add(path)
    for folder in folders:
        for file in Path(root, folder).glob(".env*"):
            yield f"{folder}/{file.name}" if folder else file.name


def _add_folder(snapshot: Snapshot, folder: str, excluded_paths: frozenset[str], skipped: frozenset[str]) -> None:
    for around, folders, files in os.walk(folder):
        inside = [name for name in folders if os.path.join(around, name) not in excluded_paths]  # noqa: PTH118 - the same
        folders[:] = [name for name in inside if name not in skipped]
        for name in files:
            _add_file(snapshot, os.path.join(around, name))  # noqa: PTH118 - the same
        if len(snapshot) > _MAX_FILES:
            raise _TooManyError


def _add_file(snapshot: Snapshot, path: str) -> None:
    try:
        status = os.lstat(path)
    except OSError:
        # deleted, but git still lists it
        return
    snapshot[path] = (status.st_size, status.st_mtime_ns)


def _is_inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
