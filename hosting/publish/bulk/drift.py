"""Finds objects and tables of a release that another program has changed or deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.publish.bulk.table import table_checksum, table_prefix

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hosting.publish.bulk.manifests import ReleaseManifest, StoredFile
    from hosting.publish.bulk.pointer import Pointer
    from hosting.publish.s3.objects import ListedObject


def drifted(files: Iterable[StoredFile], listed: Mapping[str, ListedObject], manifest: str) -> set[str]:
    """Return the names of the objects that are missing, or not as they were uploaded.

    A listing has no headers. But a manifest is written after its objects, so another program has written a younger
    object, if only to change its headers.

    Args:
        files: the objects that should exist.
        listed: the objects that exist, by key.
        manifest: the key of the manifest that has ``files``.
    """
    written = listed[manifest].time if manifest in listed else None
    wrong = set()
    for file in files:
        found = listed.get(file.key)
        if (
            found is None
            or found.size != file.entry.size
            or file.etag not in ("", found.etag)
            or (written is not None and found.time > written)
        ):
            wrong.add(file.name)
    return wrong


def wrong_tables(pointer: Pointer, manifest: ReleaseManifest, items: Mapping[str, str]) -> set[str]:
    """Return the keys of the live release's tables that the store does not have as they were written.

    Args:
        pointer: the pointer.
        manifest: the manifest of the live release.
        items: the keys and values of the store.
    """
    live = pointer.live
    prefix = table_prefix(live.table)
    buckets = [items.get(f"{prefix}{number}", "") for number in range(live.buckets)]
    wrong = {key for key, value in manifest.edge.items.items() if items.get(key) != value}
    return wrong | (set() if table_checksum(buckets) == live.checksum else {prefix})
