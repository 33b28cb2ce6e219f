"""Deletes what no release needs any more, after the switch.

The catalogue lists what is to be deleted before anything is deleted. So if a publish does not finish its cleanup, the
next one does. In a shared bucket a preview deletes only what it has written itself, and of that only what no pointer in
the store names; the rest stays in its catalogue, for a later cleanup.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hosting.aws.key_value_store import MAX_KEYS_A_WRITE
from hosting.aws.key_value_store_errors import StoreConflictError
from hosting.edge.rule_tables import RULE_TABLES
from hosting.publish.bulk import layout
from hosting.publish.bulk.catalogue import SHARED_GRACE_S, has_passed
from hosting.publish.bulk.marks import Marks
from hosting.publish.bulk.pointer import GRACE_S, store_tables
from hosting.publish.bulk.table import TABLES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from hosting.publish.bulk.catalogue import Catalogue, CatalogueFile
    from hosting.publish.bulk.manifests import Manifests, ReleaseManifest
    from hosting.publish.bulk.pointer import Pointer
    from hosting.publish.bulk.store import Store
    from hosting.publish.s3.bucket import BucketClient

# Others write to a shared store between the list of its keys and a deletion.
_SHARED_ATTEMPTS = 5


class Cleanup:
    """The cleanup of one publish, or of a preview that is removed."""

    def __init__(
        self, bucket: BucketClient, store: Store, manifests: Manifests, file: CatalogueFile, *, is_shared: bool
    ) -> None:
        """``is_shared`` is whether other sites use the bucket and the store."""
        self._bucket = bucket
        self._store = store
        self._manifests = manifests
        self._file = file
        self._is_shared = is_shared

    def run(self, pointer: Pointer | None, before: Pointer | None) -> Catalogue:
        """Delete the objects of releases that are to be deleted, and tables that nothing names; return what is left.

        Args:
            pointer: the pointer now; None if it is removed.
            before: the pointer before this publish.
        """
        catalogue = self._file.catalogue
        tables = set(catalogue.tables)
        # Visitors, and publishes of other previews that have begun, may still use what the pointer named.
        grace_s = SHARED_GRACE_S if self._is_shared else GRACE_S
        if before is None or self._file.now - before.live.time >= grace_s:
            needed = pointer.store_tables if pointer else set()
            needed |= store_tables(before.live) if before else set()
            tables -= self._delete_tables(needed, tables - needed)
        ids = self._delete_releases(catalogue) if catalogue.to_delete else ()
        cleaned = replace(catalogue, to_delete=ids, tables=tuple(sorted(tables)))
        if cleaned != catalogue:
            self._file.write(cleaned)
        return cleaned

    def _delete_tables(self, needed: set[str], unneeded: set[str]) -> set[str]:
        """Delete tables; return the prefixes of those that are gone."""
        attempts = _SHARED_ATTEMPTS if self._is_shared else 1
        while unneeded:
            attempts -= 1
            # The ETag is older than the list: if another publish writes meanwhile, the deletion is refused.
            etag, items = self._store.describe().etag, self._store.list()
            marks = Marks(items if self._is_shared else {})
            gone = {prefix for prefix in unneeded if not marks.uses_table(prefix)}
            try:
                self._delete_keys(etag, self._keys_to_delete(items, needed, gone))
            except StoreConflictError:
                if not attempts:
                    raise
            else:
                return gone
        return set()

    def _keys_to_delete(self, items: Mapping[str, str], needed: set[str], gone: set[str]) -> list[str]:
        if self._is_shared:
            return [key for key in items if key.startswith(tuple(gone))]
        tables = [key for key in items if key.startswith((TABLES, RULE_TABLES))]
        return [key for key in tables if not key.startswith(tuple(needed))]

    def _delete_keys(self, etag: str, keys: list[str]) -> None:
        for start in range(0, len(keys), MAX_KEYS_A_WRITE):
            etag = self._store.update(etag, {}, keys[start : start + MAX_KEYS_A_WRITE])

    def _delete_releases(self, catalogue: Catalogue) -> tuple[str, ...]:
        """Delete the releases that are to be deleted; return the ids of those of which a part has to stay."""
        keys = {id_: self._keys(id_, self._manifests.find(id_)) for id_ in sorted(catalogue.to_delete)}
        remaining: set[str] = set()
        for release in catalogue.releases:
            manifest = self._manifests.find(release.id)
            remaining |= manifest.keys if manifest else set()
        used = self._used_by_others({key for of_release in keys.values() for key in of_release} - remaining)
        self._bucket.delete(sorted({key for of_release in keys.values() for key in of_release} - remaining - used))
        staying = [id_ for id_, of_release in keys.items() if of_release & used or self._may_be_claimed(id_)]
        # Last, as only they name objects that other publishes wrote.
        self._manifests.delete(keys.keys() - set(staying))
        return tuple(staying)

    def _used_by_others(self, keys: Collection[str]) -> set[str]:
        """Return those of the keys that a release of another site has."""
        if not (self._is_shared and keys):
            return set()
        marks = Marks(self._store.list())
        return {key for key in keys if marks.uses(key)}

    def _may_be_claimed(self, id_: str) -> bool:
        """Whether another publish could take the id of a deleted release, while the edge has objects of that id."""
        return self._is_shared and not has_passed(id_, self._file.now)

    def _keys(self, id_: str, manifest: ReleaseManifest | None) -> set[str]:
        """Return the keys of a release, with those that its publish has written."""
        written = {prefix + rest for prefix in layout.prefixes(id_) for rest in self._bucket.list(prefix)}
        return written | (manifest.keys if manifest else set())
