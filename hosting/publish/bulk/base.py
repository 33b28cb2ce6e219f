"""The release that the next one is compared with, and all that the bucket has beside it. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from hosting.publish.bulk import layout
from hosting.publish.bulk.shared import is_shared

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.publish.bulk.records import Held, Index, Record, Records
    from hosting.publish.staging.manifest import ManifestEntry

_SHORT = 8


class Known(NamedTuple):
    """A shared file that is in the bucket.

    Attributes:
        token: its entry's fingerprint.
        etag: what S3 called its content.
    """

    token: str
    etag: str


@dataclass(frozen=True)
class Base:
    """The last release that was published.

    Of 10,000 files few change as a rule, so nothing is asked of all names that is only needed of those: to tell which
    are shared takes 0.1 s.

    Attributes:
        held: where its files are.
        records: its files.
        orphans: the shared files of its generation that it does not need, by path.
        retired: those that no longer are, though the edge may have them: path to content, both ``shortened``.
        filled: what its slot was filled with; empty when the release is just that.
        more: other releases, with their files, that have bytes to copy.
    """

    held: Held
    records: Records
    orphans: Mapping[str, Known]
    retired: Mapping[str, str] = field(default_factory=dict)
    filled: Mapping[str, Record] = field(default_factory=dict)
    more: tuple[tuple[Held, Records], ...] = ()

    def same(self, entry: ManifestEntry) -> bool:
        """Tell whether the release has this very file."""
        record = self.records.get(entry.path)
        return record is not None and record.entry == entry

    def has(self, key: str, path: str) -> bool:
        """Tell whether the release has its file ``path`` at ``key``."""
        return path in self.records and self.held.key(path) == key

    def known(self, path: str) -> Known | None:
        """Return the shared file of this name that is in the bucket."""
        record = self.records.get(path)
        if record is not None and is_shared(path) and path not in self.held.exceptions:
            return Known(record.entry.fingerprint, record.etag)
        return self.orphans.get(path)

    @property
    def shared(self) -> dict[str, Known]:
        """All shared files of its generation that are in the bucket, by path."""
        paths = {*self.orphans, *(path for path in self.records if is_shared(path))}
        return {path: known for path in sorted(paths) if (known := self.known(path))}

    def is_in_slot(self, entry: ManifestEntry) -> bool:
        """Tell whether the slot has this very file, although the release may have another."""
        record = self.filled.get(entry.path)
        return record is not None and record.entry == entry and not is_shared(entry.path)

    def slot_lacks(self, path: str) -> bool:
        """Tell whether the slot is known to have no such file; it never has shared ones."""
        return bool(self.filled) and path not in self.filled and not is_shared(path)

    def clashes(self, entry: ManifestEntry) -> bool:
        """Tell whether a shared file had another content or other headers under this name."""
        known = self.known(entry.path)
        return known.token != entry.fingerprint if known else self.had_another(entry.path, entry.fingerprint)

    def had_another(self, path: str, token: str) -> bool:
        """Tell whether a shared file that was removed since had another content, or other headers, under this name."""
        return self.retired.get(shortened(path)) not in (None, shortened(token))

    def at(self, key: str, entry: ManifestEntry) -> str | None:
        """Return the ETag of what is at ``key`` if it is known to be this very file, else None."""
        if self.same(entry) and self.held.key(entry.path) == key:
            return self.records[entry.path].etag
        if self.is_in_slot(entry) and layout.slot(self.held.fill) + entry.path == key:
            return self.filled[entry.path].etag
        known = self.known(entry.path)
        if known and known.token == entry.fingerprint and layout.shared(self.held.generation) + entry.path == key:
            return known.etag
        return None

    def source(self, entry: ManifestEntry) -> str | None:
        """Return the key of an object with the same bytes, whatever its headers; None where there is none."""
        found = self._sources.get(entry.sha256)
        return found[0].key(found[1]) if found else None

    @cached_property
    def _sources(self) -> Mapping[str, tuple[Held, str]]:
        releases = (*self.more, (self.held, self.records))
        return {record.entry.sha256: (held, path) for held, records in releases for path, record in records.items()}

    def with_left(self, left: Mapping[str, Record]) -> Base:
        """Return the base with the shared files that interrupted publishes have left, by key."""
        prefix = layout.shared(self.held.generation)
        found = {
            key.removeprefix(prefix): Known(record.entry.fingerprint, record.etag)
            for key, record in left.items()
            if key.startswith(prefix)
        }
        return replace(self, orphans={**found, **self.orphans})


def base_of(index: Index, held: Held, records: Records, filled: Records | None = None) -> Base:
    """Return the release ``held``, whose manifest is ``records``, as the base of a publish."""
    prefix = layout.shared(held.generation)
    orphans = {
        key.removeprefix(prefix): Known(orphan.token, orphan.etag)
        for key, orphan in index.orphans.items()
        if key.startswith(prefix)
    }
    return Base(held, records, orphans, index.retired.get(held.generation, {}), filled or {})


def shortened(text: str) -> str:
    """Return what stands for ``text`` where thousands are remembered."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:_SHORT]
