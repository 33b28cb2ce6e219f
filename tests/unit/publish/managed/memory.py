"""A bucket in memory, and an engine that publishes to it as Pulumi's does, with a kill at any step."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from hosting.providers.managed_cleanup import ManagedCleanupProvider
from hosting.providers.publish_marker import PublishMarkerProvider
from hosting.providers.published_files import PublishedFilesProvider
from hosting.publish.bulk import catalogue
from hosting.publish.managed.path_list import pack
from hosting.publish.s3.objects import ListedObject, StoredObject
from hosting.publish.staging.manifest import Manifest, ManifestEntry
from hosting.publish.staging.staged_paths import MANIFEST, staged_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Killed(Exception):  # noqa: N818 - not an error of the program
    """The machine lost power."""


@dataclass(frozen=True)
class Stored:
    """An object.

    Attributes:
        content: its text.
        headers: content type and Cache-Control.
        etag: as S3 reports it.
        time: when it was written.
    """

    content: str
    headers: tuple[str, str | None]
    etag: str
    time: datetime


@dataclass
class Bucket:
    """A bucket.

    Attributes:
        objects: by key.
        calls: how many calls of each kind were made.
        has_random_etags: whether each upload gets another ETag, as with a KMS key.
        before_call: called with each call; may raise.
    """

    objects: dict[str, Stored] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    has_random_etags: bool = False
    before_call: Callable[[str], None] = lambda _: None
    _writes: Iterable[int] = field(default_factory=count)

    def put(self, key: str, content: str, kind: str = "text/plain", cache: str | None = None) -> None:
        """Write an object, two seconds after the previous one."""
        number = next(iter(self._writes))
        etag = str(number) if self.has_random_etags else hashlib.sha256(content.encode()).hexdigest()[:8]
        self.objects[key] = Stored(content, (kind, cache), etag, NOON + timedelta(seconds=2 * number))

    def now(self) -> float:
        """Return the time, two seconds after that of the last write."""
        return max((one.time for one in self.objects.values()), default=NOON).timestamp() + 2

    def read(self, key: str) -> StoredObject | None:
        """Read an object."""
        self._call("read")
        found = self.objects.get(key)
        return StoredObject(found.content.encode(), found.etag, 0) if found else None

    def write(self, key: str, data: bytes, *, replaces: str | None) -> str:
        """Write a record."""
        assert replaces is None
        self.put(key, data.decode())
        return self.objects[key].etag

    def list(self, prefix: str) -> Mapping[str, ListedObject]:
        """List the objects."""
        self._call("list")
        assert prefix == ""
        return {key: ListedObject(len(one.content), one.etag, one.time) for key, one in self.objects.items()}

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects."""
        self._call("delete")
        for key in keys:
            self.objects.pop(key, None)

    def upload(self, file: Path, key: str, entry: ManifestEntry) -> str:
        """Write a file."""
        self._call("upload")
        self.put(key, file.read_text(), entry.content_type, entry.cache_control)
        return self.objects[key].etag

    def _call(self, name: str) -> None:
        self.before_call(name)
        self.calls[name] += 1

    @property
    def contents(self) -> dict[str, str]:
        """The text of each object."""
        return {key: one.content for key, one in self.objects.items()}


class Files(PublishedFilesProvider):
    """The provider with a bucket in memory, and a clock."""

    def __init__(self, bucket: Bucket) -> None:
        super().__init__()
        self.bucket = bucket
        self.time = 1_000_000

    def bucket_client(self, bucket: str) -> Bucket:
        assert bucket == "bucket"
        return self.bucket

    def now(self) -> int:
        return self.time


class Cleanup(ManagedCleanupProvider):
    """The provider with a bucket in memory."""

    def __init__(self, bucket: Bucket) -> None:
        super().__init__()
        self.bucket = bucket

    def bucket_client(self, bucket: str) -> Bucket:
        assert bucket == "bucket"
        return self.bucket


@dataclass
class Stack:
    """A stack behind CloudFront, in managed mode unless a method says otherwise.

    Attributes:
        staging: the staged tree.
        bucket: its bucket.
        files: the provider of its record.
        left: how many steps it may make until it is killed; None for all.
        keep_days: the setting publish:keepAssetsDays.
        objects: the fingerprint of each object in the state.
        marker: the outputs of the publish marker.
        record: the outputs of the record.
        cleanup: the outputs of the cleanup in bulk mode.
    """

    staging: Path
    bucket: Bucket
    files: Files = field(init=False)
    left: int | None = None
    keep_days: int = 0
    objects: dict[str, str] = field(default_factory=dict)
    marker: dict[str, Any] = field(default_factory=dict)
    record: dict[str, Any] = field(default_factory=dict)
    cleanup: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.files = Files(self.bucket)
        self.bucket.before_call = lambda _: self._step()

    def up(self, site: Mapping[str, str], *, kind: str = "text/plain") -> bool:
        """Publish ``site``, a text for each path; return whether the record was updated."""
        manifest = self._stage(site, kind)
        entries = {entry.path: entry.fingerprint for entry in manifest.entries}
        self._save_marker(entries)
        for path, fingerprint in entries.items():
            if self.objects.get(path) != fingerprint:
                self._step()
                self.bucket.put(path, site[path], kind)
                self._step()
                self.objects[path] = fingerprint
        updated = self._save_record(self._record_inputs(manifest))
        # The release, which owns the keys of bulk mode, is deleted too.
        self.bucket.objects.pop(catalogue.KEY, None)
        self.cleanup = {}
        # The engine deletes last, and keeps the object.
        for path in self.objects.keys() - entries.keys():
            self._step()
            del self.objects[path]
        return updated

    def up_in_bulk_mode(self) -> None:
        """Publish in bulk mode: nothing of managed mode remains in the state but the marker."""
        self._save_marker({})
        self._step()
        self.bucket.put(catalogue.KEY, "")
        self._save_cleanup({"bucket": "bucket", "removals": self.marker["removals"]})
        if self.record:
            self.files.delete("id", self.record)
            self._step()
        self.record, self.objects = {}, {}

    def killed(self, site: Mapping[str, str], *, after: int, kind: str = "text/plain") -> bool:
        """Publish until the step ``after``; return whether it was killed."""
        return self.killed_in(lambda: self.up(site, kind=kind), after=after)

    def killed_in(self, command: Callable[[], object], *, after: int) -> bool:
        """Run a command until the step ``after``; return whether it was killed."""
        self.left = after
        try:
            command()
        except Killed:
            return True
        finally:
            self.left = None
        return False

    def refresh(self) -> None:
        """Read the record."""
        found = self.files.read("id", self.record).outs
        assert found is not None
        self.record = found

    def _stage(self, site: Mapping[str, str], kind: str) -> Manifest:
        entries = []
        for path, text in site.items():
            file = self.staging / staged_path(path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            digest = hashlib.sha256(text.encode()).hexdigest()
            entries.append(ManifestEntry(path, len(text), digest, kind, None))
        manifest = Manifest.of(entries)
        (self.staging / MANIFEST).write_text(manifest.to_json())
        return manifest

    def _save_marker(self, entries: Mapping[str, str]) -> None:
        provider, inputs = PublishMarkerProvider(), {"content": str(sorted(entries.items())), "paths": pack(entries)}
        provider.now = self.bucket.now  # type: ignore[method-assign]
        if self.marker and not provider.diff("id", self.marker, inputs).changes:
            return
        outs = (provider.update("id", self.marker, inputs) if self.marker else provider.create(inputs)).outs
        assert outs is not None
        self._step()
        self.marker = outs

    def _record_inputs(self, manifest: Manifest) -> dict[str, Any]:
        return {
            "bucket": "bucket",
            "staging": str(self.staging),
            "publish_marker": self.marker["marker"],
            "previous_publish_marker": self.marker["previous"],
            "removals": self.marker["removals"],
            "entries": json.dumps({entry.path: entry.fingerprint for entry in manifest.entries}),
            "keep_assets_days": self.keep_days,
            "urn": "urn:pulumi:dev::site::type::name",
        }

    def _save_record(self, inputs: dict[str, Any]) -> bool:
        if self.record and not self.files.diff("id", self.record, inputs).changes:
            return False
        outs = (self.files.update("id", self.record, inputs) if self.record else self.files.create(inputs)).outs
        assert outs is not None
        self._step()
        self.record = outs
        return True

    def _save_cleanup(self, inputs: dict[str, Any]) -> None:
        provider = Cleanup(self.bucket)
        if self.cleanup and not provider.diff("id", self.cleanup, inputs).changes:
            return
        outs = (provider.update("id", self.cleanup, inputs) if self.cleanup else provider.create(inputs)).outs
        assert outs is not None
        self._step()
        self.cleanup = outs

    def _step(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Killed
