"""Plans: whatever is published in whatever order, no key ever has two contents, and what is held is whole."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hosting.errors import PublishError
from hosting.publish.bulk import planning
from hosting.publish.bulk.arrived import Layer, arrived
from hosting.publish.bulk.planning import pinned
from hosting.publish.bulk.records import Held, Index, Record, records_from_bytes, records_to_bytes
from hosting.publish.s3.objects import ListedObject
from hosting.publish.staging.manifest import ManifestEntry
from tests.unit.publish.bulk.memory import Site, entry_of

if TYPE_CHECKING:
    from collections.abc import Mapping

PATHS = ["index.html", "about.html", "style.css", "app.0a1b2c3d.js", "lib.99aabb1c.js", "LICENSE"]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Step:
    """A publish, and what happens around it.

    Attributes:
        contents: of each file, and whether it has a header.
        days: that go by before it.
        room: for exceptions, in bytes.
        releases: how many are held.
        arrive: how many files arrive before it is interrupted; None when it is not.
        switch: whether the function at the edge is updated.
        confirm: whether that is noted in the bucket.
    """

    contents: Mapping[str, tuple[int, bool]]
    days: float = 0
    room: int = 2000
    releases: int = 3
    arrive: int | None = None
    switch: bool = True
    confirm: bool = True

    @property
    def files(self) -> dict[str, ManifestEntry]:
        """The tree."""
        return {
            path: entry_of(path, f"{path} {content}", "no-cache" if header else None)
            for path, (content, header) in self.contents.items()
        }


STEPS = st.builds(
    Step,
    st.dictionaries(st.sampled_from(PATHS), st.tuples(st.integers(0, 2), st.booleans()), min_size=1),
    days=st.sampled_from([0, 0, 1, 8]),
    room=st.sampled_from([0, 60, 2000]),
    releases=st.sampled_from([2, 3, 3, 10]),
    arrive=st.sampled_from([None, None, None, 0, 1, 2]),
    switch=st.sampled_from([True, True, True, False]),
    confirm=st.sampled_from([True, True, True, False]),
)


def take(site: Site, step: Step) -> None:
    """Publish a step, interrupted or not."""
    site.days += step.days
    site.store.left = step.arrive
    try:
        site.publish(step.files, switch=step.switch, confirm=step.confirm, room=step.room, releases=step.releases)
    except PublishError:
        assert step.arrive is not None
    site.store.left = None


@given(st.lists(STEPS, min_size=2, max_size=9))
@settings(max_examples=200, deadline=None)
def test_no_key_has_two_contents_and_what_is_held_is_whole(steps: list[Step]) -> None:
    """Over any publishes, rollbacks and interruptions: what visitors may have is right, what they are led to is there.

    The edge and browsers keep a file for up to a year, so the bucket in memory takes no other content for a key that
    it has ever had.
    """
    site = Site()
    trees: dict[str, dict[str, ManifestEntry]] = {}
    for step in steps:
        take(site, step)
        assert site.broken() == []
        index = site.index()
        for held in index.held:
            tree = trees.get(held.digest, step.files)
            trees[held.digest] = tree
            assert site.missing(held, tree) == []


def page(content: int, **others: int) -> dict[str, tuple[int, bool]]:
    """Return a tree of a page and some scripts whose names look hashed."""
    scripts = {f"{name}.0a1b2c3d.js": (number, False) for name, number in others.items()}
    return {"index.html": (content, False), **scripts}


def test_a_generation_of_shared_files_is_never_begun_twice() -> None:
    """Rolled back to a release of an older one, the next mass of conflicts goes to a third."""
    site = Site()
    one, two, three = (page(n, app=n, lib=n) for n in (1, 2, 3))
    for contents in (one, two, one, three, two):
        take(site, Step(contents, room=0))
        assert site.broken() == []
    assert len({held.generation for held in site.index().held}) == 3


def test_a_name_that_was_removed_long_ago_does_not_come_back_with_another_content() -> None:
    """The edge may have it still: the other content goes to a key of its own, the same one back to its own."""
    site = Site()
    take(site, Step(page(1, app=1)))
    for day in range(4):
        take(site, Step(page(day + 2), days=8))
    assert [key for key in site.store.objects if key.endswith("app.0a1b2c3d.js")] == []
    done = site.publish(Step(page(9, app=2)).files)
    assert done.held.exceptions["app.0a1b2c3d.js"] == done.held.id
    done = site.publish(Step(page(9, app=1)).files)
    assert "app.0a1b2c3d.js" not in done.held.exceptions
    assert site.broken() == []


def test_so_many_removed_names_begin_a_new_generation(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered of removed files has an end: then the shared files move, and it is forgotten."""
    monkeypatch.setattr(planning, "MOST_RETIRED", 2)
    site = Site()
    for number in range(6):
        take(site, Step(page(number, **{f"app{number}": 1}), days=8, room=0, releases=2))
        assert site.broken() == []
    index = site.index()
    assert max(len(names) for names in index.retired.values()) <= 4
    assert len({key.split("/")[2] for key in site.store.ever if key.startswith(".release/a/")}) > 1


def test_open_tabs_find_their_scripts_when_the_shared_files_move() -> None:
    """A new generation has what pages of earlier releases ask for; so has the old one after a rollback to it."""
    site = Site()
    first = page(1, app=1, old=1)
    take(site, Step(first, room=0))
    take(site, Step({**page(2, app=2, new=1)}, room=0))
    generation = site.index().held[0].generation
    assert f".release/a/{generation}/old.0a1b2c3d.js" in site.store.objects
    take(site, Step(first, room=0))
    back = site.index().held[0].generation
    assert back != generation
    assert f".release/a/{back}/new.0a1b2c3d.js" in site.store.objects


def test_other_headers_and_another_name_are_copied_not_sent() -> None:
    """The bucket has the bytes: a header that changes, a file that moves, one that goes back to what the slot has."""
    site = Site()
    take(site, Step({"index.html": (1, False), "about.html": (1, False)}))
    site.store.sent.clear()
    moved = {"index.html": entry_of("index.html", "index.html 1", "no-cache")}
    moved["moved.html"] = entry_of("moved.html", "about.html 1")
    site.publish(moved)
    assert site.store.sent == []
    assert site.broken() == []
    site.publish({**Step({"index.html": (1, False), "about.html": (2, False)}).files})
    assert [key.rpartition("/")[2] for key in site.store.sent] == ["about.html"]
    held = site.index().held[0]
    assert held.exceptions.keys() == {"about.html"}
    assert site.broken() == []


def test_a_release_that_no_longer_fits_the_function_moves_to_a_slot_of_its_own() -> None:
    """The site's own rules grew: the same release is there without exceptions, and the old place stays until then."""
    site = Site()
    take(site, Step(page(1)))
    changed = Step({**page(1), "about.html": (1, False)})
    take(site, changed)
    assert site.index().held[0].exceptions
    site.store.sent.clear()
    done = site.publish(changed.files, room=0, switch=False)
    assert done.held.exceptions == {}
    assert site.store.sent == []
    assert site.broken() == []
    assert site.missing(done.held, changed.files) == []


def test_a_publish_interrupted_again_and_again_sends_each_file_once() -> None:
    """Credentials that last for forty files bring a site of a hundred up in three runs."""
    site = Site()
    files = {f"{n}.html": entry_of(f"{n}.html", f"content {n}") for n in range(100)}
    runs = 0
    for _ in range(5):
        runs += 1
        site.store.left = 40
        try:
            site.publish(files)
            break
        except PublishError:
            assert site.index().plans
    assert runs == 3
    assert len(site.store.sent) == 100
    assert site.broken() == []
    assert {key.split("/")[2] for key in site.store.objects} == {site.index().held[0].fill}


def test_other_rules_for_shared_files_lay_the_bucket_out_anew() -> None:
    """What visitors are led to stays until they are led elsewhere, and then goes."""
    site = Site()
    take(site, Step(page(1, app=1)))
    old = site.index()
    site.store.write(".release/records/index", replace(old, rules=0).to_bytes(), replaces=None)
    for number in (1, 2):
        site.publish(Step(page(number, app=1)).files, switch=False)
        assert site.broken() == []
    assert old.held[0].fill not in {held.fill for held in site.index().held}
    take(site, Step(page(3, app=1)))
    take(site, Step(page(4, app=1)))
    assert [key for key in site.store.objects if old.held[0].fill in key] == []


def test_a_bucket_whose_index_is_lost_is_published_anew_beside_what_is_live() -> None:
    """Nothing that visitors are led to is written over, although nothing is known of it."""
    site = Site()
    take(site, Step(page(1, app=1)))
    del site.store.records[".release/records/index"]
    site.publish(Step(page(2, app=2)).files, switch=False)
    assert site.broken() == []


def test_a_rollback_is_no_plan() -> None:
    """What is held is not sent."""
    site = Site()
    for number in (1, 2):
        take(site, Step(page(number)))
    site.store.sent.clear()
    take(site, Step(page(1)))
    assert site.store.sent == []


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
    listed = {"a.html": ListedObject(1, etag, NOON + written)}
    found = arrived(listed, {"a.html": record(1, "old")}, [Layer(NOON, {"a.html": record(2)})])
    assert (found["a.html"].entry if found else None) == (record(expected).entry if expected else None)


def test_an_object_of_another_size_or_that_no_plan_has_is_unknown() -> None:
    """Nothing is taken for what it can't be."""
    listed = {"a.html": ListedObject(2, "x", NOON), "b.html": ListedObject(1, "x", NOON)}
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
    [(b'{"version":2,"value":{"hold":[]}}', "i is damaged"), (b'{"version":3,"value":{}}', "is of version 3")],
)
def test_an_index_of_another_version_or_shape_is_refused(body: bytes, message: str) -> None:
    """A later program's records are not guessed at; the same is read back."""
    whole = Index().to_bytes()
    assert Index.from_bytes(whole, "i") == Index()
    with pytest.raises(PublishError, match="i is damaged"):
        Index.from_bytes(whole.replace(b'"held"', b'"hold"'), "i")
    with pytest.raises(PublishError, match=message):
        Index.from_bytes(sealed(body), "i")
