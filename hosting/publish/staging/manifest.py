"""What is published, file by file, and one digest over it all.

Two trees with the same paths, contents and headers have the same digest, whatever their modification times
and whatever the order in which they were read.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from hosting.errors import PublishError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Part of the digest: with another way to write an entry down, everything counts as changed.
_VERSION = 1
_FINGERPRINT_LENGTH = 16


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """One file as visitors get it.

    Attributes:
        path: POSIX-relative to the distribution folder; the object's key.
        size: bytes.
        sha256: of the content, in hex.
        content_type: the header's value.
        cache_control: the header's value, None when the object has none.
    """

    path: str
    size: int
    sha256: str
    content_type: str
    cache_control: str | None

    @property
    def row(self) -> tuple[str, int, str, str, str | None]:
        """All of it, in the order in which it is written down."""
        return (self.path, self.size, self.sha256, self.content_type, self.cache_control)

    @property
    def fingerprint(self) -> str:
        """A token that changes when a visitor would see another content or header: 16 hex digits."""
        seen = json.dumps([self.sha256, self.content_type, self.cache_control])
        return hashlib.sha256(seen.encode()).hexdigest()[:_FINGERPRINT_LENGTH]


@dataclass(frozen=True)
class Manifest:
    """All files of a site, sorted by path, each path once. Construct with ``of``."""

    entries: tuple[ManifestEntry, ...]

    @classmethod
    def of(cls, entries: Iterable[ManifestEntry]) -> Manifest:
        """Return the manifest of ``entries``, in whatever order they come.

        Raises:
            ValueError: two entries have the same path.
        """
        in_order = sorted(entries, key=lambda entry: entry.path)
        if any(one.path == next_one.path for one, next_one in pairwise(in_order)):
            raise ValueError("two entries of a manifest have the same path")
        return cls(tuple(in_order))

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hex, over one line an entry."""
        whole = hashlib.sha256(f"manifest {_VERSION}\n".encode())
        for entry in self.entries:
            whole.update(json.dumps(entry.row).encode() + b"\n")
        return whole.hexdigest()

    @property
    def file_count(self) -> int:
        """The number of files."""
        return len(self.entries)

    @property
    def total_bytes(self) -> int:
        """The bytes of all files."""
        return sum(entry.size for entry in self.entries)

    def get(self, path: str) -> ManifestEntry | None:
        """Return the entry of ``path``, None when it is not published."""
        return self._by_path.get(path)

    @cached_property
    def _by_path(self) -> dict[str, ManifestEntry]:
        return {entry.path: entry for entry in self.entries}

    def to_json(self) -> str:
        """Return the manifest as ``from_json`` reads it."""
        return json.dumps({"version": _VERSION, "entries": [entry.row for entry in self.entries]})

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Return the manifest that ``to_json`` wrote.

        Raises:
            PublishError: it is not one, or one of another version.
        """
        try:
            read = json.loads(text)
            if read["version"] == _VERSION:
                return cls.of(ManifestEntry(*fields) for fields in read["entries"])
        except (ValueError, TypeError, KeyError) as error:
            raise PublishError("The manifest is damaged: remove it and run pulumi up again") from error
        raise PublishError(f"The manifest is of version {read['version']}: remove it and run pulumi up again")


def changed_paths(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Return the paths that changed, appeared or vanished between two maps of path to fingerprint, sorted."""
    return sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
