"""What interrupted publishes behind a distribution have left: theirs alone are the prefixes that they wrote to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.publish.bulk import layout
from hosting.publish.bulk.records import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.publish.bulk.library import Library
    from hosting.publish.bulk.records import Begun, Held, Index
    from hosting.publish.s3.bucket import BucketClient
    from hosting.publish.s3.objects import ListedObject


def prefixes(held: Held, *, fills: bool) -> list[str]:
    """Return where a publish of ``held`` writes: its own prefixes, and that of the shared files."""
    return [layout.overlay(held.id), layout.shared(held.generation), *([layout.slot(held.fill)] if fills else [])]


def leftovers(store: BucketClient, library: Library, index: Index) -> dict[str, Record]:
    """Return what publishes that have begun and not ended have put into the bucket, by key.

    Each wrote its plan down first, and to keys that no other wrote to; but for shared files, where what arrived once
    is known to all that plan after it.
    """
    found: dict[str, Record] = {}
    for begun in index.plans:
        planned = library.find(begun.name)
        listed = _listed(store, begun) if planned else {}
        for path, record in planned.items():
            key = begun.held.key(path)
            there = listed.get(key)
            if there is not None and there.size == record.entry.size:
                found[key] = Record(record.entry, there.etag)
    return found


def _listed(store: BucketClient, begun: Begun) -> Mapping[str, ListedObject]:
    places = prefixes(begun.held, fills=begun.fills)
    return {place + rest: found for place in places for rest, found in store.list(place).items()}
