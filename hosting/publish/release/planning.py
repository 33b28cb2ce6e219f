"""From what the bucket holds and what is wanted to what is sent. Pure.

A release stands on a slot, which has all of it; or, when few files changed, on the slot of the one before, and the
edge's function knows the few exceptions by name. Their objects are below a prefix of the release's own, so that
nothing that is live is ever written over.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hosting.errors import PublishError
from hosting.publish.release import layout
from hosting.publish.release.records import Held, Index, Record, id_of
from hosting.publish.release.shared import is_shared

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hosting.publish.manifest import Manifest, ManifestEntry
    from hosting.publish.release.records import Records

# At most, of the 10,240 bytes that a function may have; the rest is code, and the site's redirects and rules.
EXCEPTION_BYTES = 2_000


@dataclass(frozen=True)
class Send:
    """One object to write.

    Attributes:
        key: where.
        entry: what.
        source: the key of an object that is the same, to copy inside of the bucket; None to upload.
    """

    key: str
    entry: ManifestEntry
    source: str | None = None


@dataclass(frozen=True)
class Plan:
    """A publish.

    Attributes:
        held: the release as it will be remembered.
        sends: what to write, in no order.
        etags: of what is there already, by path.
        fills: whether it goes into a slot of its own.
        conflicts: fingerprinted files whose content changed under the same name.
    """

    held: Held
    sends: tuple[Send, ...]
    etags: Mapping[str, str]
    fills: bool
    conflicts: tuple[str, ...] = ()

    def without(self, present: Mapping[str, Record]) -> Plan:
        """Return the plan without what is there already, by key."""
        there = {
            send.entry.path: found.etag
            for send in self.sends
            if (found := present.get(send.key)) is not None and found.entry == send.entry
        }
        sends = tuple(send for send in self.sends if send.entry.path not in there)
        return replace(self, sends=sends, etags={**self.etags, **there})

    @property
    def upload_bytes(self) -> int:
        """The bytes that leave this machine."""
        return sum(send.entry.size for send in self.sends if send.source is None)


@dataclass(frozen=True)
class Base:
    """The release that the next is compared with: the last that was published.

    Attributes:
        held: where its files are.
        records: its files.
        shared: fingerprint of the content of each shared file that is in the bucket, by path.
    """

    held: Held
    records: Records
    shared: Mapping[str, str]

    def same(self, entry: ManifestEntry) -> Record | None:
        """Return the record of the same file, if it has not changed."""
        record = self.records.get(entry.path)
        return record if record is not None and record.entry == entry else None


def base_of(index: Index, records: Records) -> Base:
    """Return the base of the next publish: the last one, whose manifest is ``records``."""
    held = index.held[0]
    prefix = layout.shared(held.generation)
    shared = {key.removeprefix(prefix): token for key, (_, token) in index.orphans.items() if key.startswith(prefix)}
    for path, record in records.items():
        if is_shared(path) and path not in held.exceptions:
            shared[path] = record.entry.fingerprint
    return Base(held, records, shared)


def plan_overlay(base: Base, new: Manifest, time: str, room: int = EXCEPTION_BYTES) -> Plan | None:
    """Return the publish that leaves the base's slot as it is; None when exceptions would take more than ``room``."""
    builder = _Overlay(base, new)
    exceptions = builder.exceptions()
    if exception_bytes(exceptions) > room:
        return None
    held = replace(
        base.held,
        digest=new.digest,
        time=time,
        files=new.file_count,
        bytes=new.total_bytes,
        exceptions=exceptions,
    )
    return _plan(held, base, new, builder.stays, fills=False)


class _Overlay:
    """Finds the exceptions of a release that stands on its base's slot."""

    def __init__(self, base: Base, new: Manifest) -> None:
        self.stays = {entry.path: record.etag for entry in new.entries if (record := base.same(entry))}
        self._base = base
        self._new = new

    def exceptions(self) -> dict[str, str]:
        found = dict(self._base.held.exceptions)
        # What is gone from a slot must be known to be gone; a shared file stays for those who still have an old page.
        for path in self._base.records:
            if self._new.get(path) is None and (not is_shared(path) or path in found):
                found[path] = ""
        name = id_of(self._new.digest)
        for entry in self._new.entries:
            if entry.path in self.stays:
                continue
            if is_shared(entry.path) and self._base.shared.get(entry.path) in (None, entry.fingerprint):
                found.pop(entry.path, None)
            else:
                found[entry.path] = name
        return found


def plan_fill(base: Base | None, new: Manifest, time: str, slot: int, room: int = EXCEPTION_BYTES) -> Plan:
    """Return the publish that makes ``slot``, which is not in use, hold all of the release.

    ``base`` is the last publish, None before the first; ``room`` is what exceptions may take, in bytes.
    """
    known = base.shared if base else {}
    conflicts = [
        entry.path
        for entry in new.entries
        if is_shared(entry.path) and known.get(entry.path) not in (None, entry.fingerprint)
    ]
    exceptions = dict.fromkeys(conflicts, id_of(new.digest))
    generation = base.held.generation if base else 0
    if exception_bytes(exceptions) > room:
        # So many that they can't be exceptions: the shared prefix begins anew, and the old tabs keep the old one.
        exceptions, generation = {}, generation + 1
    fill = f"{slot}-{id_of(new.digest)}"
    held = Held(new.digest, time, new.file_count, new.total_bytes, slot, fill, generation, exceptions)
    return _plan(held, base, new, {}, fills=True)


def _plan(held: Held, base: Base | None, new: Manifest, stays: Mapping[str, str], *, fills: bool) -> Plan:
    sends, etags = [], dict(stays)
    for entry in new.entries:
        if entry.path in stays:
            continue
        key = held.key(entry.path)
        same = base.same(entry) if base else None
        source = base.held.key(entry.path) if base and same else None
        if same and source == key:
            etags[entry.path] = same.etag
        elif base and _is_orphan(base, held, entry):
            etags[entry.path] = ""
        else:
            sends.append(Send(key, entry, source))
    conflicts = tuple(path for path, name in held.exceptions.items() if name == held.id and is_shared(path))
    return Plan(held, tuple(sends), etags, fills, conflicts)


def _is_orphan(base: Base, held: Held, entry: ManifestEntry) -> bool:
    """Tell whether a shared file is in the bucket from an earlier release."""
    if held.generation != base.held.generation or not is_shared(entry.path) or entry.path in held.exceptions:
        return False
    return base.shared.get(entry.path) == entry.fingerprint


def exception_bytes(exceptions: Mapping[str, str]) -> int:
    """Return the bytes that exceptions take in the function; none take none."""
    return len(json.dumps(overlays(exceptions), ensure_ascii=False).encode()) - len("{}")


def overlays(exceptions: Mapping[str, str]) -> dict[str, list[str]]:
    """Return exceptions as the function has them: the paths of each overlay, and under "" those that are gone."""
    found: dict[str, list[str]] = {}
    for path, name in sorted(exceptions.items()):
        found.setdefault(name, []).append(path)
    return found


def choose_slot(index: Index, in_use: Iterable[Held], releases: int) -> int:
    """Return the slot for the next release: one that none of ``in_use`` stands on.

    There is one slot more than releases are held, so that even the oldest of them is whole while the next goes up.
    """
    taken = {held.slot for held in in_use}
    free = [number for number in range(max(releases + 1, len(taken) + 1)) if number not in taken]
    begun = {slot for _, slot in index.plans}
    return min(free, key=lambda number: (number not in begun, str(number) not in index.slots, number))


def pinned(index: Index, prefix: str) -> Held:
    """Return the release whose digest begins with ``prefix``.

    Raises:
        PublishError: there is none, or more than one.
    """
    found = [held for held in index.held if held.digest.startswith(prefix)]
    if len(found) == 1:
        return found[0]
    listed = "".join(f"\n  - {held.digest[:12]}  {held.time}  {held.files} files" for held in index.held)
    what = "names more than one release" if found else "is not a release that the bucket holds"
    raise PublishError(
        f"'publish:release' {what} (got {prefix}); nothing was touched: pulumi config set publish:release <digest>, "
        f"or pulumi config rm publish:release to publish the files at hand. Held are:{listed or ' none'}"
    )
