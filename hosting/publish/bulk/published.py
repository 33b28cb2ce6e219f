"""What a publish has come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hosting.publish.bulk.records import Held, Index, Records


@dataclass(frozen=True)
class Published:
    """What a publish has come to.

    Attributes:
        held: the release that is to be live.
        index: all that is in the bucket.
        records: the release's files.
        repaired: how many of them had been changed or removed by another hand.
    """

    held: Held
    index: Index
    records: Records
    repaired: int = 0
