"""The files that bulk mode without CloudFront has written, as its records in the bucket name them.

Managed mode has the same keys. After a switch between the modes it reads here which objects belong to bulk mode.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hosting.publish.bulk import catalogue, in_place_index, layout
from hosting.publish.bulk.in_place_index import InPlaceIndex
from hosting.publish.bulk.manifests import ReleaseManifest

if TYPE_CHECKING:
    from hosting.publish.s3.objects import ReadableBucket

# Bulk mode has one of them in each bucket that it publishes to.
INDEXES = (in_place_index.KEY, catalogue.KEY)


@dataclass(frozen=True)
class InPlaceFiles:
    """What bulk mode has written to a bucket that is a website itself.

    Attributes:
        paths: the files of the last publish, and of publishes that did not finish.
        records: the keys of its records. The index is the first: it must not outlive the others.
    """

    paths: frozenset[str] = frozenset()
    records: tuple[str, ...] = ()


def in_place_files(bucket: ReadableBucket) -> InPlaceFiles:
    """Return what the records name; nothing before the first publish.

    Raises:
        PublishError: a record is damaged.
    """
    found = bucket.read(in_place_index.KEY)
    if found is None:
        return InPlaceFiles()
    index = InPlaceIndex.from_bytes(found.data)
    # A publish that is killed at its end has written its manifest, which only its plan names.
    begun = [name for publish in index.begun for name in (publish.plan, publish.release.id)]
    names = dict.fromkeys([*([index.live.id] if index.live else []), *begun])
    keys = [f"{layout.IN_PLACE_RECORDS}{name}" for name in names]
    manifests = [(key, bucket.read(key)) for key in keys]
    paths = frozenset(path for key, one in manifests if one for path in ReleaseManifest.from_bytes(one.data, key).files)
    return InPlaceFiles(paths, (in_place_index.KEY, *keys, layout.IN_PLACE_RECORDS + layout.OWNER))
