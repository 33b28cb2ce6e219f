"""Publishes without CloudFront, where both modes have the same keys, killed at any request."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING

import pytest

from hosting.providers.published_files import PublishedFilesProvider
from hosting.publish.bulk import layout
from hosting.publish.managed.path_list import pack
from hosting.publish.staging.manifest import Manifest
from hosting.publish.staging.staged_paths import MANIFEST
from tests.unit.publish.bulk.engine import Cloud, Engine, Version
from tests.unit.publish.bulk.memory import Killed, Log, entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from hosting.publish.staging.manifest import ManifestEntry

# Files have the same size in all versions, so that a listing does not show their content.
A = {"index.html": "a", "about.html": "a", "old.html": "a", "style.css": "a"}
B = {"index.html": "b", "about.html": "a", "new.html": "b", "style.css": "b"}
C = {"index.html": "c", "about.html": "b", "other.html": "c", "style.css": "a"}
OTHERS = "report.pdf"
SETTINGS = {
    "bucket": "bucket",
    "store": "",
    "releases_kept": 3,
    "keep_assets_days": 0,
    "max_remove": 100,
    "rollback_to": "",
    "urn": "urn:pulumi:s::p::t::n",
}


class SwitchingEngine(Engine):
    """An engine with a stack without CloudFront, in either mode. What the program no longer declares goes last."""

    def switch(self, mode: str, version: Version) -> list[str]:
        """Update the stack, and return the names of the resources that changed."""
        if mode == "bulk":
            self.up(version)
            if "published files" in self.state:
                self._files().delete("id", self.state["published files"])
                self.forget("published files")
            for name in [name for name in self.state if name.startswith("object ")]:
                # The objects have the option retainOnDelete.
                self.forget(name)
        else:
            self._up_managed(version)
            if "release" in self.state:
                self.release_provider().delete(self.ids["release"], self.state["release"])
                self.forget("release")
        return self.changed

    def _up_managed(self, version: Version) -> None:
        self.changed = []
        fingerprints = {path: entry.fingerprint for path, entry in version.files.items()}
        markers = self.mark({"content": json.dumps(fingerprints), "paths": pack(fingerprints)})
        for path, entry in version.files.items():
            if self.state.get(f"object {path}") != {"entry": entry.fingerprint}:
                self.cloud.upload(None, path, entry)  # type: ignore[arg-type]  # it reads no file
                self.state[f"object {path}"] = {"entry": entry.fingerprint}
                self.changed.append(path)
        inputs = {name: version.release[name] for name in ("bucket", "staging", "keep_assets_days", "urn")}
        files = {**inputs, **markers, "entries": json.dumps(fingerprints)}
        self.apply("published files", self._files(), files)
        for name in [name for name in self.state if name.startswith("object ") and name[7:] not in fingerprints]:
            self.forget(name)

    def _files(self) -> PublishedFilesProvider:
        provider = PublishedFilesProvider()
        provider.bucket_client = lambda _: self.cloud  # type: ignore[assignment, method-assign]
        return provider


@pytest.fixture(autouse=True)
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no engine to report to."""
    for module in ("release.EngineLog", "engine_log.EngineLog"):
        monkeypatch.setattr(f"hosting.providers.{module}", lambda _: Log())


@pytest.fixture
def stage(tmp_path: Path) -> Callable[[Mapping[str, str]], Version]:
    """Return a function that stages a tree, and returns what a stack with it declares."""

    def staged(files: Mapping[str, str]) -> Version:
        manifest = Manifest.of(entries(files).values())
        folder = tmp_path / manifest.digest
        folder.mkdir(exist_ok=True)
        (folder / MANIFEST).write_text(manifest.to_json())
        digests = {"release_digest": manifest.digest, "files_digest": manifest.digest}
        tree = {**digests, "staging": str(folder), "files": len(files), "bytes": len(files)}
        return Version({**SETTINGS, **tree}, {entry.path: entry for entry in manifest.entries})

    return staged


def published(mode: str, version: Version, *, is_fast: bool = False) -> SwitchingEngine:
    """Return an engine with a stack in this mode, and an object of another program in its bucket."""
    cloud = Cloud(seconds=0 if is_fast else 0.3)
    engine = SwitchingEngine(cloud)
    cloud.objects[OTHERS] = (entries({OTHERS: "x"})[OTHERS], cloud.now)
    engine.switch(mode, version)
    cloud.always = frozenset(A.keys() & B.keys())
    return engine


def kills(engine: SwitchingEngine, mode: str, version: Version) -> Iterator[SwitchingEngine]:
    """Yield the stack after a kill at each request of an update, before it and after it."""
    number, killed = 1, True
    while killed:
        for after in (False, True):
            stopped = deepcopy(engine)
            stopped.cloud.requests, stopped.cloud.kill_at, stopped.cloud.kill_after = 0, number, after
            try:
                stopped.switch(mode, version)
                killed = False
            except Killed:
                pass
            stopped.cloud.kill_at, stopped.cloud.is_dead = 0, False
            yield stopped
        number += 1


def check(engine: SwitchingEngine, mode: str, files: Mapping[str, ManifestEntry]) -> None:
    """Check that the bucket has exactly these files, and records of this mode alone."""
    found = {key: content for key, (content, _) in engine.cloud.objects.items()}
    records = {key for key in found if key.startswith(layout.IN_PLACE_RECORDS)}
    assert {key: found[key] for key in found.keys() - records} == {**files, **entries({OTHERS: "x"})}
    # A publish that is killed between its plan and the index leaves the plan, which bulk mode deletes a day later.
    plans = {key for key in records if key.startswith(f"{layout.IN_PLACE_RECORDS}plan-")}
    assert len(plans) <= 1
    # A resource that was created before the switch was taken back does not write its id again.
    owner = {layout.IN_PLACE_RECORDS + layout.OWNER} if mode == "bulk" else set()
    assert len(records - plans - owner) == (2 if mode == "bulk" else 0)


@pytest.mark.parametrize("then", [A, B], ids=["same", "other"])
@pytest.mark.parametrize(("before", "after"), [("managed", "bulk"), ("bulk", "managed")])
def test_a_switch_within_a_second_of_the_last_publish(
    stage: Callable[..., Version], before: str, after: str, then: Mapping[str, str]
) -> None:
    """Objects that the new mode has written are not deleted, also if neither their time nor their ETag has changed."""
    engine = published(before, stage(A), is_fast=True)
    engine.switch(after, stage(then))
    check(engine, after, stage(then).files)
    assert engine.switch(after, stage(then)) == []


@pytest.mark.parametrize("seconds", [0, 5])
@pytest.mark.parametrize("then", [A, B], ids=["same", "other"])
@pytest.mark.parametrize(("before", "after"), [("managed", "bulk"), ("bulk", "managed")])
def test_one_more_update_completes_a_killed_switch(
    stage: Callable[..., Version], before: str, after: str, then: Mapping[str, str], seconds: int
) -> None:
    """Visitors miss no file at any time, and the files and the records of the other mode are gone."""
    engine = published(before, stage(A))
    points = list(kills(engine, after, stage(then)))
    assert len(points) > 16
    for stopped in points:
        stopped.cloud.now += seconds
        stopped.switch(after, stage(then))
        check(stopped, after, stage(then).files)
        assert stopped.switch(after, stage(then)) == []


@pytest.mark.parametrize("then", [A, B, C], ids=["old", "same", "other"])
def test_a_killed_publish_in_bulk_mode(stage: Callable[..., Version], then: Mapping[str, str]) -> None:
    """One more update gives exactly the folder: the old files, the same ones, or others."""
    for stopped in kills(published("bulk", stage(A)), "bulk", stage(B)):
        stopped.cloud.now += 5
        stopped.switch("bulk", stage(then))
        check(stopped, "bulk", stage(then).files)
        assert stopped.switch("bulk", stage(then)) == []


@pytest.mark.parametrize("then", [A, B], ids=["same", "other"])
def test_a_killed_switch_to_bulk_mode_can_be_taken_back(stage: Callable[..., Version], then: Mapping[str, str]) -> None:
    """Managed mode deletes what the killed publish has added, and its records, so a later switch does not use them."""
    engine = published("managed", stage(A))
    for stopped in kills(engine, "bulk", stage(B)):
        stopped.cloud.now += 5
        stopped.switch("managed", stage(then))
        check(stopped, "managed", stage(then).files)
        stopped.cloud.now += 5
        stopped.switch("bulk", stage(B))
        check(stopped, "bulk", stage(B).files)


def test_a_killed_switch_to_managed_mode_can_be_taken_back(stage: Callable[..., Version]) -> None:
    """Bulk mode compares each object, as its records are of an earlier publish."""
    engine = published("bulk", stage(A))
    for stopped in kills(engine, "managed", stage(A)):
        stopped.cloud.now += 5
        stopped.switch("bulk", stage(A))
        check(stopped, "bulk", stage(A).files)


@pytest.mark.parametrize("seconds", [0, 5])
@pytest.mark.parametrize("then", [A, B, C], ids=["old", "same", "other"])
@pytest.mark.parametrize("first", [True, False], ids=["first", "later"])
def test_a_switch_to_bulk_mode_after_a_killed_publish(
    stage: Callable[..., Version], then: Mapping[str, str], seconds: int, *, first: bool
) -> None:
    """Bulk mode deletes what the killed publish has added, of which managed mode has no record."""
    engine = SwitchingEngine(Cloud()) if first else published("managed", stage(A))
    engine.cloud.objects[OTHERS] = (entries({OTHERS: "x"})[OTHERS], engine.cloud.now)
    for stopped in kills(engine, "managed", stage(B)):
        stopped.cloud.now += seconds
        stopped.switch("bulk", stage(then))
        check(stopped, "bulk", stage(then).files)
        assert stopped.switch("bulk", stage(then)) == []


def test_a_switch_to_bulk_mode_keeps_what_others_wrote_before_the_first_publish(stage: Callable[..., Version]) -> None:
    """Bulk mode deletes an object that the killed publish has overwritten, and not one that it did not reach."""
    engine, others = SwitchingEngine(Cloud()), entries({"new.html": "x", OTHERS: "x"})
    engine.cloud.objects = {path: (entry, engine.cloud.now - 3600) for path, entry in others.items()}
    reached = set()
    for stopped in kills(engine, "managed", stage(B)):
        stopped.cloud.now += 5
        is_ours = stopped.cloud.objects["new.html"][0] != others["new.html"]
        stopped.switch("bulk", stage(A))
        check(stopped, "bulk", {**stage(A).files, **({} if is_ours else {"new.html": others["new.html"]})})
        reached.add(is_ours)
    assert reached == {True, False}


@pytest.mark.parametrize("second", ["managed", "bulk"])
def test_a_switch_to_bulk_mode_after_two_kills(stage: Callable[..., Version], second: str) -> None:
    """Bulk mode deletes what the killed publish of managed mode has added, if another one is killed next."""
    for stopped in list(kills(published("managed", stage(A)), "managed", stage(B)))[::5]:
        stopped.cloud.now += 5
        for again in kills(stopped, second, stage(C)):
            again.cloud.now += 5
            again.switch("bulk", stage(A))
            check(again, "bulk", stage(A).files)


def test_a_killed_publish_of_managed_mode_after_bulk_mode(stage: Callable[..., Version]) -> None:
    """If the switch to managed mode is taken back, bulk mode deletes what the killed publish has added."""
    for stopped in kills(published("bulk", stage(A)), "managed", stage(B)):
        stopped.cloud.now += 5
        stopped.switch("bulk", stage(A))
        check(stopped, "bulk", stage(A).files)


def test_a_switch_to_bulk_mode_keeps_what_others_have_written(stage: Callable[..., Version]) -> None:
    """Another program may write an object where the site had a file before."""
    engine = published("managed", stage(A))
    engine.switch("managed", stage(C))
    engine.cloud.now += 5
    del engine.cloud.objects[OTHERS]
    engine.cloud.objects["old.html"] = (entries({OTHERS: "x"})[OTHERS], engine.cloud.now)
    engine.cloud.now += 5
    engine.switch("bulk", stage(C))
    assert "old.html" in engine.cloud.objects
    del engine.cloud.objects["old.html"]
    engine.cloud.objects[OTHERS] = (entries({OTHERS: "x"})[OTHERS], engine.cloud.now)
    check(engine, "bulk", stage(C).files)
