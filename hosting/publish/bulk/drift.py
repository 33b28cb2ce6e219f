"""Finds objects of a release that another program has changed or deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hosting.publish.bulk.manifests import StoredFile
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
