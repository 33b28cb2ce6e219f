"""The files that bulk mode without CloudFront has written, as its records in the bucket name them.

Managed mode has the same keys. After a switch between the modes it reads here which objects belong to bulk mode.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hosting.publish.bulk import layout
from hosting.publish.bulk.library import INDEX
from hosting.publish.bulk.records import Index, records_from_bytes

if TYPE_CHECKING:
    from hosting.publish.s3.objects import StoredObject

_INDEX_KEY = f"{layout.IN_PLACE_RECORDS}{INDEX}"
# Bulk mode has one of them in each bucket that it publishes to.
INDEXES = (_INDEX_KEY, f"{layout.RECORDS}{INDEX}")


class ReadableBucket(Protocol):
    """A bucket whose objects can be read."""

    def read(self, key: str) -> StoredObject | None:
        """Return an object; None if it does not exist."""


@dataclass(frozen=True)
class InPlaceFiles:
    """What bulk mode has written to a bucket that is a website itself.

    Attributes:
        paths: the files of the last publish, and of publishes that did not finish.
        records: the keys of the records that name them. The index is the first: it must not outlive the others.
    """

    paths: frozenset[str] = frozenset()
    records: tuple[str, ...] = ()


def in_place_files(bucket: ReadableBucket) -> InPlaceFiles:
    """Return what the records name; nothing before the first publish.

    Raises:
        PublishError: a record is damaged.
    """
    found = bucket.read(_INDEX_KEY)
    if found is None:
        return InPlaceFiles()
    index = Index.from_bytes(found.data, _INDEX_KEY)
    # A publish that is killed at its end has written its manifest, which only its plan names.
    begun = [name for plan in index.plans for name in (plan.name, plan.held.id)]
    names = dict.fromkeys([*(held.id for held in index.held), *begun])
    keys = [f"{layout.IN_PLACE_RECORDS}{name}" for name in names]
    manifests = [(key, bucket.read(key)) for key in keys]
    paths = frozenset(path for key, one in manifests if one for path in records_from_bytes(one.data, key))
    return InPlaceFiles(paths, (_INDEX_KEY, *keys))
