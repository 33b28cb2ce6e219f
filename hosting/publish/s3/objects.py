"""Objects of a bucket, as S3 reports them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True)
class ListedObject:
    """An object in a listing.

    Attributes:
        size: bytes.
        etag: without quotes.
        time: when it was written, to the second.
    """

    size: int
    etag: str
    time: datetime


@dataclass(frozen=True)
class StoredObject:
    """An object with its content.

    Attributes:
        data: the content.
        etag: with quotes, as a conditional write needs it.
        age: the seconds since it was written, by S3's clock.
        now: the time of the read in seconds since 1970, by S3's clock, as a machine's own may be wrong; 0 if unknown.
    """

    data: bytes
    etag: str
    age: float
    now: float = 0.0


class ReadableBucket(Protocol):
    """A bucket whose objects can be read."""

    def read(self, key: str) -> StoredObject | None:
        """Return an object; None if it does not exist."""


def written_before(listed: Mapping[str, ListedObject], times: Mapping[str, float]) -> set[str]:
    """Return the keys of the objects that were written before the second of the time of their key.

    Args:
        listed: the objects.
        times: the seconds since 1970 by key.
    """
    return {key for key, time in times.items() if key in listed and listed[key].time.timestamp() < int(time)}
