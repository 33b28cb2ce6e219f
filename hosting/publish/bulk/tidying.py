"""What a bucket may forget: releases beyond those held, and shared files that nobody needs any more.

What is to go is noted in the index before it goes, and removed once more by the next publish: one that could not
remove it leaves nothing behind for good.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hosting.publish.bulk import layout
from hosting.publish.bulk.base import shortened
from hosting.publish.bulk.leftovers import prefixes
from hosting.publish.bulk.library import INDEX
from hosting.publish.bulk.note import LIVE
from hosting.publish.bulk.records import Orphan
from hosting.publish.bulk.shared import is_shared

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hosting.publish.bulk.library import Library
    from hosting.publish.bulk.note import Note
    from hosting.publish.bulk.records import Held, Index, Records
    from hosting.publish.bulk.wanted import Wanted
    from hosting.publish.s3.bucket import BucketClient


class Tidying:
    """Finds what goes at the end of one publish, and removes it."""

    def __init__(self, store: BucketClient, library: Library, wanted: Wanted, now: float) -> None:
        self._store = store
        self._library = library
        self._wanted = wanted
        self._now = now

    def next_index(self, index: Index, held: Held, records: Records, note: Note) -> Index:
        """Return the index with ``held`` as the last release, and what is to go as doomed.

        Args:
            index: the one before, which already has the slot and the orphans that this publish has made.
            held: the release.
            records: its files.
            note: what visitors saw for sure when the function was last known to be updated.
        """
        kept, leaving = self._kept(index, held, note), _leaving(index, held, note)
        generations = {one.generation for one in (*kept, *leaving)}
        orphans = {
            key: one
            for key, one in self._orphans(index, held, records).items()
            if layout.shared_path(key)[0] in generations
        }
        expired = self._expired(orphans, [*kept, *leaving], held, records)
        fills = {one.fill for one in kept}
        after = replace(
            index,
            held=tuple(kept),
            fills={fill: name for fill, name in index.fills.items() if fill in fills},
            plans=(),
            leaving=leaving,
            orphans={key: orphan for key, orphan in orphans.items() if key not in expired},
            retired=_retired(index.retired, expired, [*kept, *leaving]),
        )
        used = self._used(after)
        doomed = sorted({*expired, *(self._used(index) - used)})
        return replace(after, doomed=tuple(doomed))

    def sweep(self, doomed: Sequence[str], index: Index, held: Held, records: Records) -> None:
        """Remove what is doomed; but for what ``index``, or the files of its last release, need again."""
        needed = self._used(index) | index.orphans.keys()
        going = [place for place in doomed if place not in needed and not _has(held, records, place)]
        for place in going:
            if place.endswith("/"):
                self._store.delete([place + path for path in self._store.list(place)])
        self._store.delete([key for key in going if not key.endswith("/")])

    def remove_abandoned_records(self, index: Index) -> None:
        """Delete the records of publishes that never finished: ``index`` has no name for them."""
        used = {key.removeprefix(layout.RECORDS) for key in self._used(index)}
        self._library.remove(self._library.abandoned({*used, INDEX, LIVE.removeprefix(layout.RECORDS)}, self._now))

    def _kept(self, index: Index, held: Held, note: Note) -> list[Held]:
        """Return the releases that are held from now on.

        Beyond the number, visitors may see any that was published since the function was last known to be updated.
        """
        others = [one for one in index.held if one.digest != held.digest]
        room = self._wanted.releases - 1
        return [held, *(one for number, one in enumerate(others) if number < room or one.time >= note.time)]

    def _used(self, index: Index) -> set[str]:
        """Return the prefixes and manifests that an index speaks of."""
        led_to = (*index.held, *index.leaving)
        places = {layout.overlay(name) for held in led_to for name in held.exceptions.values() if name}
        places |= {place for held in led_to for place in (layout.slot(held.fill), layout.shared(held.generation))}
        places |= {place for plan in index.plans for place in prefixes(plan.held, fills=plan.fills)}
        names = {held.id for held in led_to} | set(index.fills.values()) | {plan.name for plan in index.plans}
        return places | {self._library.key(name) for name in names}

    def _orphans(self, index: Index, held: Held, records: Records) -> dict[str, Orphan]:
        """Return the shared files that the last release does not need, and since when."""
        orphans = dict(index.orphans)
        if index.held and index.held[0].digest != held.digest:
            last = index.held[0]
            moved = last.generation != held.generation
            for path, record in self._library.read(last.id).items():
                # Told of few names: see `Base`.
                if (moved or path not in records or path in held.exceptions) and is_shared(path):
                    orphans[last.key(path)] = Orphan(self._now, record.entry.fingerprint, record.etag)
        return {
            key: one for key, one in orphans.items() if key.startswith(layout.SHARED) and not _has(held, records, key)
        }

    def _expired(
        self, orphans: Mapping[str, Orphan], kept: Sequence[Held], last: Held, records: Records
    ) -> dict[str, Orphan]:
        """Return the shared files that have not been needed for long, and that no release held has."""
        expired = {key: one for key, one in orphans.items() if self._now - one.since >= self._wanted.keep_s}
        for held in kept if expired else ():
            for path in records if held.digest == last.digest else self._library.read(held.id):
                expired.pop(held.key(path), None)
        return expired


def _has(held: Held, records: Records, key: str) -> bool:
    """Tell whether a release has one of its shared files at ``key``."""
    path = layout.shared_path(key)[1]
    return key.startswith(layout.SHARED) and path in records and held.key(path) == key


def _leaving(index: Index, held: Held, note: Note) -> tuple[Held, ...]:
    """Return where visitors may still be led, of releases that have been moved to another slot since."""
    moved = [one for one in index.held if one.digest == held.digest and one.fill != held.fill]
    return (*moved, *(one for one in index.leaving if one.time >= note.time))


def _retired(
    before: Mapping[str, Mapping[str, str]], expired: Mapping[str, Orphan], kept: Iterable[Held]
) -> Mapping[str, Mapping[str, str]]:
    """Return what is remembered of removed shared files, of the generations that are still in use."""
    found: dict[str, dict[str, str]] = {held.generation: dict(before.get(held.generation, {})) for held in kept}
    for key, orphan in expired.items():
        generation, path = layout.shared_path(key)
        if generation in found:
            found[generation][shortened(path)] = shortened(orphan.token)
    return found
