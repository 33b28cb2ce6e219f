"""The manifests in the bucket: of releases, and of publishes that have begun."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from hosting.errors import PublishError
from hosting.publish.bulk.arrived import Layer
from hosting.publish.bulk.records import Record, records_from_bytes, records_to_bytes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from hosting.publish.bulk.records import Index, Records
    from hosting.publish.s3.bucket import BucketClient
    from hosting.publish.s3.objects import ListedObject
    from hosting.publish.staging.manifest import Manifest


# The name of the index, beside the manifests.
INDEX = "index"
_DAY_S = 86_400


@lru_cache(maxsize=2)
def _parsed(data: bytes, key: str) -> Records:
    """Return a manifest; one update looks at the same one several times, and 10,000 rows take 60 ms."""
    return records_from_bytes(data, key)


class Library:
    """The manifests below one prefix of a bucket."""

    def __init__(self, store: BucketClient, prefix: str) -> None:
        self._store = store
        self._prefix = prefix

    def read(self, name: str) -> Records:
        """Return a release's manifest.

        Raises:
            PublishError: it is not there, or damaged.
        """
        found = self.find(name)
        if not found:
            raise PublishError(
                f"The manifest {self._prefix}{name} is gone from the bucket. The live site is not touched. Restore it, "
                f"or remove {self._prefix}index to publish everything anew"
            )
        return found

    def find(self, name: str) -> Records:
        """Return a manifest; empty if it does not exist.

        Raises:
            PublishError: it is damaged.
        """
        key = self._prefix + name
        found = self._store.read(key)
        return dict(_parsed(found.data, key)) if found else {}

    def key(self, name: str) -> str:
        """Return where a manifest is."""
        return self._prefix + name

    def write(self, name: str, records: Iterable[Record]) -> None:
        """Write a release's manifest."""
        self._store.write(self._prefix + name, records_to_bytes(records), replaces=None)

    def plan(self, manifest: Manifest, token: str) -> str:
        """Write down what the publish ``token`` is going to do, and return the plan's name."""
        name = f"plan-{token}"
        self.write(name, (Record(entry) for entry in manifest.entries))
        return name

    def layers(self, index: Index) -> list[Layer]:
        """Return what publishes have begun and not ended, the oldest first."""
        if not index.plans:
            return []
        written = self._store.list(self._prefix)
        return [Layer(written[plan.name].time, self.read(plan.name)) for plan in index.plans if plan.name in written]

    def abandoned(self, used: Collection[str], now: float) -> set[str]:
        """Return the records that publishes left behind when they were killed, after a day.

        A publish writes a record just before the index names it, so an older record without a name in the index
        belongs to no publish that is still running.

        Args:
            used: the names that the index has, and those of other objects beside it.
            now: the time by S3's clock, in seconds since 1970.
        """
        listed = self._store.list(self._prefix)
        return {name for name in listed.keys() - set(used) if now - listed[name].time.timestamp() > _DAY_S}

    def remove(self, names: Iterable[str]) -> None:
        """Remove manifests."""
        self._store.delete(self._prefix + name for name in names)


def drifted(records: Records, keys: Mapping[str, str], listed: Mapping[str, ListedObject], manifest: str) -> list[str]:
    """Return the paths whose objects are missing or not what they were when they were put there.

    A listing tells no headers. But all that a manifest names was written before it, so an object that is younger was
    written by another hand, were it only to change its headers.

    Args:
        records: what should be there, by path.
        keys: the key of each path.
        listed: what is there, by key.
        manifest: the key of the records themselves.
    """
    written = listed[manifest].time if manifest in listed else None
    wrong = []
    for path, record in records.items():
        found = listed.get(keys[path])
        if (
            found is None
            or found.size != record.entry.size
            or record.etag not in ("", found.etag)
            or (written is not None and found.time > written)
        ):
            wrong.append(path)
    return wrong
