"""Compares the bucket of managed mode with the last publish that finished, and corrects what differs.

The engine compares a file with its state, not with the bucket. So it does not notice an object that another program
has changed, nor one that a publish was uploading when it was killed. The record closes this gap: it has the version of
each object, as a listing of the bucket showed it at the end of the last publish that finished. A version is an ETag and
a time, so this works for any ETag, also those of encrypted objects and of multipart uploads.

The record also says which files were removed. This module alone deletes objects: the engine would do so after the
invalidation, and would delete a replaced object together with its replacement, which has the same key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from hosting.errors import PublishError
from hosting.publish.s3.objects import written_in
from hosting.publish.s3.parallel import ParallelRunner
from hosting.publish.staging.hashed_names import hashed_names
from hosting.publish.staging.manifest import Manifest
from hosting.publish.staging.staged_paths import MANIFEST, is_page, staged_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from hosting.publish.s3.objects import ListedObject, Period, StoredObject
    from hosting.publish.staging.manifest import ManifestEntry


class ManagedBucket(Protocol):
    """The calls to a bucket that managed mode makes itself."""

    def read(self, key: str) -> StoredObject | None:
        """Return an object; None if it does not exist."""

    def list(self, prefix: str) -> Mapping[str, ListedObject]:
        """Return the objects whose keys begin with ``prefix``."""

    def write(self, key: str, data: bytes, *, replaces: str | None) -> str:
        """Write an object."""

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; keys that do not exist are ignored."""

    def upload(self, file: Path, key: str, entry: ManifestEntry) -> str:
        """Upload a file."""


@dataclass(frozen=True)
class PublishRecord:
    """The objects in the bucket at the end of a publish.

    Attributes:
        entries: each published path with the fingerprint of its file.
        versions: the version of the object of each published or retained path.
        retained: the removed files that are still in the bucket, with the time of their removal in seconds since 1970.
    """

    entries: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    retained: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class PublishRequest:
    """What the bucket has to contain.

    Attributes:
        entries: each path to publish with the fingerprint of its file.
        staging: the staged tree.
        is_continuous: whether the record is of the previous publish; if not, a publish in between did not finish.
        removed: the paths that the last publishes have removed, with the time in which the stack published them.
        taken_over: the paths that bulk mode has written to the same keys; they belong to this publish now.
        obsolete: the keys of bulk mode's records of these paths, in the order of their deletion.
        keep_s: how long removed files with hashed names remain.
        now: seconds since 1970.
    """

    entries: Mapping[str, str]
    staging: Path
    is_continuous: bool
    removed: Mapping[str, Period]
    keep_s: int
    now: int
    taken_over: Collection[str] = ()
    obsolete: Sequence[str] = ()


def version(listed: ListedObject) -> str:
    """Return the version of an object. Its time changes with its headers, its ETag does not."""
    return f"{listed.etag} {int(listed.time.timestamp())}"


def changed_objects(bucket: ManagedBucket, record: PublishRecord) -> list[str]:
    """Return the published paths whose objects were written or removed since the record."""
    listed = _versions(bucket.list(""))
    return sorted(path for path in record.entries if listed.get(path) != record.versions.get(path))


def correct(
    bucket: ManagedBucket, record: PublishRecord, request: PublishRequest
) -> tuple[PublishRecord, Sequence[str]]:
    """Make the bucket contain what is requested; return the new record, and the paths that were uploaded again.

    Args:
        bucket: the bucket, to which the engine has uploaded the changed files.
        record: the record of the last publish that finished.
        request: the files to publish.

    Raises:
        PublishError: the staged tree has changed since the request.
        S3Error: S3 refuses a call.
        OSError: the staged tree can't be read.
    """
    objects = bucket.list("")
    listed = _versions(objects)
    outdated = [path for path in request.entries if _is_outdated(path, listed.get(path), record, request)]
    not_requested = _owned(record, request, objects) - request.entries.keys()
    retained = _retained(record, request, not_requested, listed)
    removed = (not_requested & listed.keys()) - retained.keys()
    if outdated:
        _upload(bucket, outdated, request)
        listed = _versions(bucket.list(""))
    obsolete = [key for key in request.obsolete if key not in request.entries]
    if removed or obsolete:
        bucket.delete([*sorted(removed), *obsolete])
    versions = {path: listed[path] for path in sorted({*request.entries, *retained}) if path in listed}
    return PublishRecord(request.entries, versions, retained), outdated


def remove_published(
    bucket: ManagedBucket,
    record: PublishRecord,
    kept: Collection[str],
    indexes: Collection[str],
) -> None:
    """Delete the published objects, if bulk mode has taken over the bucket.

    Objects that were written since the record are not deleted.

    Args:
        bucket: the bucket.
        record: the record of the last publish that finished.
        kept: the paths that bulk mode publishes. A version has a resolution of one second, so it does not always show
            that bulk mode has written the object.
        indexes: the keys of which bulk mode has one. Without any in the bucket the resource is being replaced, and
            the files remain.
    """
    found = _versions(bucket.list(""))
    if not any(key in found for key in indexes):
        return
    ours = {path for path, recorded in record.versions.items() if path not in kept and found.get(path) == recorded}
    if ours:
        bucket.delete(sorted(ours))


def _versions(listed: Mapping[str, ListedObject]) -> dict[str, str]:
    return {path: version(one) for path, one in listed.items()}


def _is_outdated(path: str, listed: str | None, record: PublishRecord, request: PublishRequest) -> bool:
    """Return whether the object ``path`` may have other content or headers than the requested file."""
    if listed is None:
        return True
    recorded = record.versions.get(path, "")
    if record.entries.get(path) != request.entries[path]:
        # The engine has uploaded it in this run, unless its state already says that it did so before.
        return not request.is_continuous
    if request.is_continuous:
        # With the same bytes, it is the engine that wrote it: it repairs headers, and replaces objects.
        return listed.partition(" ")[0] != recorded.partition(" ")[0]
    return listed != recorded


def _owned(record: PublishRecord, request: PublishRequest, listed: Mapping[str, ListedObject]) -> set[str]:
    """Return the paths whose objects this stack has written.

    Other programs may have written to removed paths since. Without a record, as after bulk mode, the time of an object
    shows whether an unfinished publish has left it.
    """
    unfinished = written_in(listed, request.removed) if request.is_continuous else request.removed.keys()
    return {*record.entries, *record.retained, *unfinished, *request.taken_over}


def _retained(
    record: PublishRecord, request: PublishRequest, removed: set[str], existing: Collection[str]
) -> dict[str, int]:
    """Return the removed files that remain for visitors whose pages, from before the publish, still refer to them."""
    if not removed or request.keep_s <= 0:
        return {}
    # Ambiguous names depend on their neighbors, so all names of that time are compared.
    hashed = hashed_names({*removed, *record.entries}) | record.retained.keys()
    since = {path: record.retained.get(path, request.now) for path in removed & hashed}
    kept = (path for path, time in since.items() if path in existing and request.now < time + request.keep_s)
    return {path: since[path] for path in sorted(kept)}


def _upload(bucket: ManagedBucket, paths: Sequence[str], request: PublishRequest) -> None:
    """Upload files from the staged tree: assets, then the pages that refer to them."""
    manifest = Manifest.from_json((request.staging / MANIFEST).read_text(encoding="utf-8"))
    found = {path: _staged_entry(manifest, path, request.entries[path]) for path in paths}

    def upload(path: str) -> None:
        bucket.upload(request.staging / staged_path(path), path, found[path])

    for pages in (False, True):
        ParallelRunner().run([path for path in paths if is_page(path) is pages], upload, lambda _: None)


def _staged_entry(manifest: Manifest, path: str, fingerprint: str) -> ManifestEntry:
    entry = manifest.get(path)
    if entry is None or entry.fingerprint != fingerprint:
        raise PublishError(f"'{path}' has changed in the staged tree: run `pulumi up` again")
    return entry
