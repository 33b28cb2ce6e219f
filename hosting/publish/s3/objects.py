"""Objects of a bucket, as S3 reports them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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

    def is_before(self, time: float) -> bool:
        """Return whether it was written before the second of ``time``, which is in seconds since 1970."""
        return self.time.timestamp() < int(time)


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
