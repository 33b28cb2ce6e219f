"""The base of a preview: the other preview whose objects and table a publish uses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hosting.errors import PublishError
from hosting.publish.bulk.catalogue import CatalogueFile, catalogue_key
from hosting.publish.bulk.pointer import POINTERS, Pointer, TableOwner
from hosting.publish.bulk.table import table_prefix

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from hosting.publish.bulk.manifests import Manifests, StoredFile
    from hosting.publish.bulk.next_release import NextRelease
    from hosting.publish.bulk.store import Store
    from hosting.publish.s3.bucket import BucketClient


@dataclass(frozen=True)
class PreviewBase:
    """The base of a preview, as a publish has found it.

    Attributes:
        name: its label.
        text: the value of its pointer.
        live: its live release.
    """

    name: str
    text: str
    live: TableOwner

    @property
    def key(self) -> str:
        """The key of its pointer."""
        return f"{POINTERS}{self.name}"

    @property
    def files(self) -> tuple[StoredFile, ...]:
        """The objects of its live release, as a preview that uses them has them."""
        return tuple(replace(file, is_of_another_preview=True) for file in self.live.manifest.stored)

    def check(
        self, own: Iterable[StoredFile], next_: NextRelease, items: Mapping[str, str], bucket: BucketClient
    ) -> None:
        """Check that nothing can have been deleted of what a release uses.

        Args:
            own: the objects that the preview's own pointer names.
            next_: the release.
            items: the keys and values of the store now.
            bucket: the bucket.

        Raises:
            PublishError: something may be gone.
        """
        used = {file.key for file in next_.manifest.stored if file.is_of_another_preview}
        used -= {file.key for file in own}
        live = next_.pointer.live
        tables = {f"{table_prefix(live.table)}{number}" for number in range(live.buckets)}
        if not tables <= {*items, *next_.tables} or not self._keeps(used, items.get(self.key), bucket):
            raise PublishError(
                f"The preview '{self.name}', whose files this one uses, was changed or removed while this pulumi up "
                "ran; this one was not published. Run pulumi up again"
            )

    def _keeps(self, keys: Collection[str], text: str | None, bucket: BucketClient) -> bool:
        """Return whether its objects with these keys cannot have been deleted; ``text`` is its pointer now.

        While its pointer is the same, nobody deletes what that names. If it has published since then, it keeps what it
        has written itself for an hour, unless it was removed. What others have written may be deleted at any time.
        """
        if text is None or text == self.text:
            return text is not None
        written_by_others = {file.key for file in self.live.manifest.stored if file.is_of_another_preview}
        if written_by_others.intersection(keys):
            return False
        catalogue = CatalogueFile(bucket, catalogue_key(self.name)).read()
        return catalogue.find(self.live.pointer.release) is not None


def find_base(store: Store, manifests: Manifests, name: str) -> PreviewBase | None:
    """Return the base with this label; None if it does not exist."""
    text = store.get(f"{POINTERS}{name}") or ""
    pointer = Pointer.from_text(text)
    manifest = manifests.find(pointer.live.release) if pointer else None
    return PreviewBase(name, text, TableOwner(pointer.live, manifest)) if pointer and manifest else None
