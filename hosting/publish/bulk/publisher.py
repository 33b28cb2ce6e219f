"""Publishes a release behind a distribution. No object is overwritten, and visitors get the release at one moment.

A rollback, and a repair of objects that another program has changed, are publishes too: of the same files as before.
"""

from __future__ import annotations

import platform
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from hosting.aws.key_value_store_errors import StoreError
from hosting.edge.rule_tables import RULE_TABLES
from hosting.errors import PublishError
from hosting.publish.bulk import layout
from hosting.publish.bulk.catalogue import SHARED_GRACE_S, CatalogueFile, StoredRelease, catalogue_key, free_ids
from hosting.publish.bulk.changes import Changes
from hosting.publish.bulk.cleanup import Cleanup
from hosting.publish.bulk.current import read_current
from hosting.publish.bulk.drift import drifted, wrong_tables
from hosting.publish.bulk.manifests import Manifests, removed_files
from hosting.publish.bulk.next_release import next_manifest, next_release
from hosting.publish.bulk.pointer import GRACE_S, POINTERS, SITE_KEY, store_tables
from hosting.publish.bulk.resume import uploaded_files
from hosting.publish.bulk.switch import Switch, check_capacity
from hosting.publish.bulk.table import table_prefix
from hosting.publish.bulk.target import choose_target
from hosting.publish.bulk.upload import UNCHANGED, Uploader
from hosting.publish.bulk.upload_plan import UploadPlan, plan_uploads
from hosting.publish.s3.errors import S3Error

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hosting.publish.bulk.catalogue import Catalogue
    from hosting.publish.bulk.current import Current
    from hosting.publish.bulk.log import Log
    from hosting.publish.bulk.manifests import ReleaseManifest, StoredFile
    from hosting.publish.bulk.next_release import NextRelease
    from hosting.publish.bulk.pointer import Pointer
    from hosting.publish.bulk.promotion import PromotionSource
    from hosting.publish.bulk.request import PublishRequest
    from hosting.publish.bulk.store import Store
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
        expires: when a preview expires, in seconds since 1970; 0 for a site.
    """

    release: StoredRelease
    manifest: ReleaseManifest
    catalogue: Catalogue
    repaired: int = 0
    expires: int = 0


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
        self._preview = request.preview
        name = self._preview.name if self._preview else ""
        self._key = f"{POINTERS}{name}" if name else SITE_KEY
        self._file = CatalogueFile(bucket, catalogue_key(name))
        self._manifests = Manifests(bucket, layout.RECORDS, self._file.key)

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
        if self._preview and current.is_live(target.digest):
            return f"to expire {self._preview.expire_days} days from now, nothing to send"
        if current.is_uncompared(target):
            current = self._compare(current, target, set())
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
        if repair or current.is_uncompared(target):
            current = self._compare(current, target, self._wrong_tables(current) if repair else set())
        if (
            current.live
            and current.is_live(target.digest)
            and not current.wrong
            and self._has_current_metadata(current)
        ):
            expires = _expiry(current.pointer)
            return PublishResult(current.live, current.manifest, self._file.catalogue, expires=expires)
        result = self._publish(current, target, self._plan(current, target))
        return replace(result, repaired=len(current.wrong))

    def drift(self) -> list[str]:
        """Return what another program has changed of the live release: objects, or keys of the store."""
        current = self._current
        if current.live is None:
            return [layout.ROOT]
        stored, pointer = current.manifest.stored, current.pointer
        wrong = drifted(stored, self._listed(stored), self._manifests.key(current.live.id))
        wrong |= self._wrong_tables(current)
        if self._preview and pointer and not self._preview.is_valid(pointer.metadata, self._file.now):
            wrong |= {self._key}
        return sorted(wrong)

    def is_live(self, digest: str) -> bool:
        """Return whether visitors get the release with this digest."""
        return self._current.is_live(digest)

    @cached_property
    def _current(self) -> Current:
        return read_current(self._store, self._key, self._file, self._manifests, self._preview)

    def _has_current_metadata(self, current: Current) -> bool:
        """Whether the pointer of a preview can stay as it is."""
        metadata = current.pointer.metadata if current.pointer else None
        return self._preview is None or self._preview.is_current(metadata, self._file.now)

    def _target(self, current: Current) -> Target:
        return choose_target(self._request, self._file.catalogue, current.live, self._manifests, self._source)

    def _changes(self, current: Current, target: Target) -> Changes:
        entries = [entry for name, entry in target.objects.items() if not layout.is_error_page(name)]
        changes = Changes.between(current.manifest.entries, entries)
        changes.check(target.may_remove)
        return changes

    def _compare(self, current: Current, target: Target, tables: set[str]) -> Current:
        """Return what a publish has found, with the objects of both releases and the tables that are wrong."""
        listed = self._listed((*target.stored, *current.manifest.stored))
        releases = {target.stored_id: target.stored}
        if current.live:
            releases[current.live.id] = current.manifest.stored
        wrong = set(tables)
        for id_, files in releases.items():
            names = drifted(files, listed, self._manifests.key(id_))
            wrong |= {file.key for file in files if file.name in names}
        # Without the pointer, the next release gets its own tables.
        if tables:
            current = replace(current, pointer=None, base=None)
        return replace(current, wrong=frozenset(wrong))

    def _wrong_tables(self, current: Current) -> set[str]:
        """Return the keys of the live release's tables that are not in the store as they were written."""
        return wrong_tables(current.pointer, current.manifest, self._store.list()) if current.pointer else {self._key}

    def _listed(self, files: Iterable[StoredFile]) -> dict[str, ListedObject]:
        """Return the objects that exist, by key; in a shared bucket, of the publishes that wrote these files."""
        prefixes = {layout.ROOT}
        if self._preview:
            prefixes = {prefix for file in files for prefix in layout.prefixes(file.publish)} | {layout.RECORDS}
        return {prefix + rest: found for prefix in prefixes for rest, found in self._bucket.list(prefix).items()}

    def _plan(self, current: Current, target: Target) -> UploadPlan:
        stored = (*current.not_deleted(target.stored), *current.files)
        intact = [file for file in stored if not current.wrong or file.key not in current.wrong]
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

    def _publish(self, current: Current, target: Target, plan: UploadPlan) -> PublishResult:
        before = current.store.pointer
        next_, id_, number = self._claimed(current, target, plan)
        sizes = [entry.size for entry in next_.manifest.entries.values()]
        release = StoredRelease(id_, target.digest, self._file.now, len(sizes), sum(sizes), platform.node())
        self._begin(release, number, next_.pointer, before)
        manifest = self._upload(release, next_.manifest, plan)
        pointer = self._switch(current, next_)
        # The grace period of the previous release begins with the switch.
        self._file.catalogue = self._file.catalogue.with_pointer(pointer, self._file.elapsed)
        self._clean_up(pointer, before)
        return PublishResult(
            replace(release, is_complete=True), manifest, self._file.catalogue, expires=_expiry(pointer)
        )

    def _claimed(self, current: Current, target: Target, plan: UploadPlan) -> tuple[NextRelease, str, int]:
        """Return the release to write, with its id and the id's number, which no other publish uses."""
        now, preview = self._file.now, self._preview
        removed = removed_files(current.manifest, target.objects, now, self._request.keep_s)
        kept = {name: file for name, file in removed.items() if file.key not in current.wrong}
        for id_, number in free_ids(now) if preview else [self._file.catalogue.next_id(now)]:
            manifest = next_manifest(target.objects, target.edge, plan, id_, kept)
            manifest = replace(manifest, site=preview.name if preview else "")
            next_ = next_release(id_, int(now), manifest, current, preview.metadata(now) if preview else None)
            check_capacity(self._store, current.store, next_.tables, is_shared=preview is not None)
            if preview is None or self._manifests.claim(id_, manifest):
                return next_, id_, number
        raise PublishError("Too many previews are published at this moment; nothing was changed. Run pulumi up again")

    def _switch(self, current: Current, next_: NextRelease) -> Pointer:
        """Write the tables and the pointer, and return the pointer."""
        now, preview = self._file.elapsed, self._preview
        if preview and now - self._file.now > SHARED_GRACE_S:
            raise PublishError(
                f"This pulumi up took more than an hour. {UNCHANGED}. Run pulumi up again: it continues where this one "
                "stopped"
            )
        # The grace period of the previous release begins with the switch, not with the upload.
        live = replace(next_.pointer.live, time=int(now))
        pointer = replace(next_.pointer, live=live, metadata=preview.metadata(now) if preview else None)
        switch = Switch(self._store, self._key, current.store, pointer, self._file.publisher_of)
        own, base = current.own_files, current.base
        switch.run(next_.tables, (lambda items: base.check(own, next_, items, self._bucket)) if base else None)
        return pointer

    def _begin(self, release: StoredRelease, number: int, pointer: Pointer, before: Pointer | None) -> None:
        """Write to the catalogue what this publish is going to add."""
        grace_s, tables = GRACE_S, store_tables(pointer.live)
        if self._preview:
            # The table of the base is the base's.
            own = (table_prefix(release.id), RULE_TABLES)
            grace_s, tables = SHARED_GRACE_S, {prefix for prefix in tables if prefix.startswith(own)}
        catalogue = self._file.catalogue.with_release(release, number, before, self._request.releases, grace_s=grace_s)
        self._file.write(replace(catalogue, tables=tuple(sorted({*catalogue.tables, *tables}))))

    def _upload(self, release: StoredRelease, manifest: ReleaseManifest, plan: UploadPlan) -> ReleaseManifest:
        """Upload the objects and the manifest, and return the manifest with the ETags."""
        is_promotion = any(upload.source_bucket for upload in plan.uploads)
        if len(plan.uploads) > 1 and not is_promotion and not self._preview:
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
            shared = self._preview is not None
            Cleanup(self._bucket, self._store, self._manifests, self._file, is_shared=shared).run(pointer, before)
        except (S3Error, StoreError, PublishError) as error:
            self._log.warn(f"The release is live. Old objects were not deleted, the next publish does that: {error}")


def _expiry(pointer: Pointer | None) -> int:
    return pointer.metadata.expires if pointer and pointer.metadata else 0
