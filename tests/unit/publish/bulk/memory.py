"""A bucket and a key value store in memory, an edge location in Python, and a site that is published to them.

The bucket refuses a second content for a key, as the edge and browsers may keep the first one for a year. Each write
counts as one request, and a test can stop the publisher before or after any of them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hosting.aws.key_value_store import StoreState
from hosting.aws.key_value_store_errors import StoreConflictError
from hosting.publish.bulk import layout
from hosting.publish.bulk.pointer import SITE_KEY, Pointer
from hosting.publish.bulk.promotion import PromotionSource, SourceStack
from hosting.publish.bulk.publisher import Publisher
from hosting.publish.bulk.release_edge import ReleaseEdge, release_digest
from hosting.publish.bulk.request import PublishRequest
from hosting.publish.bulk.table import GONE, record_key, split_changes, split_records, table_prefix
from hosting.publish.s3.errors import ConflictError, S3Error
from hosting.publish.s3.objects import ListedObject, StoredObject
from hosting.publish.staging.manifest import Manifest, ManifestEntry

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from hosting.publish.bulk.publisher import PublishResult

# Later than any clock that runs the tests: a publish takes the later one of its own clock and that of S3.
START = 2_500_000_000.0
UNAVAILABLE = "unavailable"


class Killed(BaseException):
    """The publisher's process was killed."""


@dataclass
class Requests:
    """Counts the writes of a publisher, and stops it at one of them.

    Attributes:
        stop_at: the number of the request at which it is stopped, from 1; 0 for none.
        after: whether the request is carried out first.
        count: the requests so far.
    """

    stop_at: int = 0
    after: bool = False
    count: int = 0

    def begin(self) -> None:
        """Count a request; stop before it if it is the one."""
        self.count += 1
        if self.count == self.stop_at and not self.after:
            raise Killed

    def end(self) -> None:
        """Stop after the request if it is the one."""
        if self.count == self.stop_at and self.after:
            raise Killed


@dataclass(frozen=True)
class Stored:
    """An object in memory."""

    entry: ManifestEntry
    metadata: Mapping[str, str]
    time: float


@dataclass
class MemoryBucket:
    """A bucket.

    Attributes:
        objects: the site's objects, by key.
        records: catalogue and manifests, by key: content, version and time.
        uploaded: the keys of all uploads and copies.
        puts: the number of PUT requests.
        reads: the keys that were read.
        fails: the error that the next upload gets, if any.
        others: the other buckets that it may copy from, by name.
    """

    requests: Requests = field(default_factory=Requests)
    objects: dict[str, Stored] = field(default_factory=dict)
    records: dict[str, tuple[bytes, int, float]] = field(default_factory=dict)
    ever: dict[str, tuple[ManifestEntry, Mapping[str, str]]] = field(default_factory=dict)
    uploaded: list[str] = field(default_factory=list)
    copied: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    puts: int = 0
    reads: list[str] = field(default_factory=list)
    fails: Exception | None = None
    others: dict[str, MemoryBucket] = field(default_factory=dict)
    now: float = START

    def read(self, key: str) -> StoredObject | None:
        self.reads.append(key)
        found = self.records.get(key)
        return StoredObject(found[0], str(found[1]), self.now - found[2], self.now) if found else None

    def write(self, key: str, data: bytes, *, replaces: str | None) -> str:
        self.requests.begin()
        there = str(self.records[key][1]) if key in self.records else ""
        if replaces not in (None, there):
            raise ConflictError(key)
        self.puts += 1
        self.records[key] = (data, self.puts, self.now)
        self.requests.end()
        return str(self.puts)

    def upload(self, _file: Path, key: str, entry: ManifestEntry, metadata: Mapping[str, str] | None = None) -> str:
        if self.fails is not None:
            raise self.fails
        self.uploaded.append(key)
        return self._put(key, entry, metadata or {})

    def copy(self, source: str, key: str, entry: ManifestEntry, metadata: Mapping[str, str] | None = None) -> str:
        if source not in self.objects:
            raise S3Error("NoSuchKey", "The specified key does not exist", 404)
        assert self.objects[source].entry.sha256 == entry.sha256
        self.copied.append(key)
        return self._put(key, entry, metadata or {})

    def copy_from(
        self, bucket: str, source: str, key: str, entry: ManifestEntry, metadata: Mapping[str, str] | None = None
    ) -> tuple[str, str]:
        other = self.others[bucket]
        if source not in other.objects:
            raise S3Error("AccessDenied", "Access Denied", 403)
        self.copied.append(key)
        sha256 = other.objects[source].entry.sha256
        return self._put(key, replace(entry, sha256=sha256), metadata or {}), sha256

    def _put(self, key: str, entry: ManifestEntry, metadata: Mapping[str, str]) -> str:
        self.requests.begin()
        seen = self.ever.setdefault(key, (entry, metadata))
        assert seen == (entry, metadata), f"{key} was overwritten with another content"
        self.puts += 1
        self.objects[key] = Stored(entry, metadata, self.now)
        self.requests.end()
        return entry.sha256[:8]

    def list(self, prefix: str) -> dict[str, ListedObject]:
        found = {
            key: ListedObject(one.entry.size, one.entry.sha256[:8], _time(one.time))
            for key, one in self.objects.items()
        }
        found |= {key: ListedObject(len(data), str(n), _time(at)) for key, (data, n, at) in self.records.items()}
        return {key.removeprefix(prefix): one for key, one in found.items() if key.startswith(prefix)}

    def delete(self, keys: Iterable[str]) -> None:
        for key in list(keys):
            self.requests.begin()
            self.objects.pop(key, None)
            self.records.pop(key, None)
            self.deleted.append(key)
            self.requests.end()

    def delete_unchanged(self, key: str, etag: str) -> None:
        self.requests.begin()
        if key in self.records and str(self.records[key][1]) != etag:
            raise ConflictError(key)
        self.records.pop(key, None)
        self.deleted.append(key)
        self.requests.end()

    def close_connections(self) -> None:
        """There are no connections."""


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


@dataclass
class MemoryStore:
    """A key value store.

    Attributes:
        items: its keys and values.
        history: each version of the items, the oldest first.
        updates: the number of UpdateKeys requests.
        before_update: called once before the next update.
    """

    requests: Requests = field(default_factory=Requests)
    items: dict[str, str] = field(default_factory=dict)
    history: list[dict[str, str]] = field(default_factory=lambda: [{}])
    updates: int = 0
    before_update: Any = None
    loses_answer: bool = False

    def get(self, key: str) -> str | None:
        return self.items.get(key)

    def list(self) -> dict[str, str]:
        return dict(self.items)

    def describe(self) -> StoreState:
        size = sum(len(key.encode()) + len(value.encode()) for key, value in self.items.items())
        return StoreState(str(len(self.history)), len(self.items), size)

    def update(self, etag: str, puts: Mapping[str, str], deletes: Collection[str] = ()) -> str:
        if self.before_update:
            action, self.before_update = self.before_update, None
            action()
        self.requests.begin()
        if etag != str(len(self.history)):
            raise StoreConflictError("The store has another ETag")
        assert len(puts) + len(deletes) <= 50
        assert all(0 < len(value.encode()) <= 1024 and len(key.encode()) <= 512 for key, value in puts.items())
        self.updates += 1
        self.items |= puts
        for key in deletes:
            del self.items[key]
        self.history.append(dict(self.items))
        self.requests.end()
        if self.loses_answer:
            self.loses_answer = False
            raise StoreConflictError("The request was sent twice")
        return str(len(self.history))


@dataclass
class Log:
    """Keeps what a publish reports."""

    lines: list[str] = field(default_factory=list)
    is_lost: bool = False

    def info(self, text: str) -> None:
        self.lines.append(text)

    def warn(self, text: str) -> None:
        self.lines.append(text)

    def status(self, text: str) -> None:
        self.lines.append(text)


class MemoryRequest(PublishRequest):
    """A request whose staged tree is in memory."""

    files: Mapping[str, ManifestEntry]
    edge_in_memory: ReleaseEdge

    def manifest(self) -> Manifest:
        return Manifest.of(self.files.values())

    def edge(self) -> ReleaseEdge:
        return self.edge_in_memory


def entries(files: Mapping[str, str]) -> dict[str, ManifestEntry]:
    """Return the entries of files, path to content."""
    return {
        path: ManifestEntry(
            path,
            len(text),
            hashlib.sha256(text.encode()).hexdigest(),
            "text/html",
            None,
        )
        for path, text in files.items()
    }


@dataclass
class Site:
    """A site that is published to a bucket and a store in memory."""

    requests: Requests = field(default_factory=Requests)
    bucket: MemoryBucket = field(init=False)
    store: MemoryStore = field(init=False)
    log: Log = field(default_factory=Log)

    def __post_init__(self) -> None:
        self.bucket = MemoryBucket(self.requests)
        self.store = MemoryStore(self.requests)

    def promote(self, source: Site, digest: str, **changes: Any) -> PublishResult:  # noqa: ANN401
        """Publish a release of another site."""
        return self.promoter(source, digest, **changes).publish()

    def promoter(self, source: Site, digest: str, **changes: Any) -> Publisher:  # noqa: ANN401
        """Return a publisher of a release of another site."""
        return self.promoter_of(source.bucket, digest, **changes)

    def promoter_of(self, bucket: MemoryBucket, digest: str, *, preview: str = "", **changes: Any) -> Publisher:  # noqa: ANN401
        """Return a publisher of a release in another bucket, which may be that of a preview."""
        self.bucket.others["other"] = bucket
        values = {"releases": 3, "keep_s": 7 * 86_400, "max_remove": 100, **changes}
        request = PublishRequest(digest=digest, files_digest="", folder=Path(), **values)
        stack = SourceStack("staging", "other", layout.site_records(preview))
        return Publisher(self.bucket, self.store, request, self.log, PromotionSource(bucket, stack))

    def publisher(self, files: Mapping[str, str], edge: ReleaseEdge | None = None, **changes: Any) -> Publisher:  # noqa: ANN401
        """Return a publisher of files, path to content."""
        edge = edge or ReleaseEdge()
        manifest = Manifest.of(entries(files).values())
        values = {
            "digest": release_digest(manifest.digest, edge.to_text()),
            "files_digest": manifest.digest,
            "folder": Path(),
            "releases": 3,
            "keep_s": 7 * 86_400,
            "max_remove": 100,
            **changes,
        }
        request = MemoryRequest(**values)
        object.__setattr__(request, "files", entries(files))
        object.__setattr__(request, "edge_in_memory", edge)
        return Publisher(self.bucket, self.store, request, self.log)

    def publish(
        self,
        files: Mapping[str, str],
        edge: ReleaseEdge | None = None,
        *,
        repair: bool = False,
        **changes: Any,  # noqa: ANN401
    ) -> PublishResult:
        """Publish files, path to content."""
        return self.publisher(files, edge, **changes).publish(repair=repair)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.bucket.now += seconds

    def served(self, path: str, items: Mapping[str, str] | None = None) -> str | None:
        """Return the hash of what visitors get for a file's path; None for an unknown path, ``unavailable`` for 503."""
        return served(self.store.items if items is None else items, self.bucket, path)

    def problems(self, files: Mapping[str, str], unknown: Iterable[str] = ()) -> list[str]:
        """Return the paths for which visitors do not get exactly ``files``."""
        wrong = [path for path, entry in entries(files).items() if self.served(path) != entry.sha256]
        return wrong + [path for path in unknown if self.served(path) is not None]

    def site_keys(self) -> set[str]:
        """Return the keys of the site's files."""
        return {key for key in self.bucket.objects if key.startswith(f"{layout.ROOT}o/")}


def served(items: Mapping[str, str], bucket: MemoryBucket, path: str, pointer: str = SITE_KEY) -> str | None:
    """Return the hash of the content that visitors get for a file's path."""
    key = served_key(items, path, pointer)
    if key == UNAVAILABLE:
        return key
    return bucket.objects[key].entry.sha256 if key in bucket.objects else None


def served_key(items: Mapping[str, str], path: str, pointer: str = SITE_KEY) -> str:
    """Return the key that release.js finds for a file's path; empty for an unknown path, ``UNAVAILABLE`` for 503."""
    found = Pointer.from_text(items[pointer]) if pointer in items else None
    for release in found.named if found else ():
        key = record_key(path, release.index_document)
        bucket_text = items.get(f"{table_prefix(release.table)}{key.number % release.buckets}")
        if bucket_text is not None:
            records = {**split_records(bucket_text), **split_changes(release.changes)}
            publish = records.get(key.text, GONE)
            return "" if publish == GONE else layout.key_of(publish, path)
    return UNAVAILABLE
