"""The error pages, in a place of their own: CloudFront fetches them without asking the function.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.publish.bulk import layout
from hosting.publish.bulk.library import Library
from hosting.publish.bulk.records import Index, id_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hosting.publish.s3.bucket import BucketClient
    from hosting.publish.s3.objects import ListedObject


def put_error_pages(
    store: BucketClient, digest: str, paths: Sequence[str], *, only_missing: bool = False
) -> dict[str, str]:
    """Make the error pages those of the release ``digest``, and return the ETag of each that was put.

    Args:
        store: the bucket.
        digest: of the release.
        paths: the site's files that are error pages.
        only_missing: whether to leave those that are there as they are.
    """
    found = store.read(f"{layout.RECORDS}index")
    held = Index.from_bytes(found.data, "the index").find(digest) if found else None
    if held is None or not paths:
        return {}
    records = Library(store, layout.RECORDS).read(id_of(digest))
    present = store.list(layout.ERROR_PAGES)
    etags = {
        path: store.copy(held.key(path), layout.error_page(path), records[path].entry)
        for path in paths
        if path in records and not (only_missing and path in present)
    }
    store.close_connections()
    if not only_missing:
        store.delete([layout.ERROR_PAGES + path for path in present if path not in etags])
    return etags


def drifted_pages(etags: Mapping[str, str], listed: Mapping[str, ListedObject]) -> list[str]:
    """Return the error pages that another hand has changed or removed.

    Args:
        etags: of each, as it was put in place.
        listed: what is there, by key.
    """
    found = {path: listed.get(layout.error_page(path)) for path in etags}
    return [layout.error_page(path) for path, there in found.items() if there is None or there.etag != etags[path]]
