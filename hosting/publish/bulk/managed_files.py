"""The record of the files that managed mode may have left, for a change to bulk mode behind CloudFront.

Visitors get the files of managed mode until the distribution has the functions of bulk mode. So they are deleted last,
by the resource that has the record of managed mode. That record does not have what a killed publish has uploaded. The
publish marker has these paths, but not that resource, so the first release writes them to the bucket.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

from hosting.publish.bulk import layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.publish.s3.objects import StoredObject

KEY = f"{layout.RECORDS}managed"


class RecordBucket(Protocol):
    """A bucket with records."""

    def read(self, key: str) -> StoredObject | None:
        """Return an object; None if it does not exist."""

    def write(self, key: str, data: bytes, *, replaces: str | None) -> str:
        """Write an object."""


def write_managed_files(bucket: RecordBucket, removed: Mapping[str, float]) -> None:
    """Record the paths that the last publishes have removed, with the seconds since 1970 of their removal."""
    bucket.write(KEY, json.dumps(removed).encode(), replaces=None)


def read_managed_files(bucket: RecordBucket) -> dict[str, float]:
    """Return what was recorded; nothing without a record."""
    found = bucket.read(KEY)
    times: dict[str, float] = json.loads(found.data) if found else {}
    return times
