"""Objects of a bucket, as S3 reports them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

# By how much a machine's clock may differ from S3's: RequestTimeTooSkewed.
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
_MAX_SKEW_S = 900


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


@dataclass(frozen=True)
class Period:
    """When a stack may have written an object, in seconds since 1970, by the clock of the machines that published.

    Attributes:
        since: when the first of its publishes began.
        until: when the publish began that does not write the object any more.
    """

    since: float
    until: float


class ReadableBucket(Protocol):
    """A bucket whose objects can be read."""

    def read(self, key: str) -> StoredObject | None:
        """Return an object; None if it does not exist."""


def written_in(listed: Mapping[str, ListedObject], periods: Mapping[str, Period]) -> set[str]:
    """Return the keys of the objects that were written in the period of their key.

    A listing has the second of the time. An object of the second in which the period ends is one of them, as a publish
    may be killed and followed by the next one within a second.
    """
    return {
        key
        for key, period in periods.items()
        if key in listed and int(period.since) - _MAX_SKEW_S <= listed[key].time.timestamp() <= int(period.until)
    }
