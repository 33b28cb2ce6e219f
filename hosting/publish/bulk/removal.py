"""Removes a preview: its pointer first, so that it is unknown at once, then what only this preview has.

What other previews use stays, and the catalogue too, which lists it. `python -m hosting.previews prune` deletes the
rest when nobody uses it any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.aws.key_value_store_errors import StoreConflictError, StoreUnavailableError
from hosting.errors import PublishError
from hosting.publish.bulk import layout
from hosting.publish.bulk.catalogue import RESUME_S, CatalogueFile, catalogue_key
from hosting.publish.bulk.cleanup import Cleanup
from hosting.publish.bulk.manifests import Manifests
from hosting.publish.bulk.pointer import POINTERS
from hosting.publish.bulk.preview_site import not_a_pointer
from hosting.publish.bulk.switch import view, wait_after

if TYPE_CHECKING:
    from hosting.publish.bulk.store import Store
    from hosting.publish.bulk.switch import StoreView
    from hosting.publish.s3.bucket import BucketClient

_ATTEMPTS = 20


class Removal:
    """The removal of one preview from its edge."""

    def __init__(self, bucket: BucketClient, store: Store, name: str, text: str | None = None) -> None:
        """Prepare the removal.

        Args:
            bucket: the edge's bucket.
            store: the edge's key value store.
            name: the preview's label.
            text: the only value of the pointer that is removed; None for any.
        """
        self._bucket = bucket
        self._store = store
        self._name = name
        self._text = text
        self._key = f"{POINTERS}{name}"
        self._file = CatalogueFile(bucket, catalogue_key(name))

    def run(self, owner: str = "") -> bool:
        """Remove the preview; return whether nothing of it is left.

        Args:
            owner: the stack that removes it, as organization/project/stack; empty for any.

        Raises:
            PublishError: the preview belongs to another stack, or its pointer has another value.
            S3Error, StoreError: AWS did not answer a request.
        """
        found = view(self._store, self._key)
        self._check_owner(owner, found)
        pointer = found.pointer
        catalogue = self._file.read()
        # So that a removal that is interrupted is completed by the next one.
        if catalogue.with_pointer(pointer, self._file.now) != catalogue:
            self._file.write(catalogue.with_pointer(pointer, self._file.now))
        self._remove_pointer(owner)
        return self._delete_all()

    def delete_rest(self) -> bool:
        """Delete what a preview without a pointer has left; return whether nothing is left.

        A first publish that is under way has no pointer yet, and keeps its objects; so does one that has just ended.
        """
        releases = self._file.read().releases
        if any(not one.is_complete and self._file.now - one.time < RESUME_S for one in releases):
            return False
        if self._store.get(self._key) is not None:
            return False
        return self._delete_all()

    def _delete_all(self) -> bool:
        if self._file.catalogue.releases:
            self._file.write(self._file.catalogue.removed())
        manifests = Manifests(self._bucket, layout.RECORDS, self._file.key)
        left = Cleanup(self._bucket, self._store, manifests, self._file, is_shared=True).run(None, None)
        if left.to_delete or left.tables:
            return False
        # The catalogue goes last, as `prune` finds by it what a removal has left. If a publish has begun meanwhile, its
        # catalogue stays; it writes its owner at its end.
        records = layout.site_records(self._name)
        self._bucket.delete([records + layout.OWNER, records + layout.REVIEW_RECORD])
        return self._file.delete()

    def _check_owner(self, owner: str, found: StoreView) -> None:
        """Refuse to remove what another stack has published.

        Raises:
            PublishError: the pointer belongs to another stack than ``owner``, or has another value than the given one.
        """
        if self._text is not None and found.text not in (None, self._text):
            raise PublishError(
                f"The preview '{self._name}' was published meanwhile, so it was not removed: run the command again"
            )
        if not owner or found.text is None:
            return
        if found.pointer is None:
            raise not_a_pointer(self._name, "it was not removed")
        metadata = found.pointer.metadata
        if metadata is None or metadata.owner != owner:
            other = metadata.owner if metadata else "another program"
            raise PublishError(f"The preview '{self._name}' belongs to the stack {other}; it was not removed")

    def _remove_pointer(self, owner: str) -> None:
        attempt = 0
        while True:
            attempt += 1
            found = view(self._store, self._key)
            self._check_owner(owner, found)
            if found.text is None:
                return
            try:
                self._store.update(found.etag, {}, [self._key])
            except (StoreConflictError, StoreUnavailableError):
                if attempt == _ATTEMPTS:
                    raise
                wait_after(attempt)
            else:
                return
