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
from hosting.publish.bulk import layout
from hosting.publish.bulk.records import Held, Record, id_of
from hosting.publish.bulk.shared import is_shared
from hosting.publish.staging.cache_control import IMMUTABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hosting.publish.bulk.base import Base
    from hosting.publish.bulk.records import Index
    from hosting.publish.staging.manifest import Manifest, ManifestEntry

# At most, of the 10,240 bytes that a function may have; the rest is code, and the site's redirects and rules.
EXCEPTION_BYTES = 2_000
# Of removed shared files that are remembered: some 20 bytes each, in an index that every publish writes.
MOST_RETIRED = 10_000


@dataclass(frozen=True)
class Send:
    """One object to write.

    Attributes:
        key: where.
        entry: what.
        source: the key of an object with the same bytes, to copy inside of the bucket; None to upload.
    """

    key: str
    entry: ManifestEntry
    source: str | None = None


@dataclass(frozen=True)
class Carry:
    """A shared file that pages of earlier releases need, taken along to another generation.

    Attributes:
        source: where it is.
        key: where it goes.
        path: its own.
        token: its entry's fingerprint.
    """

    source: str
    key: str
    path: str
    token: str


@dataclass(frozen=True)
class Plan:
    """A publish.

    Attributes:
        held: the release as it will be remembered.
        sends: what to write, in no order.
        etags: of what is there already, by path.
        fills: whether it goes into a slot of its own.
        conflicts: files that browsers keep for the hash in their names, and whose content changed all the same.
        carries: what goes along to a new generation of the shared files.
    """

    held: Held
    sends: tuple[Send, ...]
    etags: Mapping[str, str]
    fills: bool
    conflicts: tuple[str, ...] = ()
    carries: tuple[Carry, ...] = ()

    def without(self, present: Mapping[str, Record]) -> Plan:
        """Return the plan without what interrupted publishes have left in place, and with the rest of it as sources.

        Args:
            present: what they have left, by key.
        """
        there = {
            send.entry.path: found.etag
            for send in self.sends
            if (found := present.get(send.key)) is not None and found.entry == send.entry
        }
        sources = {found.entry.sha256: key for key, found in present.items()}
        sends = tuple(
            replace(send, source=send.source or sources.get(send.entry.sha256))
            for send in self.sends
            if send.entry.path not in there
        )
        return replace(self, sends=sends, etags={**self.etags, **there})

    @property
    def upload_bytes(self) -> int:
        """The bytes that leave this machine."""
        return sum(send.entry.size for send in self.sends if send.source is None)


def plan_overlay(base: Base, new: Manifest, time: str, room: int = EXCEPTION_BYTES) -> Plan | None:
    """Return the publish that leaves the base's slot as it is; None when exceptions would take more than ``room``."""
    changed = [entry for entry in new.entries if not base.same(entry)]
    exceptions = _exceptions(base, new, changed)
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
    plan = _plan(held, base, changed, fills=False)
    # What did not change stays where it is.
    stays = {path: record.etag for path, record in base.records.items() if new.get(path) == record.entry}
    return replace(plan, etags={**stays, **plan.etags})


def _exceptions(base: Base, new: Manifest, changed: Sequence[ManifestEntry]) -> dict[str, str]:
    """Return the exceptions of a release that stands on its base's slot."""
    found = dict(base.held.exceptions)
    for path in base.records:
        if new.get(path) is None:
            _except_gone(found, base, path)
    name = id_of(new.digest)
    for entry in changed:
        if base.is_in_slot(entry) or (is_shared(entry.path) and not base.clashes(entry)):
            found.pop(entry.path, None)
        else:
            found[entry.path] = name
    return found


def _except_gone(found: dict[str, str], base: Base, path: str) -> None:
    """Note what is gone: the slot still has it. A shared file stays for those who still have an old page."""
    if base.slot_lacks(path):
        found.pop(path, None)
    elif not is_shared(path) or path in found:
        found[path] = ""


def plan_fill(base: Base | None, new: Manifest, time: str, fill: str, room: int = EXCEPTION_BYTES) -> Plan:
    """Return the publish that fills a slot of its own, named ``fill`` as no other publish is.

    ``base`` is the last publish, None before the first; ``room`` is what exceptions may take, in bytes.
    """
    exceptions: dict[str, str] = {}
    generation = base.held.generation if base else fill
    carries: tuple[Carry, ...] = ()
    if base is not None:
        exceptions = {entry.path: id_of(new.digest) for entry in new.entries if _is_clash(base, entry)}
        if exception_bytes(exceptions) > room or len(base.retired) > MOST_RETIRED:
            # So many that they can't be exceptions: the shared prefix begins anew, with what open tabs may ask for.
            exceptions, generation = {}, fill
            carries = tuple(one for one in carried(base, generation) if new.get(one.path) is None)
    held = Held(new.digest, time, new.file_count, new.total_bytes, fill, generation, exceptions)
    return replace(_plan(held, base, new.entries, fills=True), carries=carries)


def carried(base: Base, generation: str) -> Iterator[Carry]:
    """Yield the shared files of the base, as they go along to another generation."""
    for path, known in base.shared.items():
        yield Carry(layout.shared(base.held.generation) + path, layout.shared(generation) + path, path, known.token)


def carried_back(base: Base, to: Base) -> Iterator[Carry]:
    """Yield the shared files of the base as they go along to the generation of ``to``, which lacks them."""
    for carry in carried(base, to.held.generation):
        if to.known(carry.path) is None and not to.had_another(carry.path, carry.token):
            yield carry


def _is_clash(base: Base, entry: ManifestEntry) -> bool:
    return is_shared(entry.path) and base.clashes(entry)


def _plan(held: Held, base: Base | None, entries: Sequence[ManifestEntry], *, fills: bool) -> Plan:
    sends, etags = [], {}
    for entry in entries:
        key = held.key(entry.path)
        there = base.at(key, entry) if base else None
        if there is None:
            sends.append(Send(key, entry, base.source(entry) if base else None))
        else:
            etags[entry.path] = there
    conflicts = tuple(entry.path for entry in entries if base and _is_news(base, entry))
    return Plan(held, tuple(sends), etags, fills, conflicts)


def _is_news(base: Base, entry: ManifestEntry) -> bool:
    """Tell a file whose bytes just changed although its header says that they never do; other headers are no news."""
    before = base.records.get(entry.path)
    has_changed = before is None or before.entry.sha256 != entry.sha256
    return has_changed and entry.cache_control == IMMUTABLE and _is_clash(base, entry)


def exception_bytes(exceptions: Mapping[str, str]) -> int:
    """Return the bytes that exceptions take in the function; none take none."""
    return overlay_bytes(overlays(exceptions))


def overlay_bytes(found: Mapping[str, list[str]]) -> int:
    """Return the bytes that ``overlays`` takes in the function."""
    return len(json.dumps(found, ensure_ascii=False).encode()) - len("{}")


def overlays(exceptions: Mapping[str, str]) -> dict[str, list[str]]:
    """Return exceptions as the function has them: the paths of each overlay, and under "" those that are gone."""
    found: dict[str, list[str]] = {}
    for path, name in sorted(exceptions.items()):
        found.setdefault(name, []).append(path)
    return found


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
        f"'publish:release' {what} (got {prefix}); nothing was touched. Held are:{listed or ' none'}\n"
        "To go to one of them: pulumi config set publish:release '<digest>'\n"
        "To publish the files at hand: pulumi config rm publish:release"
    )
