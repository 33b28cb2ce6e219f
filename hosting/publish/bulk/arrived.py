"""What is below a prefix of the bucket, after publishes of which some were interrupted.

S3 tells keys, sizes, ETags and times to the second, no headers. But only we write there, and each publish writes
its plan down first: an object that is younger than a plan is what the plan says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hosting.publish.bulk.records import Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from hosting.publish.bulk.records import Records
    from hosting.publish.s3.objects import ListedObject


@dataclass(frozen=True)
class Layer:
    """One plan that may have been carried out in part.

    Attributes:
        start: when it was written down, to the second.
        records: what it was going to put there.
    """

    start: datetime
    records: Records


def arrived(listed: Mapping[str, ListedObject], complete: Records, layers: Sequence[Layer]) -> Records:
    """Return what of ``listed`` is known to be what, by path.

    Args:
        listed: the objects, by path.
        complete: what the last publish that ended has left there.
        layers: the interrupted ones since, the oldest first.
    """
    known: Records = {}
    for path, found in listed.items():
        candidates = _candidates(path, found, complete, layers)
        # More than one when a plan was written in the very second of the object: then they have to agree.
        if candidates and all(one.entry == candidates[0].entry for one in candidates):
            known[path] = Record(candidates[0].entry, found.etag)
    return known


def _candidates(path: str, found: ListedObject, complete: Records, layers: Sequence[Layer]) -> list[Record]:
    candidates: list[Record] = []
    for layer in reversed(layers):
        record = layer.records.get(path)
        if record is None or layer.start > found.time:
            continue
        candidates.append(record)
        if layer.start < found.time:
            return [one for one in candidates if one.entry.size == found.size]
    record = complete.get(path)
    if record is not None and record.etag in ("", found.etag):
        candidates.append(record)
    return [one for one in candidates if one.entry.size == found.size]
