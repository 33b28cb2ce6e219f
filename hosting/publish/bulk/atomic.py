"""Publishing behind a distribution: what is live is never written over, and a switch is all that visitors see."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hosting.errors import PublishError
from hosting.publish.bulk import layout, planning
from hosting.publish.bulk.base import base_of
from hosting.publish.bulk.changes import Changes
from hosting.publish.bulk.error_pages import drifted_pages
from hosting.publish.bulk.leftovers import leftovers
from hosting.publish.bulk.library import INDEX, Library, drifted
from hosting.publish.bulk.lock import IndexFile
from hosting.publish.bulk.note import Note
from hosting.publish.bulk.published import Published
from hosting.publish.bulk.records import Begun, Index, Orphan, Record
from hosting.publish.bulk.tidying import Tidying
from hosting.publish.bulk.uploading import Uploading
from hosting.publish.staging.manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.publish.bulk.base import Base
    from hosting.publish.bulk.log import Log
    from hosting.publish.bulk.planning import Carry, Plan
    from hosting.publish.bulk.records import Held, Records
    from hosting.publish.bulk.wanted import Wanted
    from hosting.publish.s3.bucket import BucketClient
    from hosting.publish.s3.objects import ListedObject


class Atomic:
    """The publisher of one bucket."""

    def __init__(self, store: BucketClient, wanted: Wanted, log: Log) -> None:
        self._store = store
        self._wanted = wanted
        self._log = log
        self._file = IndexFile(store, f"{layout.RECORDS}{INDEX}", laid_out=True)
        self._library = Library(store, layout.RECORDS)

    def preview(self, *, drift: int = 0) -> str:
        """Return what a publish would do, in a sentence.

        Args:
            drift: how many objects of the live release are known to have been changed by another hand.

        Raises:
            PublishError: it would be refused.
        """
        index = self._file.read()
        base = self._base(index)
        held = self._held(index)
        if held is None:
            new = self._wanted.manifest()
            left = leftovers(self._store, self._library, index)
            plan = self._plan(base and base.with_left(left), new, left)
            return f"{self._changes(base, new)}, {plan.upload_bytes} bytes to send"
        if base is not None and held.digest == base.held.digest and drift:
            return f"{drift} objects to put back"
        changes = self._checked(base, held)
        return f"{changes}: back to release {held.digest[:12]} of {held.time}, which the bucket holds: nothing to send"

    def publish(self, *, repair: bool = False) -> Published:
        """Make the bucket hold the release that is wanted, and return it; nothing is live by that.

        Args:
            repair: whether to look at each object of a release that is held already.

        Raises:
            PublishError: it is refused; the live site is whole.
            S3Error: S3 did not take a file.
        """
        index = self._file.read_when_free(self._log)
        held = self._held(index)
        base = self._base(index)
        if held is None:
            new = self._wanted.manifest()
            self._changes(base, new)
            return self._send(index, base, new)
        self._checked(base, held)
        records = self._library.read(held.id)
        if planning.exception_bytes(held.exceptions) > self._wanted.room:
            # The site's own rules leave less of the function than when it was published: it gets a slot of its own.
            return self._send(index, base and replace(base, more=((held, records),)), _manifest(records))
        return self._back(index, base, held, records, repair=repair)

    def drift(self, held: Held) -> list[str]:
        """Return the paths of ``held`` whose objects are not as they were put there, and such error pages."""
        listed = self._listed()
        return [*self._drifted(held, self._library.read(held.id), listed), *drifted_pages(self._note().etags, listed)]

    def find(self, digest: str) -> Held | None:
        """Return the release with this digest, None if the bucket does not hold it."""
        return self._file.read().find(digest)

    @property
    def _now(self) -> float:
        return self._file.now

    def _time(self) -> str:
        """Return the time of this publish: later than those before it, whatever the clocks say."""
        now = datetime.fromtimestamp(self._now, UTC)
        before = (*self._file.index.held[:1], *self._file.index.leaving)
        later = [datetime.fromisoformat(held.time) + timedelta(milliseconds=1) for held in before]
        return max([now, *later]).isoformat(timespec="milliseconds")

    def _note(self) -> Note:
        return Note.of(self._store)

    def _held(self, index: Index) -> Held | None:
        if self._wanted.pin:
            return planning.pinned(index, self._wanted.pin)
        return index.find(self._wanted.digest)

    def _base(self, index: Index) -> Base | None:
        if not index.held:
            return None
        held = index.held[0]
        # What the slot was filled with matters only if the release is not that.
        filled = self._library.find(index.fills.get(held.fill, "")) if held.exceptions else None
        return base_of(index, held, self._library.read(held.id), filled)

    def _changes(self, base: Base | None, new: Manifest) -> Changes:
        changes = Changes.between(base.records if base else {}, new)
        changes.check(self._wanted.max_remove)
        return changes

    def _checked(self, base: Base | None, held: Held) -> Changes:
        """Return what a rollback to ``held`` changes; it may remove any number of files if it is meant.

        It is meant if it is pinned, and if visitors still see that release: the last publish did not finish.
        """
        changes = Changes.between(base.records if base else {}, _manifest(self._library.read(held.id)))
        if not self._wanted.pin and held.digest != self._note().digest:
            changes.check(self._wanted.max_remove)
        return changes

    def _plan(self, base: Base | None, new: Manifest, left: Mapping[str, Record]) -> Plan:
        room = self._wanted.room
        plan = planning.plan_overlay(base, new, self._time(), room) if base else None
        plan = plan or planning.plan_fill(base, new, self._time(), self._file.token, room)
        return plan.without(left)

    def _send(self, index: Index, base: Base | None, new: Manifest) -> Published:
        left = leftovers(self._store, self._library, index)
        base = base and base.with_left(left)
        plan = self._plan(base, new, left)
        for path in plan.conflicts:
            self._log.warn(
                f"'{path}' has a name that looks hashed, but its content changed under that name: browsers may keep "
                f"the old file for a year: rename it, or add '{path}' to 'publish:cacheControl' with 'no-cache'"
            )
        if plan.fills or len(plan.sends) > 1:
            self._file.begin(Begun(self._library.plan(new, self._file.token), plan.held, plan.fills))
        etags = {**plan.etags, **Uploading(self._store, self._wanted, self._log, self._file).send(plan.sends)}
        index = self._with_carried(self._file.index, plan.carries)
        records = {entry.path: Record(entry, etags.get(entry.path, "")) for entry in new.entries}
        self._library.write(plan.held.id, records.values())
        if plan.fills:
            index = replace(index, fills={**index.fills, plan.held.fill: plan.held.id})
        return Published(plan.held, self._end(self._with_left(index, base, left), plan.held, records), records)

    def _back(self, index: Index, base: Base | None, held: Held, records: Records, *, repair: bool) -> Published:
        """Go back to a release that the bucket holds, or see to it that it is whole."""
        if base is not None and held.generation != base.held.generation:
            carries = planning.carried_back(base, base_of(index, held, records))
            index = self._with_carried(index, tuple(carries))
        listed = self._listed() if repair else {}
        repaired = self._repair(held, records, listed) if repair else []
        if repaired:
            # What the edge may have got of the wrong content is not asked for again.
            held = replace(held, stamp=int(self._now))
        held = replace(held, time=self._time())
        left = leftovers(self._store, self._library, index)
        ended = self._end(self._with_left(index, base, left), held, records)
        pages = drifted_pages(self._note().etags, listed) if repair else []
        return Published(held, ended, records, len(repaired) + len(pages))

    def _with_carried(self, index: Index, carries: tuple[Carry, ...]) -> Index:
        """Take shared files along to another generation, for tabs that are open, and return the index with them."""
        if not carries:
            return index
        etags = Uploading(self._store, self._wanted, self._log, self._file).carry(carries)
        orphans = dict(index.orphans)
        for carry in carries:
            before = index.orphans.get(carry.source)
            if carry.key in etags:
                since = before.since if before else self._now
                orphans[carry.key] = Orphan(since, carry.token, etags[carry.key])
        return replace(index, orphans=orphans)

    def _with_left(self, index: Index, base: Base | None, left: Mapping[str, Record]) -> Index:
        """Return the index with the shared files that interrupted publishes have left: they are orphans."""
        found = {
            key: Orphan(self._now, record.entry.fingerprint, record.etag)
            for key, record in left.items()
            if key.startswith(layout.SHARED) and not (base and base.has(key, record.entry.path))
        }
        return replace(index, orphans={**found, **index.orphans})

    def _end(self, index: Index, held: Held, records: Records) -> Index:
        """Write the index with ``held`` as its last release, and remove what nothing needs any more."""
        tidying = Tidying(self._store, self._library, self._wanted, self._now)
        ended = tidying.next_index(index, held, records, self._note())
        # Once more what the last publish was to remove.
        tidying.sweep(index.doomed, ended, held, records)
        self._file.end(ended)
        tidying.sweep(ended.doomed, ended, held, records)
        tidying.remove_abandoned_records(ended)
        return self._file.index

    def _drifted(self, held: Held, records: Records, listed: Mapping[str, ListedObject]) -> list[str]:
        return drifted(records, {path: held.key(path) for path in records}, listed, self._library.key(held.id))

    def _listed(self) -> dict[str, ListedObject]:
        return {layout.ROOT + rest: found for rest, found in self._store.list(layout.ROOT).items()}

    def _repair(self, held: Held, records: Records, listed: Mapping[str, ListedObject]) -> list[str]:
        """Put back what another hand has changed or removed, and return its paths."""
        wrong = self._drifted(held, records, listed)
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


def _manifest(records: Records) -> Manifest:
    return Manifest.of(record.entry for record in records.values())
