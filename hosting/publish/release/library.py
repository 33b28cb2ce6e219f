"""The manifests in the bucket: of releases, and of publishes that have begun."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from hosting.errors import PublishError
from hosting.publish.release.arrived import Layer
from hosting.publish.release.records import Record, id_of, records_from_bytes, records_to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hosting.publish.manifest import Manifest
    from hosting.publish.release.arrived import Listed
    from hosting.publish.release.records import Index, Records
    from hosting.publish.release.store import Store


@lru_cache(maxsize=2)
def _parsed(data: bytes, key: str) -> Records:
    """Return a manifest; one update looks at the same one several times, and 10,000 rows take 60 ms."""
    return records_from_bytes(data, key)


class Library:
    """The manifests below one prefix of a bucket."""

    def __init__(self, store: Store, prefix: str) -> None:
        self._store = store
        self._prefix = prefix

    def read(self, name: str) -> Records:
        """Return a release's manifest.

        Raises:
            PublishError: it is not there, or damaged.
        """
        key = self._prefix + name
        found = self._store.read(key)
        if found is None:
            raise PublishError(
                f"The manifest {key} is gone from the bucket. The live site is not touched. Restore it, or remove "
                f"{self._prefix}index to publish everything anew"
            )
        return dict(_parsed(found.data, key))

    def write(self, name: str, records: Iterable[Record]) -> None:
        """Write a release's manifest."""
        self._store.write(self._prefix + name, records_to_bytes(records), replaces=None)

    def plan(self, manifest: Manifest) -> str:
        """Write down what a publish is going to do, and return the plan's name."""
        name = f"plan-{id_of(manifest.digest)}"
        self.write(name, (Record(entry) for entry in manifest.entries))
        return name

    def layers(self, index: Index, slot: int | None = None) -> list[Layer]:
        """Return what publishes have begun and not ended; of one slot alone, if one is given."""
        if not index.plans:
            return []
        written = self._store.list(self._prefix)
        names = [name for name, number in index.plans if slot in (None, number) and name in written]
        return [Layer(written[name].time, self.read(name)) for name in names]

    def remove(self, names: Sequence[str]) -> None:
        """Remove manifests."""
        self._store.delete(self._prefix + name for name in names)


def drifted(records: Records, keys: dict[str, str], listed: dict[str, Listed]) -> list[str]:
    """Return the paths whose objects are missing or not what they were when they were put there.

    Args:
        records: what should be there, by path.
        keys: the key of each path.
        listed: what is there, by key.
    """
    wrong = []
    for path, record in records.items():
        found = listed.get(keys[path])
        if found is None or found.size != record.entry.size or record.etag not in ("", found.etag):
            wrong.append(path)
    return wrong
