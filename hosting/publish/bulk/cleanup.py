"""Deletes what no release needs any more, after the switch.

The catalogue lists what is to be deleted before anything is deleted. So if a publish does not finish its cleanup, the
next one does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hosting.aws.key_value_store import MAX_KEYS_A_WRITE
from hosting.edge.rule_tables import RULE_TABLES
from hosting.publish.bulk import layout
from hosting.publish.bulk.pointer import GRACE_S, store_tables
from hosting.publish.bulk.table import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hosting.publish.bulk.catalogue import CatalogueFile, StoredRelease
    from hosting.publish.bulk.manifests import Manifests, ReleaseManifest
    from hosting.publish.bulk.pointer import Pointer
    from hosting.publish.bulk.store import Store
    from hosting.publish.s3.bucket import BucketClient


class Cleanup:
    """The cleanup of one publish."""

    def __init__(self, bucket: BucketClient, store: Store, manifests: Manifests, file: CatalogueFile) -> None:
        self._bucket = bucket
        self._store = store
        self._manifests = manifests
        self._file = file

    def run(self, pointer: Pointer, before: Pointer | None) -> None:
        """Delete the objects of releases that are to be deleted, and tables that nothing names.

        Args:
            pointer: the pointer now.
            before: the pointer before this publish.
        """
        catalogue = self._file.catalogue
        tables = catalogue.tables
        # Visitors may still get what the pointer named until a moment ago.
        if before is None or self._file.now - before.live.time >= GRACE_S:
            needed = pointer.store_tables | (store_tables(before.live) if before else set())
            self._delete_tables(needed, unneeded=set(tables) - needed)
            tables = tuple(prefix for prefix in tables if prefix in needed)
        self._delete_releases(catalogue.to_delete, catalogue.releases)
        cleaned = replace(catalogue, to_delete=(), tables=tables)
        if cleaned != catalogue:
            self._file.write(cleaned)

    def _delete_tables(self, needed: set[str], *, unneeded: set[str]) -> None:
        if not unneeded:
            return
        # The ETag is older than the list: if another publish writes meanwhile, the deletion is refused.
        etag = self._store.describe().etag
        tables = [key for key in self._store.list() if key.startswith((TABLES, RULE_TABLES))]
        keys = [key for key in tables if not key.startswith(tuple(needed))]
        for start in range(0, len(keys), MAX_KEYS_A_WRITE):
            etag = self._store.update(etag, {}, keys[start : start + MAX_KEYS_A_WRITE])

    def _delete_releases(self, ids: Iterable[str], remaining: Iterable[StoredRelease]) -> None:
        ids = sorted(ids)
        if not ids:
            return
        manifests = {id_: self._manifests.find(id_) for id_ in ids}
        keys = {key for id_, manifest in manifests.items() for key in self._keys(id_, manifest)}
        for release in remaining:
            manifest = self._manifests.find(release.id)
            keys -= manifest.keys if manifest else set()
        self._bucket.delete(sorted(keys))
        # Last, as only they name objects that other publishes wrote.
        self._manifests.delete(ids)

    def _keys(self, id_: str, manifest: ReleaseManifest | None) -> set[str]:
        """Return the keys of a release, with those that its publish has written."""
        prefixes = (layout.file_prefix(id_), layout.error_page_prefix(id_))
        written = {prefix + rest for prefix in prefixes for rest in self._bucket.list(prefix)}
        return written | (manifest.keys if manifest else set())
