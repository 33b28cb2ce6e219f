"""Publishing behind a distribution: what is live is never written over, and a switch is all that visitors see."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hosting.errors import PublishError
from hosting.publish.release import layout, planning
from hosting.publish.release.arrived import arrived
from hosting.publish.release.changes import Changes
from hosting.publish.release.library import Library, drifted
from hosting.publish.release.lock import IndexFile
from hosting.publish.release.published import Published
from hosting.publish.release.records import Index, Record
from hosting.publish.release.shared import is_shared
from hosting.publish.release.tidying import Tidying
from hosting.publish.release.uploading import Uploading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.publish.manifest import Manifest
    from hosting.publish.release.engine_log import Log
    from hosting.publish.release.planning import Base, Plan
    from hosting.publish.release.records import Held, Records
    from hosting.publish.release.store import Store
    from hosting.publish.release.wanted import Wanted

LIVE = f"{layout.RECORDS}live"


class Atomic:
    """The publisher of one bucket."""

    def __init__(self, store: Store, wanted: Wanted, log: Log) -> None:
        self._store = store
        self._wanted = wanted
        self._log = log
        self._file = IndexFile(store, f"{layout.RECORDS}index")
        self._library = Library(store, layout.RECORDS)
        self._now = time.time()

    def preview(self) -> str:
        """Return what a publish would do, in a sentence.

        Raises:
            PublishError: it would be refused.
        """
        index = self._file.read()
        held = self._held(index)
        if held is not None:
            return f"Back to release {held.digest[:12]} of {held.time}, which the bucket holds: nothing to send"
        new = self._wanted.manifest()
        base = self._base(index)
        changes = self._changes(base, new)
        plan = self._plan(index, base, new)
        return f"{changes}, {plan.upload_bytes} bytes to send"

    def publish(self, *, repair: bool = False) -> Published:
        """Make the bucket hold the release that is wanted, and return it; nothing is live by that.

        Args:
            repair: whether to look at each object of a release that is held already.

        Raises:
            PublishError: it is refused; the live site is whole.
            TransferError: S3 did not take a file.
        """
        index = self._file.read_when_free(self._log)
        held = self._held(index)
        if held is None:
            return self._send(index, self._wanted.manifest())
        records = self._library.read(held.id)
        repaired = self._repair(held, records) if repair else []
        if repaired:
            # What the edge may have got of the wrong content is not asked for again.
            held = replace(held, fill=f"{held.fill}-{int(self._now)}")
        ended = self._end(index, replace(held, time=self._time()), records)
        return Published(held, ended, records, len(repaired))

    def drift(self, held: Held) -> list[str]:
        """Return the paths of ``held`` whose objects are not as they were put there."""
        return self._drifted(held, self._library.read(held.id))

    def find(self, digest: str) -> Held | None:
        """Return the release with this digest, None if the bucket does not hold it."""
        return self._file.read().find(digest)

    def _time(self) -> str:
        return datetime.fromtimestamp(self._now, UTC).isoformat(timespec="seconds")

    def _held(self, index: Index) -> Held | None:
        if self._wanted.pin:
            return planning.pinned(index, self._wanted.pin)
        return index.find(self._wanted.digest)

    def _base(self, index: Index) -> Base | None:
        if not index.held:
            return None
        return planning.base_of(index, self._library.read(index.held[0].id))

    def _changes(self, base: Base | None, new: Manifest) -> Changes:
        changes = Changes.between(base.records if base else {}, new)
        changes.check(self._wanted.max_remove)
        return changes

    def _plan(self, index: Index, base: Base | None, new: Manifest) -> Plan:
        room = self._wanted.room
        plan = planning.plan_overlay(base, new, self._time(), room) if base else None
        if plan is not None:
            return plan
        slot = planning.choose_slot(index, self._in_use(index), self._wanted.releases)
        return planning.plan_fill(base, new, self._time(), slot, room)

    def _live(self) -> str:
        """Return the digest of the release that visitors see for sure; "" before the first."""
        found = self._store.read(LIVE)
        return found.data.decode() if found else ""

    def _in_use(self, index: Index) -> list[Held]:
        live = self._live()
        return [held for n, held in enumerate(index.held) if n < self._wanted.releases or held.digest == live]

    def _send(self, index: Index, new: Manifest) -> Published:
        base = self._base(index)
        self._changes(base, new)
        plan = self._plan(index, base, new)
        for path in plan.conflicts:
            self._log.warn(
                f"'{path}' looks fingerprinted, but its content changed under the same name: browsers may keep "
                f"the old one for a year: rename it, or add '{path}' to 'publish:cacheControl' with 'no-cache'"
            )
        inside, left = self._inside(index, plan), self._left_in_shared(index, plan, base)
        plan = plan.without({**inside, **left, **self._left_in_overlay(index, plan)})
        if len(plan.sends) > 1:
            self._file.begin(self._library.plan(new), plan.held.slot if plan.fills else -1)
        etags = {**plan.etags, **Uploading(self._store, self._wanted, self._log, self._file).send(plan.sends)}
        if plan.fills:
            self._sweep_slot(plan.held, new)
        records = {entry.path: Record(entry, etags.get(entry.path, "")) for entry in new.entries}
        self._library.write(plan.held.id, records.values())
        index = self._file.index
        slots = {**index.slots, str(plan.held.slot): plan.held.id} if plan.fills else index.slots
        orphans = {key: (self._now, record.entry.fingerprint) for key, record in left.items()}
        index = replace(index, slots=slots, orphans={**orphans, **index.orphans})
        return Published(plan.held, self._end(index, plan.held, records), records)

    def _inside(self, index: Index, plan: Plan) -> Mapping[str, Record]:
        """Return what is in the slot that is to be filled, by key."""
        if not plan.fills:
            return {}
        number = plan.held.slot
        prefix = layout.slot(number)
        name = index.slots.get(str(number))
        listed = self._store.list(prefix)
        found = arrived(listed, self._library.read(name) if name else {}, self._library.layers(index, number))
        self._listed_in_slot = {prefix + path for path in listed}
        return {prefix + path: record for path, record in found.items()}

    def _sweep_slot(self, held: Held, new: Manifest) -> None:
        wanted = {held.key(entry.path) for entry in new.entries}
        self._store.delete(sorted(self._listed_in_slot - wanted))

    def _left_in_shared(self, index: Index, plan: Plan, base: Base | None) -> Mapping[str, Record]:
        """Return what interrupted publishes have left among the shared files, by key."""
        if not index.plans:
            return {}
        prefix = layout.shared(plan.held.generation)
        complete = {path: one for path, one in base.records.items() if is_shared(path)} if base else {}
        found = arrived(self._store.list(prefix), complete, self._library.layers(index))
        return {prefix + path: record for path, record in found.items() if path not in complete}

    def _left_in_overlay(self, index: Index, plan: Plan) -> Mapping[str, Record]:
        """Return what an interrupted publish of this very release has left in its overlay, by key."""
        if not index.plans:
            return {}
        prefix = layout.overlay(plan.held.id)
        entries = {send.key: send.entry for send in plan.sends}
        return {
            prefix + path: Record(entries[prefix + path], found.etag)
            for path, found in self._store.list(prefix).items()
            if prefix + path in entries and entries[prefix + path].size == found.size
        }

    def _end(self, index: Index, held: Held, records: Records) -> Index:
        """Write the index with ``held`` as its last release, and remove what nothing needs any more."""
        tidying = Tidying(self._store, self._library, self._wanted, self._now)
        ended = tidying.next_index(index, held, records, self._live())
        self._file.end(ended)
        tidying.sweep(index, self._file.index)
        return self._file.index

    def _drifted(self, held: Held, records: Records) -> list[str]:
        keys = {path: held.key(path) for path in records}
        listed = self._store.list(layout.ROOT)
        return drifted(records, keys, {layout.ROOT + rest: found for rest, found in listed.items()})

    def _repair(self, held: Held, records: Records) -> list[str]:
        """Put back what another hand has changed or removed, and return its paths."""
        wrong = self._drifted(held, records)
        if not wrong:
            return []
        at_hand = self._wanted.manifest() if self._wanted.digest else None
        entries = [records[path].entry for path in wrong]
        lost = [entry.path for entry in entries if at_hand is None or at_hand.get(entry.path) != entry]
        if lost:
            raise PublishError(
                f"{len(lost)} files of the pinned release were changed or removed in the bucket, such as '{lost[0]}', "
                "and are not at hand to be put back: pulumi config rm publish:release, then run pulumi up"
            )
        sends = [planning.Send(held.key(entry.path), entry) for entry in entries]
        etags = Uploading(self._store, self._wanted, self._log, self._file).send(sends)
        for path, etag in etags.items():
            records[path] = Record(records[path].entry, etag)
        self._library.write(held.id, records.values())
        return wrong
