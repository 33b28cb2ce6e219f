"""A cache of SHA-256 hashes of files, kept between runs.

A cached hash is used only if the file's device, inode, size, modification time and change time are unchanged. A file
that was modified just before it was read is not cached, as a later change could leave the same times: git calls such
an entry "racy". A write through a shared memory mapping counts, as for git, when the system updates the file's times,
at the latest when the mapping ends.
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
# Longer than the resolution of file times on any file system with hard links, which is 10 ms at most.
_RACY_NS = 100_000_000

_Key = tuple[int, int, int, int, int]


class HashCache:
    """The hashes of one staged tree, kept in one file.

    Construct it just before hashing: it compares file times with the file system's time at that moment. ``save``
    writes the hashes that this run asked for, and drops all others.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._cached = _read(file)
        self._used: dict[str, tuple[_Key, str]] = {}
        self._temporary = file.with_name(file.name + ".next")
        self._temporary.write_bytes(b"")
        self._now_ns = self._temporary.stat().st_mtime_ns

    def sha256(self, path: str, file: str, status: os.stat_result) -> str:
        """Return the hash, in hex, of ``file``, which is published as ``path`` and whose current status is ``status``.

        Raises:
            PublishError: the file can't be read, or changed since ``status`` was taken.
        """
        key = _key(status)
        cached = self._cached.get(path)
        digest = cached[1] if cached and cached[0] == key else _hashed(path, file, key)
        if status.st_mtime_ns < self._now_ns - _RACY_NS:
            self._used[path] = (key, digest)
        return digest

    def save(self) -> None:
        """Write the cache file atomically, if a hash has changed."""
        if self._used == self._cached:
            self._temporary.unlink()
            return
        files = {path: [*key, digest] for path, (key, digest) in self._used.items()}
        self._temporary.write_text(json.dumps({"version": _VERSION, "files": files}), encoding="utf-8")
        self._temporary.replace(self._file)


def _hashed(path: str, file: str, key: _Key) -> str:
    try:
        with open(file, "rb", buffering=0) as opened:  # noqa: PTH123 - 10,000 files: Path costs a third more
            digest = (
                hashlib.sha256(opened.read())
                if key[2] <= _READ_AT_ONCE_BYTES
                else hashlib.file_digest(opened, "sha256")
            )
            after = _key(os.fstat(opened.fileno()))
    except OSError as error:
        raise PublishError(f"'{path}' can't be read ({error.strerror}): make it readable, or ignore it") from error
    if after != key:
        raise PublishError(f"'{path}' changed while it was read: run pulumi up again once the build has finished")
    return digest.hexdigest()


# Files up to this size are read at once, larger ones in chunks.
_READ_AT_ONCE_BYTES = 1 << 20


def _key(status: os.stat_result) -> _Key:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _read(file: Path) -> dict[str, tuple[_Key, str]]:
    """Return what ``save`` wrote; nothing if the file can't be read."""
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
