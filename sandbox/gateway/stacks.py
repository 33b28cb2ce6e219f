"""Which bucket is a stack's: read from the file backend's state, again whenever a file changes."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.environment import Home

BUCKET_TYPE = "aws:s3/bucket:Bucket"


def stack_files(home: Home) -> dict[str, Path]:
    """Return the state file of each stack by `<project>/<stack>`; beside them lie .bak and .attrs files."""
    files = (home.state / ".pulumi" / "stacks").glob("*/*.json")
    return {f"{file.parent.name}/{file.stem}": file for file in sorted(files)}


def bucket_of(state: dict[str, Any]) -> str | None:
    """Return the stack's bucket, or None while it has none.

    A resource marked `delete` is the old half of a replacement, on its way out.
    """
    latest = (state.get("checkpoint") or {}).get("latest") or {}
    for resource in latest.get("resources") or []:
        if resource.get("type") == BUCKET_TYPE and resource.get("id") and not resource.get("delete"):
            return str(resource["id"])
    return None


class Stacks:
    """The buckets of the stacks below one home."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._read: dict[str, tuple[tuple[int, int, int], str | None]] = {}

    def names(self) -> list[str]:
        """Return every stack there is, as `<project>/<stack>`."""
        return list(stack_files(self._home))

    def bucket(self, name: str) -> str | None:
        """Return the bucket that the stack has now, or None."""
        try:
            file = stack_files(self._home)[name]
            mark = _mark(file)
        except (KeyError, FileNotFoundError):
            return None
        with self._lock:
            known = self._read.get(name)
        return known[1] if known and known[0] == mark else self._reread(name, file, mark)

    def _reread(self, name: str, file: Path, mark: tuple[int, int, int]) -> str | None:
        try:
            state = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except json.JSONDecodeError:
            # Caught while it was being written: what was known a moment ago still holds.
            return self._read.get(name, (mark, None))[1]
        with self._lock:
            self._read[name] = (mark, bucket_of(state))
            return self._read[name][1]


def _mark(file: Path) -> tuple[int, int, int]:
    found = os.stat(file)  # noqa: PTH116 - the three numbers together say whether the file changed
    return found.st_mtime_ns, found.st_size, found.st_ino
