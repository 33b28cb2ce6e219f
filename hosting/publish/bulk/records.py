"""What the bucket remembers of its releases: the index, and a manifest for each, both with a checksum."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from hosting.errors import PublishError
from hosting.publish.bulk import layout
from hosting.publish.bulk.shared import RULES, is_shared
from hosting.publish.staging.manifest import ManifestEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_VERSION = 2
_ID_LENGTH = 16


@dataclass(frozen=True)
class Held:
    """A release that the bucket holds.

    Attributes:
        digest: of its manifest.
        time: when it was last published, ISO 8601 in UTC.
        files: how many.
        bytes: of all of them.
        fill: the publish that filled the slot that it stands on; the slot is named after it.
        generation: of the shared assets: the publish that began it.
        exceptions: path to the overlay that has it, or to "" if it is gone although the slot still has it.
        stamp: when its objects were last repaired, in seconds since 1970; part of the edge's cache key.
    """

    digest: str
    time: str
    files: int
    bytes: int
    fill: str = ""
    generation: str = ""
    exceptions: Mapping[str, str] = field(default_factory=dict)
    stamp: int = 0

    @property
    def id(self) -> str:
        """A name for its objects: releases with the same digest are the same."""
        return id_of(self.digest)

    def key(self, path: str) -> str:
        """Return where the file ``path`` of this release is."""
        name = self.exceptions.get(path)
        if name:
            return layout.overlay(name) + path
        prefix = layout.shared(self.generation) if is_shared(path) else layout.slot(self.fill)
        return prefix + path

    def summary(self) -> dict[str, Any]:
        """Return what the stack's output says of it."""
        return {"digest": self.digest, "time": self.time, "files": self.files, "bytes": self.bytes}


def id_of(digest: str) -> str:
    """Return the name of a release's objects."""
    return digest[:_ID_LENGTH]


@dataclass(frozen=True)
class Claim:
    """Who is publishing right now.

    Attributes:
        token: of one publish.
        host: the machine's name, for people.
        place: the running system that the process is in; "" where that can't be told.
        pid: its process there.
        started: when that process began, as the system counts; "" where that can't be told.
    """

    token: str
    host: str
    place: str = ""
    pid: int = 0
    started: str = ""


@dataclass(frozen=True)
class Begun:
    """A publish that has begun, and is not known to have ended.

    Attributes:
        name: of the manifest of what it was going to put.
        held: the release as it was going to be remembered.
        fills: whether it fills a slot of its own.
    """

    name: str
    held: Held
    fills: bool = False


class Orphan(NamedTuple):
    """A shared file that the last release does not need.

    Attributes:
        since: when it was last needed, in seconds since 1970.
        token: its entry's fingerprint.
        etag: what S3 called its content.
    """

    since: float
    token: str
    etag: str


@dataclass(frozen=True)
class Index:
    """All that is in the bucket.

    Attributes:
        held: the releases, the last published first.
        fills: each slot in use, by its fill, to the id of the manifest that it was filled with.
        plans: begun and not ended, the oldest first.
        orphans: by key.
        retired: generation to the shared files that were removed from it: their paths and contents, both shortened.
            The edge and browsers may keep those for a year.
        leaving: where releases stood before they were moved to another slot, while visitors may still be led there.
        doomed: keys, and prefixes that end in a slash, that nothing needs any more.
        rules: by which rules shared files were told from others.
        claim: who is publishing.
    """

    held: tuple[Held, ...] = ()
    fills: Mapping[str, str] = field(default_factory=dict)
    plans: tuple[Begun, ...] = ()
    orphans: Mapping[str, Orphan] = field(default_factory=dict)
    retired: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    leaving: tuple[Held, ...] = ()
    doomed: tuple[str, ...] = ()
    rules: int = RULES
    claim: Claim | None = None

    def by_our_rules(self) -> Index:
        """Return the index; if it is of other rules, one that knows of its releases only where visitors are led."""
        if self.rules == RULES:
            return self
        leaving = (*self.held, *self.leaving, *(plan.held for plan in self.plans))
        return Index(leaving=leaving, doomed=self.doomed, claim=self.claim)

    def find(self, digest: str) -> Held | None:
        """Return the release with this digest."""
        return next((held for held in self.held if held.digest == digest), None)

    def with_plan(self, plan: Begun, claim: Claim) -> Index:
        """Return the index of a publish that has begun."""
        return replace(self, plans=(*self.plans, plan), claim=claim)

    def to_bytes(self) -> bytes:
        """Return the index as ``from_bytes`` reads it."""
        return sealed(asdict(self))

    @classmethod
    def from_bytes(cls, data: bytes, place: str) -> Index:
        """Return the index that was written to ``place``.

        Raises:
            PublishError: it is damaged.
        """
        read = opened(data, place)
        try:
            return cls(
                **{
                    **read,
                    "held": tuple(Held(**held) for held in read["held"]),
                    "plans": tuple(Begun(**{**plan, "held": Held(**plan["held"])}) for plan in read["plans"]),
                    "orphans": {key: Orphan(*orphan) for key, orphan in read["orphans"].items()},
                    "leaving": tuple(Held(**held) for held in read["leaving"]),
                    "doomed": tuple(read["doomed"]),
                    "claim": Claim(**read["claim"]) if read["claim"] else None,
                }
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _damaged(place) from error


@dataclass(frozen=True)
class Record:
    """A file of a release that is in the bucket.

    Attributes:
        entry: what it is.
        etag: what S3 called its content; "" where that is not known.
    """

    entry: ManifestEntry
    etag: str = ""


Records = dict[str, Record]


def records_to_bytes(records: Iterable[Record]) -> bytes:
    """Return a manifest as ``records_from_bytes`` reads it."""
    whole = sealed([[*record.entry.row, record.etag] for record in records])
    # Level 1: ten times as fast as 9 on 10,000 rows, which are mostly hashes that do not shrink.
    return gzip.compress(whole, 1, mtime=0)


def records_from_bytes(data: bytes, place: str) -> Records:
    """Return the manifest that was written to ``place``, by path.

    Raises:
        PublishError: it is damaged.
    """
    try:
        rows = opened(gzip.decompress(data), place)
        return {row[0]: Record(ManifestEntry(*row[:-1]), row[-1]) for row in rows}
    except (OSError, EOFError, zlib.error, TypeError, IndexError) as error:
        raise _damaged(place) from error


def sealed(value: object) -> bytes:
    """Return a value as ``opened`` reads it: JSON, with its version and a checksum."""
    body = json.dumps({"version": _VERSION, "value": value}, separators=(",", ":")).encode()
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def opened(data: bytes, place: str) -> Any:  # noqa: ANN401 - JSON
    """Return the value that was written to ``place``.

    Raises:
        PublishError: it is damaged, or of another version.
    """
    checksum, _, body = data.partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != checksum:
        raise _damaged(place)
    read = json.loads(body)
    if read["version"] != _VERSION:
        raise PublishError(f"{place} is of version {read['version']}: publish with the program that wrote it")
    return read["value"]


def _damaged(place: str) -> PublishError:
    return PublishError(
        f"{place} is damaged: its checksum does not hold. The live site is not touched. Restore the object, or "
        "remove it to publish everything anew"
    )
