"""Plans: whatever is published in whatever order, no release that is held is ever written over."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hosting.errors import PublishError
from hosting.publish.manifest import Manifest, ManifestEntry
from hosting.publish.release.arrived import Layer, Listed, arrived
from hosting.publish.release.planning import base_of, choose_slot, pinned, plan_fill, plan_overlay
from hosting.publish.release.records import Held, Index, Record, records_from_bytes, records_to_bytes

if TYPE_CHECKING:
    from hosting.publish.release.planning import Plan
    from hosting.publish.release.records import Records

PATHS = ["index.html", "about.html", "style.css", "app.0a1b2c3d.js", "lib.99aabb1c.js", "LICENSE"]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def tree(contents: dict[str, int]) -> Manifest:
    """Return the manifest of files with made-up contents."""
    return Manifest.of(
        ManifestEntry(path, 1, f"{content:064}", "text/html", None) for path, content in contents.items()
    )


class Model:
    """A bucket in memory, to which plans are applied; it forgets nothing but what a slot is filled over."""

    def __init__(self, room: int) -> None:
        self.objects: dict[str, ManifestEntry] = {}
        self.index = Index()
        self.records: dict[str, Records] = {}
        self._room = room

    def publish(self, new: Manifest) -> Plan | None:
        """Publish as the publisher does; None for a release that is held."""
        if found := self.index.find(new.digest):
            self._end(found, new)
            return None
        base = base_of(self.index, self.records[self.index.held[0].digest]) if self.index.held else None
        plan = plan_overlay(base, new, "now", self._room) if base else None
        plan = plan or plan_fill(base, new, "now", choose_slot(self.index, self.index.held, 2), self._room)
        for send in plan.sends:
            if send.source is not None:
                assert self.objects[send.source] == send.entry
            self.objects[send.key] = send.entry
        self._end(plan.held, new)
        return plan

    def _end(self, held: Held, new: Manifest) -> None:
        orphans = dict(self.index.orphans)
        if self.index.held:
            last = self.index.held[0]
            for path, record in self.records[last.digest].items():
                if last.key(path).startswith(".release/a/"):
                    orphans[last.key(path)] = (0.0, record.entry.fingerprint)
        self.records[held.digest] = {entry.path: Record(entry) for entry in new.entries}
        for path in self.records[held.digest]:
            orphans.pop(held.key(path), None)
        others = [one for one in self.index.held if one.digest != held.digest]
        self.index = replace(self.index, held=(held, *others[:1]), orphans=orphans)

    def check(self) -> None:
        """Every file of every release that is held is what it was."""
        for held in self.index.held:
            for path, record in self.records[held.digest].items():
                assert self.objects[held.key(path)] == record.entry, (held, path)


@given(
    st.lists(
        st.dictionaries(st.sampled_from(PATHS), st.integers(0, 2), min_size=1),
        min_size=2,
        max_size=12,
    ),
    st.sampled_from([0, 60, 2000]),
)
@settings(max_examples=400, deadline=None)
def test_no_release_held_is_written_over(trees: list[dict[str, int]], room: int) -> None:
    """Over any sequence of publishes and rollbacks, with much, little and no room for exceptions."""
    model = Model(room)
    for contents in trees:
        model.publish(tree(contents))
        model.check()


def test_a_rollback_is_no_plan() -> None:
    """What is held is not sent."""
    model = Model(2000)
    one, two = tree({"index.html": 1}), tree({"index.html": 2})
    assert model.publish(one) is not None
    assert model.publish(two) is not None
    assert model.publish(one) is None


def test_a_prefix_of_two_releases_is_refused() -> None:
    """A pin has to name one release."""
    index = Index(held=(Held("ab" * 32, "now", 1, 1), Held("ab" * 31 + "ff", "now", 1, 1)))
    with pytest.raises(PublishError, match="names more than one release"):
        pinned(index, "abab")


def record(content: int, etag: str = "") -> Record:
    """Return a record of a made-up file."""
    return Record(ManifestEntry("a.html", 1, f"{content:064}", "text/html", None), etag)


@pytest.mark.parametrize(
    ("written", "etag", "expected"),
    [
        (timedelta(hours=-1), "old", 1),
        (timedelta(hours=-1), "by hand", None),
        (timedelta(0), "old", None),
        (timedelta(0), "new", 2),
        (timedelta(seconds=1), "new", 2),
    ],
)
def test_an_object_is_what_the_last_plan_before_it_says(written: timedelta, etag: str, expected: int | None) -> None:
    """Older than the plan, it is the last publish's; younger, the plan's; in the same second, what can't be denied."""
    listed = {"a.html": Listed(1, etag, NOON + written)}
    found = arrived(listed, {"a.html": record(1, "old")}, [Layer(NOON, {"a.html": record(2)})])
    assert (found["a.html"].entry if found else None) == (record(expected).entry if expected else None)


def test_an_object_of_another_size_or_that_no_plan_has_is_unknown() -> None:
    """Nothing is taken for what it can't be."""
    listed = {"a.html": Listed(2, "x", NOON), "b.html": Listed(1, "x", NOON)}
    assert arrived(listed, {}, [Layer(NOON - timedelta(hours=1), {"a.html": record(2)})]) == {}


@pytest.mark.parametrize("data", [b"", b"no gzip", records_to_bytes([record(1)])[:-9]])
def test_a_manifest_that_was_cut_off_is_damaged(data: bytes) -> None:
    """It is refused, whatever is left of it."""
    with pytest.raises(PublishError, match="m is damaged"):
        records_from_bytes(data, "m")


def test_a_manifest_reads_back() -> None:
    """What is written is read, with ETags."""
    assert records_from_bytes(records_to_bytes([record(1, "e")]), "m") == {"a.html": record(1, "e")}


def sealed(body: bytes) -> bytes:
    """Return records with a checksum that holds."""
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


@pytest.mark.parametrize(
    ("body", "message"),
    [(b'{"version":1,"value":{"hold":[]}}', "i is damaged"), (b'{"version":2,"value":{}}', "is of version 2")],
)
def test_an_index_of_another_version_or_shape_is_refused(body: bytes, message: str) -> None:
    """A later program's records are not guessed at; the same is read back."""
    whole = Index().to_bytes()
    assert Index.from_bytes(whole, "i") == Index()
    with pytest.raises(PublishError, match="i is damaged"):
        Index.from_bytes(whole.replace(b'"held"', b'"hold"'), "i")
    with pytest.raises(PublishError, match=message):
        Index.from_bytes(sealed(body), "i")
