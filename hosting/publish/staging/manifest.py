"""The manifest: every published file with its hash and headers, and one digest of all of them.

Two trees with the same paths, contents and headers have the same digest. Modification times and the order of reading
do not matter.
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

# Part of the digest: after a change of the format, everything counts as changed.
_VERSION = 1
_FINGERPRINT_LENGTH = 16


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """One published file.

    Attributes:
        path: relative to the distribution folder, with slashes; the object's key.
        size: bytes.
        sha256: of the content, in hex.
        content_type: the header's value.
        cache_control: the header's value, None if the object has none.
        content_encoding: the header's value, None if the object has none.
    """

    path: str
    size: int
    sha256: str
    content_type: str
    cache_control: str | None
    content_encoding: str | None = None

    @property
    def row(self) -> tuple[str | int | None, ...]:
        """All fields, in the order of the JSON format."""
        return (self.path, self.size, *self._content)

    @property
    def fingerprint(self) -> str:
        """A hash of content and headers: 16 hex digits."""
        return hashlib.sha256(json.dumps(self._content).encode()).hexdigest()[:_FINGERPRINT_LENGTH]

    @property
    def _content(self) -> tuple[str | None, ...]:
        """The content and the headers; the encoding, which few files have, only if there is one."""
        encoding = () if self.content_encoding is None else (self.content_encoding,)
        return (self.sha256, self.content_type, self.cache_control, *encoding)


@dataclass(frozen=True)
class Manifest:
    """All files of a site, sorted by path, each path once. Construct with ``of``."""

    entries: tuple[ManifestEntry, ...]

    @classmethod
    def of(cls, entries: Iterable[ManifestEntry]) -> Manifest:
        """Return the manifest of ``entries``, which may be in any order.

        Raises:
            ValueError: two entries have the same path.
        """
        in_order = sorted(entries, key=lambda entry: entry.path)
        if any(one.path == next_one.path for one, next_one in pairwise(in_order)):
            raise ValueError("two entries of a manifest have the same path")
        return cls(tuple(in_order))

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hex, of one line for each entry."""
        lines = [f"manifest {_VERSION}", *self._rows, ""]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @cached_property
    def _rows(self) -> list[str]:
        """The JSON of each entry; the digest and ``to_json`` need the same."""
        return [json.dumps(entry.row) for entry in self.entries]

    @property
    def file_count(self) -> int:
        """The number of files."""
        return len(self.entries)

    @property
    def total_bytes(self) -> int:
        """The bytes of all files."""
        return sum(entry.size for entry in self.entries)

    def get(self, path: str) -> ManifestEntry | None:
        """Return the entry of ``path``, None if it is not published."""
        return self._by_path.get(path)

    @cached_property
    def _by_path(self) -> dict[str, ManifestEntry]:
        return {entry.path: entry for entry in self.entries}

    def to_json(self) -> str:
        """Return the manifest as JSON for ``from_json``."""
        return f'{{"version": {_VERSION}, "entries": [{", ".join(self._rows)}]}}'

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Return the manifest that ``to_json`` wrote.

        Raises:
            PublishError: the text is not a manifest of this version.
        """
        try:
            read = json.loads(text)
            if read["version"] == _VERSION:
                return cls.of(ManifestEntry(*fields) for fields in read["entries"])
        except (ValueError, TypeError, KeyError) as error:
            raise PublishError("The manifest is damaged: remove it and run pulumi up again") from error
        raise PublishError(f"The manifest is of version {read['version']}: remove it and run pulumi up again")


def changed_paths(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Return the sorted paths that were changed, added or removed between two maps of path to fingerprint."""
    return sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
