"""The error pages, in a place of their own: CloudFront fetches them without asking the function.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.publish.release import layout
from hosting.publish.release.library import Library
from hosting.publish.release.records import Index, id_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hosting.publish.release.store import Store


def put_error_pages(store: Store, digest: str, paths: Sequence[str], *, only_missing: bool = False) -> bool:
    """Make the error pages those of the release ``digest``, and tell whether any changed.

    Args:
        store: the bucket.
        digest: of the release.
        paths: the site's files that are error pages.
        only_missing: whether to leave those that are there as they are.
    """
    found = store.read(f"{layout.RECORDS}index")
    held = Index.from_bytes(found.data, "the index").find(digest) if found else None
    if held is None or not paths:
        return False
    records = Library(store, layout.RECORDS).read(id_of(digest))
    present = store.list(layout.ERROR_PAGES)
    changed = False
    for path in paths:
        record, there = records.get(path), present.get(path)
        if record is None or (there and (only_missing or there.etag == record.etag)):
            continue
        store.copy(held.key(path), layout.error_page(path), record.entry)
        changed = True
    gone = [] if only_missing else [layout.ERROR_PAGES + path for path in present if path not in records]
    store.rest()
    store.delete(gone)
    return changed or bool(gone)
