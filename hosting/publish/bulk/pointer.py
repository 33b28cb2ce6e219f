"""What the edge needs to know of the live release: little, as it has to fit a function."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hosting.edge.error_pages import files_without_extension, release_serves_page
from hosting.publish.bulk.planning import overlays

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hosting.publish.bulk.published import Published
    from hosting.publish.bulk.records import Records
    from hosting.publish.bulk.wanted import Wanted

_MARK_LENGTH = 6


@dataclass(frozen=True)
class Pointer:
    """The live release, as `release.js` knows it.

    Attributes:
        slot: what filled the slot that it stands on.
        generation: of the shared assets.
        mark: in the cache key of what is in the slot.
        pages: changes when an error page does.
        time: of its publish; the function does not know it.
        overlays: the paths of each overlay, and under "" those that are gone.
        fallback: the file that answers paths which are no file; "" when the function can't tell, or need not.
        plain: the files without an extension, all that such a path can be.
        routes: how the release's own tree is served, as the JSON of ``SiteRoutes.data``; "" without the router.
        kind: ``app`` or ``pages``, as `website:routing auto` has recognized it; empty without that.
    """

    slot: str
    generation: str
    mark: str
    pages: str
    time: str
    overlays: dict[str, list[str]]
    fallback: str
    plain: list[str]
    routes: str = ""
    kind: str = ""


def pointer_to(done: Published, wanted: Wanted) -> Pointer:
    """Return the pointer to a release."""
    held, records = done.held, done.records
    known = release_serves_page(wanted.fallback, records)
    routes = wanted.route_choice.routes(records.keys()) if wanted.route_choice else None
    # What CloudFront answers for a missing path is cached under that path: with other error pages that must be another
    # entry. Not for the page that the function itself leads to, which is the first page as a rule: with each change of
    # it, all that is in the slot would have to be fetched anew.
    lasting = [path for path in wanted.error_pages if not (known and path == wanted.fallback)]
    return Pointer(
        slot=held.fill,
        generation=held.generation,
        mark=f"{held.stamp:x}-{_mark(lasting, records)}",
        pages=_mark(wanted.error_pages, records),
        time=held.time,
        overlays=overlays(held.exceptions),
        fallback=wanted.fallback if known else "",
        plain=files_without_extension(records) if known else [],
        # As text: the engine makes a float of each number.
        routes=json.dumps(routes.data, ensure_ascii=False) if routes else "",
        kind=routes.kind if routes else "",
    )


def _mark(paths: Iterable[str], records: Records) -> str:
    """Return what changes when one of the files does."""
    found = [records[path].entry.fingerprint for path in paths if path in records]
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()[:_MARK_LENGTH]
