"""Publishes a release behind a distribution. No object is overwritten, and visitors get the release at one moment.

A rollback, and a repair of objects that another program has changed, are publishes too: of the same files as before.
"""

from __future__ import annotations

import platform
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from hosting.aws.key_value_store_errors import StoreError
from hosting.errors import PublishError
from hosting.publish.bulk import layout
from hosting.publish.bulk.catalogue import CatalogueFile, StoredRelease
from hosting.publish.bulk.changes import Changes
from hosting.publish.bulk.cleanup import Cleanup
from hosting.publish.bulk.drift import drifted, wrong_tables
from hosting.publish.bulk.manifests import Manifests, ReleaseManifest, StoredFile, removed_files
from hosting.publish.bulk.pointer import first_pointer, next_pointer, pointer_to_table, store_tables
from hosting.publish.bulk.resume import uploaded_files
from hosting.publish.bulk.switch import SITE_KEY, Switch, check_capacity, view
from hosting.publish.bulk.table import build_table, table_prefix
from hosting.publish.bulk.target import choose_target
from hosting.publish.bulk.upload import UNCHANGED, Uploader
from hosting.publish.bulk.upload_plan import UploadPlan, plan_uploads
from hosting.publish.s3.errors import S3Error

if TYPE_CHECKING:
    from hosting.publish.bulk.catalogue import Catalogue
    from hosting.publish.bulk.log import Log
    from hosting.publish.bulk.pointer import Pointer
    from hosting.publish.bulk.promotion import PromotionSource
    from hosting.publish.bulk.request import PublishRequest
    from hosting.publish.bulk.store import Store
    from hosting.publish.bulk.switch import StoreView
    from hosting.publish.bulk.target import Target
    from hosting.publish.s3.bucket import BucketClient
    from hosting.publish.s3.objects import ListedObject


@dataclass(frozen=True)
class PublishResult:
    """What a publish has done.

    Attributes:
        release: the live release.
        manifest: its objects.
        catalogue: the releases in the bucket.
        repaired: the number of its objects that another program had changed or deleted.
    """

    release: StoredRelease
    manifest: ReleaseManifest
    catalogue: Catalogue
    repaired: int = 0


@dataclass(frozen=True)
class _Current:
    """What a publish has found.

    Attributes:
        store: the key value store.
        live: the release that visitors get; without a pointer, the newest one that they have been able to get.
        manifest: its manifest; empty before the first release.
        pointer: the pointer, if it names ``live``.
        wrong: the keys of objects and tables that another program has changed or deleted, as far as they were compared.
    """

    store: StoreView
    live: StoredRelease | None
    manifest: ReleaseManifest
    pointer: Pointer | None = None
    wrong: frozenset[str] = frozenset()

    def is_live(self, digest: str) -> bool:
        """Return whether visitors get the release with this digest."""
        return self.pointer is not None and self.live is not None and self.live.digest == digest


class Publisher:
    """Publishes to one bucket and one key value store, once.

    It reads the pointer and the catalogue once, with the first call of a method. If another publish changes them
    afterwards, its writes are refused.
    """

    def __init__(
        self,
        bucket: BucketClient,
        store: Store,
        request: PublishRequest,
        log: Log,
        source: PromotionSource | None = None,
    ) -> None:
        """``source`` is the stack whose release is promoted; without it, the staged files are published."""
        self._source = source
        self._bucket = bucket
        self._store = store
        self._request = request
        self._log = log
        self._file = CatalogueFile(bucket)
        self._manifests = Manifests(bucket, layout.RECORDS)

    def preview(self, *, drift: int = 0) -> str:
        """Return what a publish would do, as a sentence.

        Args:
            drift: the number of objects of the live release that another program is known to have changed.

        Raises:
            PublishError: it would be refused.
        """
        current = self._current
        target = self._target(current)
        if current.live and current.live.digest == target.digest and drift:
            return f"{drift} objects to restore"
        changes = self._changes(current, target)
        plan = self._plan(current, target)
        rollback = f" (back to release {target.digest[:12]})" if target.stored else ""
        return f"{changes}, {plan.upload_bytes} bytes to send{rollback}"

    def publish(self, *, repair: bool = False) -> PublishResult:
        """Publish the release, and switch visitors to it.

        Args:
            repair: whether to compare the objects and tables of the live release.

        Raises:
            PublishError: it was refused or interrupted; the live site is unchanged.
            S3Error, StoreError: AWS did not answer a request.
        """
        current = self._current
        target = self._target(current)
        self._changes(current, target)
        # No refresh compares the objects of a release that is not live.
        if repair or (target.stored and not current.is_live(target.digest)):
            current = self._compare(current, target, self._wrong_tables(current) if repair else set())
        if current.live and current.is_live(target.digest) and not current.wrong:
            return PublishResult(current.live, current.manifest, self._file.catalogue)
        result = self._publish(current, target, self._plan(current, target))
        return replace(result, repaired=len(current.wrong))

    def drift(self) -> list[str]:
        """Return what another program has changed of the live release: objects, or keys of the store."""
        current = self._current
        if current.live is None:
            return [layout.ROOT]
        objects = drifted(current.manifest.stored, self._listed(), self._manifests.key(current.live.id))
        return sorted([*objects, *self._wrong_tables(current)])

    def is_live(self, digest: str) -> bool:
        """Return whether visitors get the release with this digest."""
        return self._current.is_live(digest)

    @cached_property
    def _current(self) -> _Current:
        found = view(self._store)
        pointer = found.pointer
        catalogue = self._file.read().with_pointer(pointer, self._file.now)
        self._file.catalogue = catalogue
        named = catalogue.find(pointer.live.release) if pointer else None
        live = named or next(iter(catalogue.complete), None)
        manifest = self._manifests.read(live.id) if live else ReleaseManifest()
        return _Current(found, live, manifest, pointer if named else None)

    def _target(self, current: _Current) -> Target:
        return choose_target(self._request, self._file.catalogue, current.live, self._manifests, self._source)

    def _changes(self, current: _Current, target: Target) -> Changes:
        entries = [entry for name, entry in target.objects.items() if not layout.is_error_page(name)]
        changes = Changes.between(current.manifest.entries, entries)
        changes.check(target.may_remove)
        return changes

    def _compare(self, current: _Current, target: Target, tables: set[str]) -> _Current:
        """Return what a publish has found, with the objects of both releases and the tables that are wrong."""
        listed = self._listed()
        releases = {target.stored_id: target.stored}
        if current.live:
            releases[current.live.id] = current.manifest.stored
        wrong = set(tables)
        for id_, files in releases.items():
            names = drifted(files, listed, self._manifests.key(id_))
            wrong |= {file.key for file in files if file.name in names}
        # Without the pointer, the next release gets its own tables.
        return replace(current, wrong=frozenset(wrong), pointer=None if tables else current.pointer)

    def _wrong_tables(self, current: _Current) -> set[str]:
        """Return the keys of the live release's tables that are not in the store as they were written."""
        return wrong_tables(current.pointer, current.manifest, self._store.list()) if current.pointer else {SITE_KEY}

    def _listed(self) -> dict[str, ListedObject]:
        return {layout.ROOT + rest: found for rest, found in self._bucket.list(layout.ROOT).items()}

    def _plan(self, current: _Current, target: Target) -> UploadPlan:
        intact = [file for file in (*target.stored, *current.manifest.stored) if file.key not in current.wrong]
        if not target.stored:
            intact += uploaded_files(self._bucket, self._manifests, self._file.catalogue)
        plan = plan_uploads(target.objects, intact)
        if self._source:
            plan = self._source.with_copies(plan, target.digest)
        missing = [upload for upload in plan.uploads if not upload.source]
        if missing and not self._request.has_files:
            raise PublishError(
                f"{len(missing)} objects of release {target.digest[:12]} were changed or deleted outside of Pulumi, "
                f"such as '{missing[0].name}', and the files of that release are not on this machine: pulumi config rm "
                "publish:release, or publish that version of the files"
            )
        return plan

    def _publish(self, current: _Current, target: Target, plan: UploadPlan) -> PublishResult:
        now, before = self._file.now, current.store.pointer
        id_, number = self._file.catalogue.next_id(now)
        removed = removed_files(current.manifest, target.objects, now, self._request.keep_s)
        kept = {name: file for name, file in removed.items() if file.key not in current.wrong}
        manifest = _manifest(target, plan, id_, kept)
        pointer, tables = _pointer(id_, int(now), manifest, current)
        check_capacity(current.store, tables)
        sizes = [entry.size for entry in manifest.entries.values()]
        release = StoredRelease(id_, target.digest, now, len(sizes), sum(sizes), platform.node())
        self._begin(release, number, pointer, before)
        manifest = self._upload(release, manifest, plan)
        # The grace period of the previous release begins with the switch, not with the upload.
        pointer = replace(pointer, live=replace(pointer.live, time=int(self._file.elapsed)))
        Switch(self._store, current.store, pointer, self._file.publisher_of).run(tables)
        self._file.catalogue = self._file.catalogue.with_pointer(pointer, now)
        self._clean_up(pointer, before)
        return PublishResult(replace(release, is_complete=True), manifest, self._file.catalogue)

    def _begin(self, release: StoredRelease, number: int, pointer: Pointer, before: Pointer | None) -> None:
        """Write to the catalogue what this publish is going to add."""
        catalogue = self._file.catalogue.with_release(release, number, before, self._request.releases)
        tables = tuple(sorted({*catalogue.tables, *store_tables(pointer.live)}))
        self._file.write(replace(catalogue, tables=tables))

    def _upload(self, release: StoredRelease, manifest: ReleaseManifest, plan: UploadPlan) -> ReleaseManifest:
        """Upload the objects and the manifest, and return the manifest with the ETags."""
        if len(plan.uploads) > 1 and not any(upload.source_bucket for upload in plan.uploads):
            # An interrupted publish is resumed by this manifest. A promotion is not: a copy may have other content.
            self._manifests.write(release.id, manifest)
        uploader = Uploader(self._bucket, self._request, self._log, UNCHANGED)
        etags = uploader.run(plan.uploads, lambda name: layout.key_of(release.id, name))
        written = {name: replace(manifest.files[name], etag=etag) for name, etag in etags.items()}
        manifest = replace(manifest, files={**manifest.files, **written})
        self._manifests.write(release.id, manifest)
        return manifest

    def _clean_up(self, pointer: Pointer, before: Pointer | None) -> None:
        """Delete what no release needs; a failure is not one of the publish."""
        try:
            Cleanup(self._bucket, self._store, self._manifests, self._file).run(pointer, before)
        except (S3Error, StoreError, PublishError) as error:
            self._log.warn(f"The release is live. Old objects were not deleted, the next publish does that: {error}")


def _manifest(target: Target, plan: UploadPlan, publish: str, kept: dict[str, StoredFile]) -> ReleaseManifest:
    """Return the manifest of the release that ``publish`` writes."""
    files = {name: plan.reused.get(name) or StoredFile(name, entry, publish) for name, entry in target.objects.items()}
    files = {name: replace(file, removed_at=0.0) for name, file in files.items()}
    return ReleaseManifest(files, kept, target.edge)


def _pointer(id_: str, now: int, manifest: ReleaseManifest, current: _Current) -> tuple[Pointer, dict[str, str]]:
    """Return the pointer to a release, and the tables to write before it."""
    items, live = dict(manifest.edge.items), current.pointer.live if current.pointer else None
    if live is not None and live.tables == manifest.edge.tables:
        items = {}
    inline = next_pointer(first_pointer(id_, now, manifest), manifest, current.pointer, current.manifest)
    if inline is not None:
        return inline, items
    buckets = build_table(manifest.publishes, manifest.edge.index_document)
    first = first_pointer(id_, now, manifest, buckets)
    items |= {f"{table_prefix(id_)}{number}": bucket for number, bucket in enumerate(buckets)}
    return pointer_to_table(first, current.store.pointer), items
