"""A bucket in memory, for the many publishes of one property, which takes no two contents for one key."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hosting.publish.bulk import layout
from hosting.publish.bulk.atomic import Atomic
from hosting.publish.bulk.note import Note
from hosting.publish.bulk.wanted import Wanted
from hosting.publish.s3.errors import ConflictError, S3Error
from hosting.publish.s3.objects import ListedObject, StoredObject
from hosting.publish.staging.manifest import Manifest, ManifestEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hosting.publish.bulk.published import Published
    from hosting.publish.bulk.records import Held, Index

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Silent:
    """Says nothing."""

    is_lost = False

    def info(self, text: str) -> None:
        """Say nothing."""

    warn = status = info


def entry_of(path: str, content: str, cache_control: str | None = None) -> ManifestEntry:
    """Return the entry of a file with a made-up content."""
    digest = hashlib.sha256(content.encode()).hexdigest()
    return ManifestEntry(path, len(content), digest, "text/plain", cache_control)


class Asked(Wanted):
    """What is wanted, without a folder."""

    tree: Manifest

    def manifest(self) -> Manifest:
        """Return the tree."""
        return self.tree


@dataclass
class Memory:
    """A bucket.

    Attributes:
        objects: what is there, by key: the entry whose content it has, and when it was written.
        ever: all contents that visitors' keys have ever had.
        left: how many files it still takes; None for all.
        sent: the keys that were uploaded.
        writes: how many there were of records.
        now: by its clock, in seconds since 1970.
    """

    objects: dict[str, tuple[ManifestEntry, datetime]] = field(default_factory=dict)
    records: dict[str, tuple[bytes, int]] = field(default_factory=dict)
    ever: dict[str, ManifestEntry] = field(default_factory=dict)
    left: int | None = None
    sent: list[str] = field(default_factory=list)
    writes: int = 0
    now: float = NOON.timestamp()

    def read(self, key: str) -> StoredObject | None:
        """Return a record."""
        found = self.records.get(key)
        return StoredObject(found[0], str(found[1]), 0.0, self.now) if found else None

    def write(self, key: str, data: bytes, *, replaces: str | None) -> str:
        """Write a record."""
        self.writes += 1
        there = str(self.records[key][1]) if key in self.records else ""
        if replaces not in (None, there):
            raise ConflictError(key)
        self.records[key] = (data, self.writes)
        return str(self.writes)

    def upload(self, _file: Path, key: str, entry: ManifestEntry) -> str:
        """Take a file."""
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise S3Error("ExpiredToken", "The provided token has expired", 400)
        self.sent.append(key)
        return self._put(key, entry)

    def copy(self, source: str, key: str, entry: ManifestEntry) -> str:
        """Copy an object, which must have the bytes that it is copied for."""
        assert self.objects[source][0].sha256 == entry.sha256, (source, key)
        return self._put(key, entry)

    def duplicate(self, source: str, key: str) -> str:
        """Copy an object with its headers."""
        return self._put(key, self.objects[source][0])

    def _put(self, key: str, entry: ManifestEntry) -> str:
        # The edge and browsers may keep what they have got for a year, whatever becomes of the object.
        seen = self.ever.setdefault(key, entry)
        assert key.startswith(layout.ERROR_PAGES) or seen == entry, f"{key} has had another content"
        self.objects[key] = (entry, NOON)
        return entry.sha256[:8]

    def list(self, prefix: str) -> dict[str, ListedObject]:
        """List objects and records."""
        found = {key: ListedObject(one.size, one.sha256[:8], at) for key, (one, at) in self.objects.items()}
        found |= {
            key: ListedObject(len(data), str(n), NOON + timedelta(days=1)) for key, (data, n) in self.records.items()
        }
        return {key.removeprefix(prefix): one for key, one in found.items() if key.startswith(prefix)}

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects and records."""
        for key in keys:
            self.objects.pop(key, None)
            self.records.pop(key, None)

    def close_connections(self) -> None:
        """Have no connections."""


@dataclass
class Site:
    """A site that is published to a bucket in memory.

    Attributes:
        store: the bucket.
        days: how many have gone by.
        live: the release that visitors are led to, and its files.
    """

    store: Memory = field(default_factory=Memory)
    days: float = 0.0
    live: tuple[Held, Mapping[str, ManifestEntry]] | None = None

    def publish(
        self,
        files: Mapping[str, ManifestEntry],
        *,
        switch: bool = True,
        confirm: bool = True,
        **changes: Any,  # noqa: ANN401 - any of what is wanted
    ) -> Published:
        """Publish; ``switch`` is whether the function is updated after it, ``confirm`` whether that is noted."""
        tree = Manifest.of(files.values())
        values = {
            "digest": tree.digest,
            "folder": Path(),
            "releases": 3,
            "keep_s": 7 * 86_400,
            "max_remove": 100,
            "pin": "",
            "error_pages": (),
            "fallback": "",
            "room": 2000,
            "route_choice": "",
            **changes,
        }
        asked = Asked(**values)
        object.__setattr__(asked, "tree", tree)
        publisher = Atomic(self.store, asked, Silent())
        # A second for each publish.
        self.days += 1 / 86_400
        self.store.now = NOON.timestamp() + self.days * 86_400
        done = publisher.publish()
        if switch:
            self.live = (done.held, {path: record.entry for path, record in done.records.items()})
            if confirm:
                Note(done.held.digest, done.index.held[0].time).write(self.store)
        return done

    def missing(self, held: Held, files: Mapping[str, ManifestEntry]) -> list[str]:
        """Return the files of a release that are not where it has them."""
        return [path for path, entry in files.items() if self.store.objects.get(held.key(path), (None,))[0] != entry]

    def broken(self) -> list[str]:
        """Return what visitors miss."""
        return self.missing(*self.live) if self.live else []

    def index(self) -> Index:
        """Return the bucket's index."""
        publisher = Atomic(self.store, Asked("", Path(), 3, 0, 0, "", (), "", 0), Silent())
        return publisher._file.read()
