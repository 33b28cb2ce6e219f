"""Objects of a bucket, as S3 reports them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Listed:
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
class Stored:
    """An object that was read.

    Attributes:
        data: its bytes.
        etag: for a write that must not miss another's.
        age: how long ago it was written, in seconds by S3's clock.
        now: when it was read, in seconds since 1970 by that clock; machines' own may be days off. 0 if not known.
    """

    data: bytes
    etag: str
    age: float
    now: float = 0.0
