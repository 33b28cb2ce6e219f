"""The index of bulk mode without a distribution: what was published last, and which publishes have begun since."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from hosting.publish.bulk import layout
from hosting.publish.bulk.sealed import damaged, opened, sealed

KEY = f"{layout.IN_PLACE_RECORDS}index"
_ID_LENGTH = 16


def manifest_name(digest: str) -> str:
    """Return the name of the manifest of a release."""
    return digest[:_ID_LENGTH]


@dataclass(frozen=True)
class PlacedRelease:
    """A release whose files are at their own paths.

    Attributes:
        digest: a hash of its files.
        time: when it was published, ISO 8601 in UTC.
        files: the number of its files.
        bytes: their size.
    """

    digest: str
    time: str
    files: int
    bytes: int

    @property
    def id(self) -> str:
        """The name of its manifest."""
        return manifest_name(self.digest)

    def summary(self) -> dict[str, Any]:
        """Return the release as an element of the stack's output `releases`."""
        return asdict(self)


@dataclass(frozen=True)
class Claim:
    """Which publish is running.

    Attributes:
        token: a unique id of the publish.
        host: the machine's name, for people.
        system: the id of the running system that the process is in; empty if it is not known.
        pid: the id of the process.
        started: when the process began, as the system counts; empty if it is not known.
    """

    token: str
    host: str
    system: str = ""
    pid: int = 0
    started: str = ""


@dataclass(frozen=True)
class BegunPublish:
    """A publish that has begun, and is not known to have finished.

    Attributes:
        plan: the name of the manifest of what it was going to upload.
        release: what it was going to publish.
    """

    plan: str
    release: PlacedRelease


@dataclass(frozen=True)
class InPlaceIndex:
    """All that the publisher knows of the bucket.

    Attributes:
        live: the release that was published last; None before the first.
        begun: publishes that have not finished, the oldest first.
        claim: the publish that is running.
    """

    live: PlacedRelease | None = None
    begun: tuple[BegunPublish, ...] = ()
    claim: Claim | None = None

    def with_begun(self, publish: BegunPublish, claim: Claim) -> InPlaceIndex:
        """Return the index of a publish that has begun."""
        return replace(self, begun=(*self.begun, publish), claim=claim)

    def to_bytes(self) -> bytes:
        """Return the index as ``from_bytes`` reads it."""
        return sealed(asdict(self))

    @classmethod
    def from_bytes(cls, data: bytes) -> InPlaceIndex:
        """Return the index.

        Raises:
            PublishError: it is damaged.
        """
        read = opened(data, KEY)
        try:
            begun = tuple(BegunPublish(one["plan"], PlacedRelease(**one["release"])) for one in read["begun"])
            live = PlacedRelease(**read["live"]) if read["live"] else None
            return cls(live, begun, Claim(**read["claim"]) if read["claim"] else None)
        except (KeyError, TypeError) as error:
            raise damaged(KEY) from error
