"""The manifests of releases: which objects they consist of, and how the edge serves them."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from hosting.errors import PublishError
from hosting.publish.bulk import layout
from hosting.publish.bulk.release_edge import ReleaseEdge
from hosting.publish.bulk.sealed import damaged, opened, sealed
from hosting.publish.s3.errors import ConflictError
from hosting.publish.staging.manifest import ManifestEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hosting.publish.s3.bucket import BucketClient


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An object of a release.

    Attributes:
        name: the path of a file, or the name of an error page.
        entry: the file with its headers.
        publish: the id of the publish that wrote the object; empty without a distribution.
        etag: the ETag that S3 returned; empty if it is not known.
        removed_at: when a release first did without the file, in seconds since 1970; 0 for a file of the release.
        is_of_another_preview: whether another preview has written the object.
    """

    name: str
    entry: ManifestEntry
    publish: str = ""
    etag: str = ""
    removed_at: float = 0.0
    is_of_another_preview: bool = False

    @property
    def key(self) -> str:
        """The object's key; without a distribution the name itself."""
        return layout.key_of(self.publish, self.name) if self.publish else self.name


StoredFiles = dict[str, StoredFile]


@dataclass(frozen=True)
class ReleaseManifest:
    """All objects of a release.

    Attributes:
        files: the files and error pages of the release, by name.
        kept: files with hashed names that earlier releases had, by name. Pages that are open still ask for them.
        edge: how the edge serves the files.
        site: the preview that has published it; empty for a site of its own bucket.
    """

    files: StoredFiles = field(default_factory=dict)
    kept: StoredFiles = field(default_factory=dict)
    edge: ReleaseEdge = field(default_factory=ReleaseEdge)
    site: str = ""

    @property
    def stored(self) -> tuple[StoredFile, ...]:
        """All objects."""
        return (*self.files.values(), *self.kept.values())

    @property
    def entries(self) -> dict[str, ManifestEntry]:
        """The release's files by path, without error pages and kept files."""
        return {name: file.entry for name, file in self.files.items() if not layout.is_error_page(name)}

    @property
    def publishes(self) -> dict[str, str]:
        """The id of the publish that wrote each file, by path. The table of the release has them."""
        stored = {**self.kept, **self.files}
        return {name: file.publish for name, file in stored.items() if not layout.is_error_page(name)}

    @property
    def keys(self) -> set[str]:
        """The keys of all objects that the site has written itself."""
        return {file.key for file in self.stored if not file.is_of_another_preview}

    def to_bytes(self) -> bytes:
        """Return the manifest as ``from_bytes`` reads it."""
        rows = [_row(file) for file in self.stored]
        others = sorted({file.publish for file in self.stored if file.is_of_another_preview})
        value = {"files": rows, "edge": self.edge.to_json(), "site": self.site, "others": others}
        # Level 1 is ten times as fast as 9 on 10,000 rows, which are mostly hashes that do not shrink.
        return gzip.compress(sealed(value), 1, mtime=0)

    @classmethod
    def from_bytes(cls, data: bytes, key: str) -> ReleaseManifest:
        """Return the manifest at ``key``.

        Raises:
            PublishError: it is damaged.
        """
        try:
            read = opened(gzip.decompress(data), key)
            others = frozenset(read["others"])
            stored = [_stored(row, others) for row in read["files"]]
            edge, site = ReleaseEdge.from_json(read["edge"]), str(read["site"])
        except (OSError, EOFError, zlib.error, TypeError, IndexError, KeyError) as error:
            raise damaged(key) from error
        files = {file.name: file for file in stored if not file.removed_at}
        return cls(files, {file.name: file for file in stored if file.removed_at}, edge, site)


def _row(file: StoredFile) -> list[object]:
    return [file.name, file.publish, file.etag, file.removed_at, *file.entry.row]


def _stored(row: list[Any], others: frozenset[str]) -> StoredFile:
    name, publish, etag, removed_at, *entry = row
    return StoredFile(name, ManifestEntry(*entry), publish, etag, removed_at, publish in others)


@lru_cache(maxsize=4)
def _parsed(data: bytes, key: str) -> ReleaseManifest:
    """Return a manifest; a publish reads the same one several times, and 10,000 rows take 60 ms."""
    return ReleaseManifest.from_bytes(data, key)


class Manifests:
    """The manifests below one prefix of a bucket."""

    def __init__(self, bucket: BucketClient, prefix: str, catalogue: str) -> None:
        """``catalogue`` is the key of the object that lists the releases."""
        self._bucket = bucket
        self._prefix = prefix
        self._catalogue = catalogue

    def key(self, name: str) -> str:
        """Return the key of a manifest."""
        return self._prefix + name

    def find(self, name: str) -> ReleaseManifest | None:
        """Return a manifest; None if it does not exist.

        Raises:
            PublishError: it is damaged.
        """
        found = self._bucket.read(self.key(name))
        return _parsed(found.data, self.key(name)) if found else None

    def read(self, name: str) -> ReleaseManifest:
        """Return a manifest.

        Raises:
            PublishError: it does not exist, or is damaged.
        """
        found = self.find(name)
        if found is None:
            raise PublishError(
                f"The manifest {self.key(name)} was deleted from the bucket. The live site is unchanged. Restore it, "
                f"or remove {self._catalogue} to publish everything again"
            )
        return found

    def write(self, name: str, manifest: ReleaseManifest) -> None:
        """Write a manifest."""
        self._bucket.write(self.key(name), manifest.to_bytes(), replaces=None)

    def claim(self, name: str, manifest: ReleaseManifest) -> bool:
        """Write a manifest that must not exist; return whether it did not."""
        try:
            self._bucket.write(self.key(name), manifest.to_bytes(), replaces="")
        except ConflictError:
            return False
        return True

    def delete(self, names: Iterable[str]) -> None:
        """Delete manifests."""
        self._bucket.delete([self.key(name) for name in names])


def removed_files(previous: ReleaseManifest, names: Mapping[str, object], now: float, keep_s: float) -> StoredFiles:
    """Return the files with hashed names that the next release keeps although it does not have them.

    Args:
        previous: the live release.
        names: the names of the next release's files.
        now: the time of the publish, in seconds since 1970.
        keep_s: how long to keep them, in seconds.
    """
    kept = {name: file for name, file in previous.kept.items() if name not in names}
    if not previous.files.keys() <= names.keys():
        from hosting.publish.staging.hashed_names import hashed_names  # noqa: PLC0415 - it compiles many expressions

        # The name decides, as in managed mode: Cache-Control also follows from `cloudfront:maxTtl` and own rules.
        hashed = hashed_names(previous.entries)
        kept |= {name: replace(previous.files[name], removed_at=now) for name in hashed if name not in names}
    return {name: file for name, file in kept.items() if now - file.removed_at < keep_s}
