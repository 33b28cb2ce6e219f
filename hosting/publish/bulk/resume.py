"""Resumes interrupted uploads: finds what they have uploaded, so that the next publish does not upload it again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hosting.publish.bulk import layout

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hosting.publish.bulk.catalogue import Catalogue
    from hosting.publish.bulk.manifests import Manifests, StoredFile
    from hosting.publish.s3.bucket import BucketClient


def uploaded_files(bucket: BucketClient, manifests: Manifests, catalogue: Catalogue) -> Iterator[StoredFile]:
    """Yield the objects of publishes that have begun and, as far as is known, have not finished.

    Each wrote a manifest of what it was going to upload, and to prefixes of its own. So an object there has the content
    and the headers of the manifest.
    """
    for release in catalogue.releases:
        planned = None if release.is_complete else manifests.find(release.id)
        if planned:
            own = [file for file in planned.files.values() if file.publish == release.id]
            yield from _existing(bucket, release.id, own)


def _existing(bucket: BucketClient, publish: str, files: Iterable[StoredFile]) -> Iterator[StoredFile]:
    """Yield those of a publish's own ``files`` that are in the bucket, with their ETags."""
    listed = {
        prefix + rest: found for prefix in layout.prefixes(publish) for rest, found in bucket.list(prefix).items()
    }
    for file in files:
        found = listed.get(file.key)
        if found is not None and found.size == file.entry.size:
            yield replace(file, etag=found.etag)
