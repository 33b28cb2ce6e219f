"""Any sequence of publishes, rollbacks, kills and losses: visitors get wholly one release, and nothing is left over."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from hosting.errors import PublishError
from hosting.publish.bulk import catalogue, layout
from hosting.publish.bulk.catalogue import KEY, Catalogue
from hosting.publish.bulk.manifests import ReleaseManifest
from hosting.publish.bulk.pointer import GRACE_S, SITE_KEY, Pointer
from hosting.publish.bulk.release_edge import ReleaseEdge
from tests.unit.publish.bulk.memory import Killed, MemoryStore, Site, entries, served

if TYPE_CHECKING:
    from collections.abc import Mapping

DAY = 86_400
RELEASES = 3
# Enough files that a change of all of them needs a table.
MANY = 130
HASHED = ("app.1a2b3c4d.js", "app.2a3b4c5d.js")
PATHS = ("index.html", "about.html", "docs/index.html", "404.html", *HASHED)
EDGES = (
    ReleaseEdge(error_page="404.html"),
    ReleaseEdge(tables={"redirects": {"id": "one"}}, items={"r/one/e0": "[]"}),
    ReleaseEdge(tables={"redirects": {"id": "two"}}, items={f"r/two/e{number}": "[]" for number in range(60)}),
)


@dataclass(frozen=True)
class Step:
    """A publish, and what happens before it.

    Attributes:
        contents: the content of each path that the site has.
        section: the content of all files of a large section; 0 for a site without it.
        edge: the number of its rules.
        seconds: how much time passes before it.
        kill: the number of the request at which it is killed; 0 for none.
        after: whether the request is carried out first.
        event: what another program does before it.
        rolls_back: whether it goes back to the oldest release instead.
    """

    contents: Mapping[str, int]
    section: int = 0
    edge: int = 0
    seconds: float = 1
    kill: int = 0
    after: bool = False
    event: str = ""
    rolls_back: bool = False

    @property
    def files(self) -> dict[str, str]:
        """The files, path to content."""
        files = {path: f"{path} {content}" for path, content in self.contents.items()}
        section = range(MANY if self.section else 0)
        return files | {f"section/{number}.html": f"{number} {self.section}" for number in section}


STEPS = st.builds(
    Step,
    st.dictionaries(st.sampled_from(PATHS), st.integers(0, 2), min_size=1),
    section=st.sampled_from([0, 1, 1, 2]),
    edge=st.sampled_from([0, 0, 1, 2]),
    seconds=st.sampled_from([1, 1, 70, GRACE_S + 1, 2 * DAY]),
    kill=st.sampled_from([0, 0, 0, 1, 2, 3, 4, 5, 6, 8, 12]),
    after=st.booleans(),
    event=st.sampled_from(["", "", "", "object", "table", "pointer", "catalogue", "store", "other publish"]),
    rolls_back=st.sampled_from([False, False, False, True]),
)


@dataclass
class World:
    """A site, and what its visitors should get.

    Attributes:
        site: the site.
        edge: the store that the function at the edge reads.
        live: the files that visitors get, path to content.
        trees: the files of each digest that was published.
        orphans: the keys that a lost catalogue had; nobody knows them any more.
        has_lost: whether an object was deleted.
    """

    site: Site = field(default_factory=Site)
    edge: MemoryStore = field(init=False)
    live: Mapping[str, str] = field(default_factory=dict)
    trees: dict[str, Mapping[str, str]] = field(default_factory=dict)
    orphans: set[str] = field(default_factory=set)
    has_lost: bool = False

    def __post_init__(self) -> None:
        self.edge = self.site.store

    def problems(self, files: Mapping[str, str]) -> list[str]:
        """Return the paths for which visitors do not get exactly ``files``. Pages may still need hashed files."""
        found = {path: served(self.edge.items, self.site.bucket, path) for path in {*files, *PATHS, "section/7.html"}}
        wanted = {path: entry.sha256 for path, entry in entries(files).items()}
        return [path for path in found if found[path] != wanted.get(path) and (path in wanted or path not in HASHED)]

    def take(self, step: Step) -> None:
        """Take a step, and check what visitors get."""
        self.site.wait(step.seconds)
        repair = self._happen(step.event)
        files: Mapping[str, str] = step.files
        changes: dict[str, Any] = {"releases": RELEASES}
        complete = self._catalogue().complete
        # A release that has lost an object cannot be rolled back to.
        if step.rolls_back and complete and not self.has_lost:
            files = self.trees[complete[-1].digest]
            changes |= {"rollback_to": complete[-1].digest, "digest": ""}
        self.trees[self.site.publisher(step.files, EDGES[step.edge])._request.digest] = step.files
        self.site.requests.count, self.site.requests.after = 0, step.after
        self.site.requests.stop_at = 0 if repair else step.kill
        try:
            self.site.publish(files, EDGES[step.edge], repair=repair, **changes)
        except Killed:
            files = files if self.live == {} or self.problems(self.live) else self.live
            if SITE_KEY not in self.edge.items:
                return
        except PublishError:
            if step.event != "other publish":
                raise
            files = self.live
        else:
            self.edge = self.site.store
        self.site.store.before_update = None
        self.site.requests.stop_at = 0
        self.live = files
        assert self.problems(files) == []

    def _happen(self, event: str) -> bool:
        """Let another program do something; return whether a refresh finds it."""
        site = self.site
        pointer = Pointer.from_text(self.edge.items[SITE_KEY]) if SITE_KEY in self.edge.items else None
        if event == "catalogue":
            # Ids go on from the minute, and the test makes more publishes in one minute than anybody does.
            site.wait(GRACE_S)
            self.orphans |= {*site.bucket.objects, *site.bucket.records, *table_prefixes(site)} - {KEY}
            site.bucket.records.pop(KEY, None)
        elif event == "store":
            site.store = MemoryStore(site.requests)
        elif event == "other publish" and self.live:
            site.store.before_update = lambda: self._publish_meanwhile({"index.html": "meanwhile"})
        elif pointer and self.edge is site.store and event in ("object", "table", "pointer"):
            if event == "object":
                keys = [key for key in sorted(site.bucket.objects) if served_key(site, pointer, key)]
                del site.bucket.objects[keys[len(keys) // 2]]
                self.has_lost = True
            else:
                key = SITE_KEY if event == "pointer" else f"t/{pointer.live.table}/0"
                site.store.update(site.store.describe().etag, {}, [key])
            return True
        return False

    def _publish_meanwhile(self, files: Mapping[str, str]) -> None:
        self.site.requests.stop_at = 0
        result = self.site.publish(files, releases=RELEASES)
        self.trees[result.release.digest] = files
        self.edge, self.live = self.site.store, files

    def _catalogue(self) -> Catalogue:
        found = self.site.bucket.records.get(KEY)
        return Catalogue.from_bytes(found[0], KEY) if found else Catalogue()

    def finish(self) -> None:
        """Publish some days later, and check that the bucket and the store have what releases need, and no more."""
        for number in range(3):
            self.take(Step({"index.html": number}, seconds=2 * DAY))
        catalogue, bucket = self._catalogue(), self.site.bucket
        assert len(catalogue.releases) <= RELEASES + 1
        records = {layout.RECORDS + release.id for release in catalogue.releases}
        manifests = [ReleaseManifest.from_bytes(bucket.records[key][0], key) for key in records]
        needed = {key for manifest in manifests for key in manifest.keys}
        assert needed <= bucket.objects.keys()
        assert bucket.objects.keys() - needed <= self.orphans
        assert bucket.records.keys() - records - {KEY} <= self.orphans
        assert len(table_prefixes(self.site) - self.orphans) <= 4


def table_prefixes(site: Site) -> set[str]:
    """Return the prefixes of the tables in the store."""
    return {"/".join(key.split("/")[:2]) for key in site.store.items if key != SITE_KEY}


def served_key(site: Site, pointer: Pointer, key: str) -> bool:
    """Return whether a file of the live release is at this key."""
    manifest = ReleaseManifest.from_bytes(site.bucket.records[layout.RECORDS + pointer.live.release][0], key)
    return any(file.key == key for name, file in manifest.files.items() if not layout.is_error_page(name))


# The release before the last one has lost an object, and is the newest that is known to be complete without the store.
@example(
    [
        Step({"404.html": 1}),
        Step({"index.html": 1}, event="object"),
        Step({"404.html": 1, "about.html": 1}, event="store"),
    ]
)
@given(st.lists(STEPS, min_size=2, max_size=8))
@settings(max_examples=60, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_any_sequence(steps: list[Step]) -> None:
    """No key gets another content, visitors get wholly one release at any time, and a day later nothing is left.

    The bucket in memory refuses a second content for a key.
    """
    world = World()

    def now() -> float:
        return world.site.bucket.now

    clock = SimpleNamespace(time=now, monotonic=now, gmtime=time.gmtime, strftime=time.strftime)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "time", clock)
        for step in steps:
            world.take(step)
        world.finish()
