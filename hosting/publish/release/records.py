"""What the bucket remembers of its releases: the index, and a manifest for each, both with a checksum."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from hosting.errors import PublishError
from hosting.publish.manifest import ManifestEntry
from hosting.publish.release import layout
from hosting.publish.release.shared import is_shared

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_VERSION = 1
_ID_LENGTH = 16


@dataclass(frozen=True)
class Held:
    """A release that the bucket holds.

    Attributes:
        digest: of its manifest.
        time: when it was last published, ISO 8601 in UTC.
        files: how many.
        bytes: of all of them.
        slot: the slot that it stands on.
        fill: what filled the slot; part of the edge's cache key, as a slot's keys are used again.
        generation: of the shared assets.
        exceptions: path to the overlay that has it, or to "" if it is gone although the slot still has it.
    """

    digest: str
    time: str
    files: int
    bytes: int
    slot: int = 0
    fill: str = ""
    generation: int = 0
    exceptions: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """A name for its objects: releases with the same digest are the same."""
        return id_of(self.digest)

    def key(self, path: str) -> str:
        """Return where the file ``path`` of this release is."""
        name = self.exceptions.get(path)
        if name:
            return layout.overlay(name) + path
        prefix = layout.shared(self.generation) if is_shared(path) else layout.slot(self.slot)
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
        host: the machine, so that a killed publish can be told from a running one.
        pid: its process there.
    """

    token: str
    host: str
    pid: int


@dataclass(frozen=True)
class Index:
    """All that is in the bucket.

    Attributes:
        held: the releases, the last published first.
        slots: slot to the id of the manifest that it was last filled with.
        plans: begun and not ended: pairs of the planned manifest's id and the slot, the oldest first.
        orphans: shared key to when it was last needed (seconds since 1970) and its content's fingerprint.
        claim: who is publishing.
    """

    held: tuple[Held, ...] = ()
    slots: Mapping[str, str] = field(default_factory=dict)
    plans: tuple[tuple[str, int], ...] = ()
    orphans: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    claim: Claim | None = None

    def find(self, digest: str) -> Held | None:
        """Return the release with this digest."""
        return next((held for held in self.held if held.digest == digest), None)

    def manifests(self) -> set[str]:
        """Return the ids of the manifests that are still of use."""
        return {held.id for held in self.held} | set(self.slots.values())

    def with_plan(self, plan: str, slot: int, claim: Claim) -> Index:
        """Return the index of a publish that has begun."""
        kept = tuple(one for one in self.plans if one != (plan, slot))
        return replace(self, plans=(*kept, (plan, slot)), claim=claim)

    def to_bytes(self) -> bytes:
        """Return the index as ``from_bytes`` reads it."""
        return _sealed(asdict(self), compress=False)

    @classmethod
    def from_bytes(cls, data: bytes, place: str) -> Index:
        """Return the index that was written to ``place``.

        Raises:
            PublishError: it is damaged.
        """
        read = _opened(data, place)
        try:
            return cls(
                held=tuple(Held(**held) for held in read["held"]),
                slots=dict(read["slots"]),
                plans=tuple((plan, slot) for plan, slot in read["plans"]),
                orphans={key: (since, token) for key, (since, token) in read["orphans"].items()},
                claim=Claim(**read["claim"]) if read["claim"] else None,
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
    return _sealed([[*record.entry.row, record.etag] for record in records], compress=True)


def records_from_bytes(data: bytes, place: str) -> Records:
    """Return the manifest that was written to ``place``, by path.

    Raises:
        PublishError: it is damaged.
    """
    try:
        rows = _opened(gzip.decompress(data), place)
        return {row[0]: Record(ManifestEntry(*row[:-1]), row[-1]) for row in rows}
    except (OSError, EOFError, TypeError, IndexError) as error:
        raise _damaged(place) from error


def _sealed(value: object, *, compress: bool) -> bytes:
    body = json.dumps({"version": _VERSION, "value": value}, separators=(",", ":")).encode()
    whole = hashlib.sha256(body).hexdigest().encode() + b"\n" + body
    # Level 1: ten times as fast as 9 on 10,000 rows, which are mostly hashes that do not shrink.
    return gzip.compress(whole, 1, mtime=0) if compress else whole


def _opened(data: bytes, place: str) -> Any:  # noqa: ANN401 - JSON
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
