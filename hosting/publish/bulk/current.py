"""What a publish finds: the pointer, the live release, and the base of a preview."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hosting.errors import PublishError
from hosting.publish.bulk.manifests import ReleaseManifest, StoredFile
from hosting.publish.bulk.pointer import POINTERS, Pointer, TableOwner
from hosting.publish.bulk.preview_site import not_a_pointer
from hosting.publish.bulk.switch import view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hosting.publish.bulk.catalogue import CatalogueFile, StoredRelease
    from hosting.publish.bulk.manifests import Manifests
    from hosting.publish.bulk.preview_site import PreviewSite
    from hosting.publish.bulk.store import Store
    from hosting.publish.bulk.switch import StoreView


@dataclass(frozen=True)
class Current:
    """What a publish has found.

    Attributes:
        store: the key value store.
        live: the release that visitors get; without a pointer, the newest one that they have been able to get.
        manifest: its manifest; empty before the first release.
        pointer: the pointer, if it names ``live``.
        base: the live release of a preview's base; None without one.
        wrong: the keys of objects and tables that another program has changed or deleted, as far as they were compared.
    """

    store: StoreView
    live: StoredRelease | None
    manifest: ReleaseManifest
    pointer: Pointer | None = None
    base: TableOwner | None = None
    wrong: frozenset[str] = frozenset()

    def is_live(self, digest: str) -> bool:
        """Return whether visitors get the release with this digest."""
        return self.pointer is not None and self.live is not None and self.live.digest == digest

    @property
    def base_files(self) -> tuple[StoredFile, ...]:
        """The objects of the base."""
        return (
            tuple(replace(file, is_of_another_preview=True) for file in self.base.manifest.stored) if self.base else ()
        )

    @property
    def table_owners(self) -> Iterator[TableOwner]:
        """The releases whose tables the next one can use, the best first."""
        if self.pointer:
            yield TableOwner(self.pointer.live, self.manifest)
        if self.base:
            yield self.base


def read_current(
    store: Store, key: str, file: CatalogueFile, manifests: Manifests, preview: PreviewSite | None
) -> Current:
    """Return what a publish finds, and read the catalogue into ``file``.

    Args:
        store: the key value store.
        key: the key of the pointer.
        file: the catalogue's object.
        manifests: the manifests in the bucket.
        preview: the preview that the publish is for; None for a site.

    Raises:
        PublishError: the pointer belongs to another stack.
    """
    found = view(store, key)
    pointer = found.pointer
    if preview and found.text is not None:
        _check_owner(preview, pointer)
    catalogue = file.read().with_pointer(pointer, file.now)
    file.catalogue = catalogue
    named = catalogue.find(pointer.live.release) if pointer else None
    live = named or next(iter(catalogue.complete), None)
    manifest = manifests.read(live.id) if live else ReleaseManifest()
    base = _base(store, manifests, preview.base) if preview and preview.base else None
    return Current(found, live, manifest, pointer if named else None, base)


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


def _base(store: Store, manifests: Manifests, name: str) -> TableOwner | None:
    """Return the live release of the base; None if it does not exist."""
    pointer = Pointer.from_text(store.get(f"{POINTERS}{name}") or "")
    manifest = manifests.find(pointer.live.release) if pointer else None
    return TableOwner(pointer.live, manifest) if pointer and manifest else None
