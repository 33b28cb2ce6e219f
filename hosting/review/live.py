"""Reads the record of the live release from the bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.review.record import ReleaseRecord
from hosting.review.review import LiveSite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hosting.publish.s3.objects import ReadableBucket

_NOT_COMPARED = "so no URLs and rules were compared"


def live_site(bucket: ReadableBucket, keys: Sequence[str], name: str) -> LiveSite:
    """Return the live site: the first record that exists.

    Args:
        bucket: the bucket.
        keys: the keys that the record may have, the most likely first.
        name: what the site is called.
    """
    for key in keys:
        found = bucket.read(key)
        if found is not None:
            record = ReleaseRecord.from_bytes(found.data)
            if record is None:
                return LiveSite(
                    None, f"{key} is of another version of the program, {_NOT_COMPARED}; a publish replaces it"
                )
            return LiveSite(record, name)
    return LiveSite(None, f"The bucket has no record of {name}, {_NOT_COMPARED}; the next publish writes it")


def no_live_site(reason: str) -> LiveSite:
    """Return that there is nothing to compare with, for a reason."""
    return LiveSite(None, f"{reason}, {_NOT_COMPARED}")
