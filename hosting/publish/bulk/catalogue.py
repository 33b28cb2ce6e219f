"""The catalogue: which releases are in the bucket, and what a later publish has to delete.

The pointer in the key value store says which release is live, so the catalogue does not. A publish writes the
catalogue once, before its first upload. Each write names the version that it replaces, and S3 refuses it if another
publish has written in the
meantime: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from __future__ import annotations

import random
import time
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from hosting.errors import PublishError
from hosting.publish.bulk import layout
from hosting.publish.bulk.pointer import GRACE_S
from hosting.publish.bulk.sealed import damaged, opened, sealed
from hosting.publish.bulk.table import ALPHABET, PUBLISH_ID_LENGTH
from hosting.publish.s3.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hosting.publish.bulk.pointer import Pointer
    from hosting.publish.s3.bucket import BucketClient

# The name of the catalogue below the prefix of the records.
CATALOGUE = "index"
KEY = f"{layout.RECORDS}{CATALOGUE}"
# An interrupted publish can be resumed for this long; then a later publish deletes what it has left.
RESUME_S = 86_400
# Ids begin at the minutes since 2026, so a lost catalogue never leads to an id that was used before. They end in 2057.
_FIRST_ID_TIME_S = 1_767_225_600
_MINUTE_S = 60
# How many minutes ahead the id of a preview may be, by the number of ids before it that others had.
_SPREADS = (1, 8, 64, *(512,) * 29)
# In a shared bucket, what a release has is deleted at the earliest an hour after the pointer has moved away from it: a
# publish of another preview may be using it. Such a publish must end within the hour.
SHARED_GRACE_S = 3600


@dataclass(frozen=True)
class StoredRelease:
    """A release in the bucket.

    Attributes:
        id: the id of the publish that wrote it.
        digest: a hash of its files and rules.
        time: when it was published, in seconds since 1970.
        files: the number of its files.
        bytes: their size.
        host: the machine that published it.
        is_complete: whether visitors have been able to get it. Otherwise its publish has not finished, as far as is
            known.
        unused_since: when a publish first saw that the pointer does not name it any more, in seconds since 1970; else
            0.
    """

    id: str
    digest: str
    time: float
    files: int
    bytes: int
    host: str = ""
    is_complete: bool = False
    unused_since: float = 0.0

    def summary(self) -> dict[str, Any]:
        """Return the release as an element of the stack's output `releases`."""
        when = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(self.time))
        return {"digest": self.digest, "time": when, "files": self.files, "bytes": self.bytes}


@dataclass(frozen=True)
class Catalogue:
    """All that bulk mode has in the bucket and in the key value store.

    Attributes:
        releases: the releases, the newest first.
        to_delete: the ids of releases whose objects a publish deletes, if no other release has them.
        tables: the prefixes of the tables in the key value store.
        last_id: the number of the last id; 0 before the first publish.
    """

    releases: tuple[StoredRelease, ...] = ()
    to_delete: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    last_id: int = 0

    @property
    def complete(self) -> tuple[StoredRelease, ...]:
        """The releases that visitors have been able to get."""
        return tuple(release for release in self.releases if release.is_complete)

    def find(self, id_: str) -> StoredRelease | None:
        """Return the release with this id."""
        return next((release for release in self.releases if release.id == id_), None)

    def with_pointer(self, pointer: Pointer | None, now: float) -> Catalogue:
        """Return the catalogue with what the pointer says: which release is live, and which are not used any more.

        Without a pointer nothing is known: the function may still read another store.
        """
        if pointer is None:
            return self
        named = pointer.releases

        def updated(release: StoredRelease) -> StoredRelease:
            if release.id in named:
                return replace(release, is_complete=True, unused_since=0.0)
            return release if release.unused_since else replace(release, unused_since=now)

        # If the catalogue was lost, its last id is that of the pointer.
        last_id = max(self.last_id, *map(_number_of, named))
        return replace(self, releases=tuple(map(updated, self.releases)), last_id=last_id)

    def next_id(self, now: float) -> tuple[str, int]:
        """Return the id of the next publish, and its number."""
        number = max(self.last_id + 1, _minute(now))
        return _id_of(number), number

    def with_release(
        self, release: StoredRelease, number: int, pointer: Pointer | None, keep: int, *, grace_s: float = GRACE_S
    ) -> Catalogue:
        """Return the catalogue with a publish that begins.

        Args:
            release: what it publishes.
            number: the number of its id.
            pointer: the pointer now, whose releases are kept; without one, all are.
            keep: the number of complete releases to keep, with the new one.
            grace_s: how long a release stays after the pointer has moved away from it.
        """
        others = [one for one in self.releases if one.id != release.id]
        named = pointer.releases if pointer else set()
        newest = [one for one in others if one.is_complete and one.digest != release.digest][: keep - 1]
        unneeded = [one for one in others if pointer and one.id not in named and one not in newest]
        to_delete = {one.id for one in unneeded if _may_go(one, release.time, grace_s)}
        kept = tuple(one for one in others if one.id not in to_delete)
        return replace(
            self,
            releases=(release, *kept),
            to_delete=(*self.to_delete, *sorted(to_delete)),
            last_id=max(self.last_id, number),
        )

    def removed(self) -> Catalogue:
        """Return the catalogue of a preview that is removed: all of its releases are to be deleted."""
        ids = (release.id for release in self.releases)
        return replace(self, releases=(), to_delete=tuple(dict.fromkeys((*self.to_delete, *ids))))

    def to_bytes(self) -> bytes:
        """Return the catalogue as ``from_bytes`` reads it."""
        return sealed(asdict(self))

    @classmethod
    def from_bytes(cls, data: bytes, key: str) -> Catalogue:
        """Return the catalogue at ``key``.

        Raises:
            PublishError: it is damaged.
        """
        read = opened(data, key)
        try:
            releases = tuple(StoredRelease(**release) for release in read["releases"])
            return cls(releases, tuple(read["to_delete"]), tuple(read["tables"]), int(read["last_id"]))
        except (KeyError, TypeError, ValueError) as error:
            raise damaged(key) from error


def free_ids(now: float) -> Iterator[tuple[str, int]]:
    """Yield ids with their numbers for a publish in a shared bucket, which has to claim one by its manifest.

    None of them has passed. So an id that was deleted after its minute is never used again.
    """
    first = _minute(now)
    for spread in _SPREADS:
        number = first + random.randrange(spread)  # noqa: S311 - not a secret
        yield _id_of(number), number


def has_passed(id_: str, now: float) -> bool:
    """Whether no publish can claim this id any more."""
    return _number_of(id_) < _minute(now)


def _minute(now: float) -> int:
    return int((now - _FIRST_ID_TIME_S) // _MINUTE_S)


def _may_go(release: StoredRelease, now: float, grace_s: float) -> bool:
    """Whether a release that nothing names can be deleted: no visitor gets it, and no publish is writing it."""
    since = release.unused_since if release.is_complete else release.time
    return bool(since) and now - since >= (grace_s if release.is_complete else RESUME_S)


def _id_of(number: int) -> str:
    digits = [ALPHABET[number >> (6 * place) & 63] for place in range(PUBLISH_ID_LENGTH)]
    return "".join(reversed(digits))


def _number_of(id_: str) -> int:
    number = 0
    for digit in id_:
        number = number * len(ALPHABET) + ALPHABET.index(digit)
    return number


def catalogue_key(preview: str) -> str:
    """Return the key of the catalogue of a preview; that of a site if the name is empty."""
    return layout.site_records(preview) + CATALOGUE


@dataclass
class CatalogueFile:
    """The catalogue's object, which two publishes cannot change at the same time."""

    bucket: BucketClient
    key: str
    catalogue: Catalogue = field(default_factory=Catalogue)
    now: float = 0.0
    _read_at: float = 0.0
    _etag: str = ""

    @property
    def elapsed(self) -> float:
        """The time by the clock of ``now``, which is the time of the read, in seconds since 1970."""
        return self.now + time.monotonic() - self._read_at

    def read(self) -> Catalogue:
        """Return the catalogue.

        Raises:
            PublishError: it is damaged.
        """
        found = self.bucket.read(self.key)
        self.catalogue = Catalogue.from_bytes(found.data, self.key) if found else Catalogue()
        self._etag = found.etag if found else ""
        self.now = max(time.time(), found.now if found else 0.0)
        self._read_at = time.monotonic()
        return self.catalogue

    def write(self, catalogue: Catalogue) -> None:
        """Replace the catalogue.

        Raises:
            PublishError: another publish has written it since it was read.
        """
        try:
            self._etag = self.bucket.write(self.key, catalogue.to_bytes(), replaces=self._etag)
        except ConflictError as error:
            raise PublishError(
                "Another pulumi up began to publish to this bucket at the same time; this one has changed nothing. "
                "Wait for it to end, and run pulumi up again"
            ) from error
        self.catalogue = catalogue

    def delete(self) -> bool:
        """Delete the catalogue; return False if another publish has written it since it was read or written here."""
        if not self._etag:
            return self.bucket.read(self.key) is None
        try:
            self.bucket.delete_unchanged(self.key, self._etag)
        except ConflictError:
            return False
        return True

    def publisher_of(self, id_: str) -> str:
        """Return the machine that published a release, as another publish has noted it; empty if it is not known."""
        found = self.bucket.read(self.key)
        release = Catalogue.from_bytes(found.data, self.key).find(id_) if found else None
        return release.host if release else ""


def summaries(catalogue: Catalogue) -> list[Mapping[str, Any]]:
    """Return the complete releases as the stack's output `releases` has them: each digest once, the newest first."""
    newest: dict[str, StoredRelease] = {}
    for release in catalogue.complete:
        newest.setdefault(release.digest, release)
    return [release.summary() for release in newest.values()]
