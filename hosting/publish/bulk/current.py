"""What a publish finds: the pointer, the live release, and the base of a preview."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hosting.errors import PublishError
from hosting.publish.bulk.manifests import ReleaseManifest
from hosting.publish.bulk.pointer import TableOwner
from hosting.publish.bulk.preview_base import find_base
from hosting.publish.bulk.preview_site import not_a_pointer
from hosting.publish.bulk.switch import view

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from hosting.publish.bulk.catalogue import CatalogueFile, StoredRelease
    from hosting.publish.bulk.manifests import Manifests, StoredFile
    from hosting.publish.bulk.pointer import Pointer
    from hosting.publish.bulk.preview_base import PreviewBase
    from hosting.publish.bulk.preview_site import PreviewSite
    from hosting.publish.bulk.store import Store
    from hosting.publish.bulk.switch import StoreView
    from hosting.publish.bulk.target import Target


@dataclass(frozen=True)
class Current:
    """What a publish has found.

    Attributes:
        store: the key value store.
        live: the release that visitors get; without a pointer, the newest one that they have been able to get.
        manifest: its manifest; empty before the first release.
        pointer: the pointer, if it names ``live``.
        base: the base of a preview; None without one.
        wrong: the keys of objects and tables that another program has changed or deleted, as far as they were compared.
    """

    store: StoreView
    live: StoredRelease | None
    manifest: ReleaseManifest
    pointer: Pointer | None = None
    base: PreviewBase | None = None
    wrong: frozenset[str] = frozenset()

    def is_live(self, digest: str) -> bool:
        """Return whether visitors get the release with this digest."""
        return self.pointer is not None and self.live is not None and self.live.digest == digest

    def is_uncompared(self, target: Target) -> bool:
        """Return whether a publish of ``target`` uses objects that no refresh compares.

        Those are the objects of a release that is not live, and of the one that was found without a pointer.
        """
        has_lost_pointer = self.live is not None and self.pointer is None
        return has_lost_pointer or (bool(target.stored) and not self.is_live(target.digest))

    @property
    def own_files(self) -> list[StoredFile]:
        """The objects of the live release that nobody deletes: without a pointer, only what the site has written."""
        return [file for file in self.manifest.stored if self.pointer or not file.is_of_another_preview]

    @property
    def files(self) -> tuple[StoredFile, ...]:
        """The objects of the live release and of the base, which nobody deletes while the pointers name them."""
        return (*self.own_files, *(self.base.files if self.base else ()))

    def not_deleted(self, stored: Iterable[StoredFile]) -> list[StoredFile]:
        """Return the objects of an earlier release without those of other previews that no pointer seen here names."""
        files = [*stored]
        named = {file.key for file in self.files} if any(file.is_of_another_preview for file in files) else set()
        return [file for file in files if not file.is_of_another_preview or file.key in named]

    @property
    def table_owners(self) -> Iterator[TableOwner]:
        """The releases whose tables the next one can use, the best first."""
        if self.pointer:
            yield TableOwner(self.pointer.live, self.manifest)
        if self.base:
            yield self.base.live


def read_current(
    store: Store, key: str, file: CatalogueFile, manifests: Manifests, preview: PreviewSite | None
) -> Current:
    """Return what a publish finds, and read the catalogue into ``file``.

    The bucket is read at the same time as the store.

    Args:
        store: the key value store.
        key: the key of the pointer.
        file: the catalogue's object.
        manifests: the manifests in the bucket.
        preview: the preview that the publish is for; None for a site.

    Raises:
        PublishError: the pointer belongs to another stack.
    """
    with ThreadPoolExecutor(1, "records") as executor:
        records = executor.submit(_read_records, file, manifests)
        found = view(store, key)
    newest, pointer = records.result(), found.pointer
    if preview and found.text is not None:
        _check_owner(preview, pointer)
    if pointer and not file.catalogue.find(pointer.live.release):
        # Perhaps another publish has ended since the catalogue was read.
        file.read()
    catalogue = file.catalogue.with_pointer(pointer, file.now)
    file.catalogue = catalogue
    named = catalogue.find(pointer.live.release) if pointer else None
    live = named or next(iter(catalogue.complete), None)
    manifest = newest.get(live.id) or manifests.read(live.id) if live else ReleaseManifest()
    base = find_base(store, manifests, preview.base) if preview and preview.base else None
    return Current(found, live, manifest, pointer if named else None, base)


def _read_records(file: CatalogueFile, manifests: Manifests) -> Mapping[str, ReleaseManifest]:
    """Read the catalogue, and return the manifest of the newest release, by its id: it is probably the live one."""
    for release in file.read().releases[:1]:
        # A damaged one matters only if its release is live.
        with suppress(PublishError):
            manifest = manifests.find(release.id)
            # One without ETags is written again at the end of its publish.
            if manifest and all(stored.etag for stored in manifest.stored):
                return {release.id: manifest}
    return {}


def _check_owner(preview: PreviewSite, pointer: Pointer | None) -> None:
    """Refuse to replace the pointer of another stack, or a value that is not a pointer.

    Raises:
        PublishError: another stack has a preview of this name.
    """
    if pointer is None:
        raise not_a_pointer(preview.name, "nothing was changed")
    if not preview.may_replace(pointer.metadata):
        owner = pointer.metadata.owner if pointer.metadata else "another program"
        raise PublishError(
            f"The name '{preview.name}' belongs to the stack {owner} on this preview edge; nothing was changed. Use "
            f"another name: pulumi stack rename --stack {preview.owner} '<name>'"
        )
