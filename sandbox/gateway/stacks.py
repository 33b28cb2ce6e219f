"""The bucket of each stack, from the state in the file backend; a changed state file is read again."""

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
    """Return the state file of each stack by `<project>/<stack>`, without the .bak and .attrs files beside it."""
    files = _folder(home).glob("*/*.json")
    return {f"{file.parent.name}/{file.stem}": file for file in sorted(files)}


def _folder(home: Home) -> Path:
    return home.state / ".pulumi" / "stacks"


def bucket_of(state: dict[str, Any]) -> str | None:
    """Return the first bucket in a stack's state, or None.

    A resource marked `delete` is the old half of a replacement, and will be deleted.
    """
    latest = (state.get("checkpoint") or {}).get("latest") or {}
    for resource in latest.get("resources") or []:
        if resource.get("type") == BUCKET_TYPE and resource.get("id") and not resource.get("delete"):
            return str(resource["id"])
    return None


class Stacks:
    """The stacks of one home, and their buckets."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[tuple[int, int, int], str | None]] = {}

    def names(self) -> list[str]:
        """Return every stack as `<project>/<stack>`."""
        return list(stack_files(self._home))

    def bucket(self, name: str) -> str | None:
        """Return the bucket that a stack has now, or None."""
        file = _folder(self._home) / f"{name}.json"
        try:
            version = _file_version(file)
        except FileNotFoundError:
            return None
        with self._lock:
            cached = self._buckets.get(name)
        return cached[1] if cached and cached[0] == version else self._read(name, file, version)

    def _read(self, name: str, file: Path, version: tuple[int, int, int]) -> str | None:
        try:
            state = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except json.JSONDecodeError:
            # The file is being written: the previous bucket still is the right one.
            return self._buckets.get(name, (version, None))[1]
        with self._lock:
            self._buckets[name] = (version, bucket_of(state))
            return self._buckets[name][1]


def _file_version(file: Path) -> tuple[int, int, int]:
    found = os.stat(file)  # noqa: PTH116 - the three numbers together change whenever the file does
    return found.st_mtime_ns, found.st_size, found.st_ino
