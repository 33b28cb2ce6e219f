"""SHA-256 of many files, remembered between runs for those that have not been touched since.

A remembered hash is used only when the file's device, inode, size, modification time and change time are all
as they were when it was read. A file that was modified so shortly before it was read that a later change
could have left the same times is not remembered: git's "racy" rule. As for git, what a process writes through a
shared memory mapping counts as written when the system gives it a time, at the latest when the mapping ends.
https://git-scm.com/docs/racy-git, https://pubs.opengroup.org/onlinepubs/9699919799/functions/mmap.html
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING

from hosting.errors import PublishError

if TYPE_CHECKING:
    from pathlib import Path

_VERSION = 1
# Longer than a tick of any clock that files are stamped by, where there are hard links: 10 ms at the most.
_RACY_NS = 100_000_000

_Key = tuple[int, int, int, int, int]


class HashCache:
    """The hashes of one staged tree, kept in one file.

    Construct it just before hashing: its clock is the file system's own at that moment. ``save`` keeps
    what this run has asked for and forgets the rest.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known = _read(file)
        self._seen: dict[str, tuple[_Key, str]] = {}
        self._next = file.with_name(file.name + ".next")
        self._next.write_bytes(b"")
        self._clock = self._next.stat().st_mtime_ns

    def sha256(self, path: str, file: str, status: os.stat_result) -> str:
        """Return the hash, in hex, of ``file``, which is published as ``path`` and had ``status`` just now.

        Raises:
            PublishError: it can't be read, or changed in the meantime.
        """
        key = _key(status)
        known = self._known.get(path)
        digest = known[1] if known and known[0] == key else _hashed(path, file, key)
        if status.st_mtime_ns < self._clock - _RACY_NS:
            self._seen[path] = (key, digest)
        return digest

    def save(self) -> None:
        """Write the cache, all of it or nothing."""
        files = {path: [*key, digest] for path, (key, digest) in self._seen.items()}
        self._next.write_text(json.dumps({"version": _VERSION, "files": files}), encoding="utf-8")
        self._next.replace(self._file)


def _hashed(path: str, file: str, key: _Key) -> str:
    try:
        with open(file, "rb", buffering=0) as opened:  # noqa: PTH123 - 10,000 files: Path costs a third more
            digest = hashlib.sha256(opened.read()) if key[2] <= _AT_ONCE else hashlib.file_digest(opened, "sha256")
            after = _key(os.fstat(opened.fileno()))
    except OSError as error:
        raise PublishError(f"'{path}' can't be read ({error.strerror}): make it readable, or ignore it") from error
    if after != key:
        raise PublishError(f"'{path}' changed while it was read: run pulumi up again when the build has ended")
    return digest.hexdigest()


# Read whole when it is no larger; larger ones in pieces.
_AT_ONCE = 1 << 20


def _key(status: os.stat_result) -> _Key:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _read(file: Path) -> dict[str, tuple[_Key, str]]:
    """Return what ``save`` wrote; a cache that can't be read is an empty one."""
    try:
        cache = json.loads(file.read_bytes())
        if cache["version"] != _VERSION:
            return {}
        return {
            path: ((device, inode, size, modified, changed), digest)
            for path, (device, inode, size, modified, changed, digest) in cache["files"].items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}
