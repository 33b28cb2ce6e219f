"""What a bucket may forget: releases beyond those held, and shared files that nobody needs any more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hosting.publish.release import layout

if TYPE_CHECKING:
    from hosting.publish.release.library import Library
    from hosting.publish.release.records import Held, Index, Records
    from hosting.publish.release.store import Store
    from hosting.publish.release.wanted import Wanted

_SHARED = f"{layout.ROOT}a/"


class Tidying:
    """Finds what goes at the end of one publish, and removes it."""

    def __init__(self, store: Store, library: Library, wanted: Wanted, now: float) -> None:
        self._store = store
        self._library = library
        self._wanted = wanted
        self._now = now
        self._expired: list[str] = []

    def next_index(self, index: Index, held: Held, records: Records, live: str) -> Index:
        """Return the index with ``held`` as the last release.

        Args:
            index: the one before.
            held: the release.
            records: its files.
            live: digest of the release that visitors see until the switch; it is kept beyond the number.
        """
        others = [one for one in index.held if one.digest != held.digest]
        room = self._wanted.releases - 1
        kept = [one for number, one in enumerate(others) if number < room or one.digest == live]
        orphans = self._orphans(index, held, records)
        self._expired = self._find_expired(orphans, [held, *kept], held, records)
        for key in self._expired:
            del orphans[key]
        used = {one.slot for one in (held, *kept)}
        # More than the ring needs, since fewer releases are held than before.
        slots = {name: fill for name, fill in index.slots.items() if int(name) <= room + 1 or int(name) in used}
        return replace(index, held=(held, *kept), orphans=orphans, slots=slots)

    def sweep(self, before: Index, after: Index) -> None:
        """Remove what ``before`` knew and ``after`` does not."""
        self._store.delete(self._expired)
        kept = {name for held in after.held for name in held.exceptions.values()}
        gone = {name for held in before.held for name in held.exceptions.values()} - kept
        prefixes = [layout.overlay(name) for name in sorted(gone - {""})]
        prefixes += [layout.slot(int(number)) for number in before.slots.keys() - after.slots.keys()]
        for prefix in prefixes:
            self._store.delete(prefix + path for path in self._store.list(prefix))
        plans = {name for name, _ in before.plans}
        self._library.remove(sorted((before.manifests() - after.manifests()) | plans))

    def _orphans(self, index: Index, held: Held, records: Records) -> dict[str, tuple[float, str]]:
        """Return the shared files that the last release does not need, and since when."""
        orphans = dict(index.orphans)
        if index.held and index.held[0].digest != held.digest:
            last = index.held[0]
            for path, record in self._library.read(last.id).items():
                key = last.key(path)
                if key.startswith(_SHARED):
                    orphans[key] = (self._now, record.entry.fingerprint)
        for path in records:
            orphans.pop(held.key(path), None)
        return orphans

    def _find_expired(
        self, orphans: dict[str, tuple[float, str]], releases: list[Held], last: Held, records: Records
    ) -> list[str]:
        """Return the keys of shared files that have not been needed for long, and that no release held has."""
        expired = {key for key, (since, _) in orphans.items() if self._now - since >= self._wanted.keep_s}
        if not expired:
            return []
        for held in releases:
            files = records if held is last else self._library.read(held.id)
            expired -= {held.key(path) for path in files}
        return sorted(expired)
