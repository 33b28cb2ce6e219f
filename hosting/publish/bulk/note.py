"""The note in the bucket of what visitors see: which release, and whose error pages.

Written when the function at the edge has been updated, so it may lag behind what visitors see, and never runs ahead.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from hosting.publish.bulk import layout
from hosting.publish.bulk.records import opened, sealed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.publish.s3.bucket import BucketClient

LIVE = f"{layout.RECORDS}live"


@dataclass(frozen=True)
class Note:
    """What visitors see.

    Attributes:
        digest: of the release; "" before the first.
        time: of its publish; no older one is what visitors see.
        pages: of its error pages, as ``Pointer`` has it; "" while they are being put in place.
        everything: the edge is to forget everything, and may not have done so yet.
        etags: what S3 called the content of each error page, by path.
    """

    digest: str = ""
    time: str = ""
    pages: str = ""
    everything: bool = False
    etags: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, store: BucketClient) -> Note:
        """Return the note of a bucket.

        Raises:
            PublishError: it is damaged.
        """
        found = store.read(LIVE)
        return cls(**opened(found.data, LIVE)) if found else cls()

    def write(self, store: BucketClient) -> None:
        """Leave the note in the bucket."""
        store.write(LIVE, sealed(asdict(self)), replaces=None)
