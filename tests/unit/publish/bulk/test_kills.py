"""A publish that is killed or refused at any request, and then the same files, other files or the old ones."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from hosting.errors import HostingError
from hosting.publish.bulk import layout
from hosting.publish.bulk.shared import is_shared
from hosting.publish.staging.manifest import Manifest
from hosting.publish.staging.staged_tree import MANIFEST
from tests.unit.publish.bulk.engine import Cloud, Engine, Fault, Killed, RefusedError, Version
from tests.unit.publish.bulk.memory import Silent, entry_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

A = {"index.html": "a", "404.html": "a", "about.html": "a", "old.html": "a", "app.0a1b2c3d.js": "a", "plain.css": "a"}
# A changed page and error page, one removed and one new file, another hash, and other headers alone.
B = {"index.html": "b", "404.html": "b", "about.html": "a", "new.html": "b", "app.1b2c3d4e.js": "b", "plain.css": "a"}
C = {**A, "index.html": "c", "more.html": "c"}
ONE_CHANGED = {**A, "about.html": "b"}
ONE_ADDED = {**A, "added.html": "b"}
ONE_REMOVED = {path: text for path, text in A.items() if path != "old.html"}
# Going back from it removes more than `publish:maxRemove` allows.
MANY_ADDED = {**A, **{f"added/{number}.html": "b" for number in range(8)}}


CHANGES: dict[str, dict[str, Any]] = {
    "many": {"files": B, "css": "no-cache"},
    "one changed": {"files": ONE_CHANGED},
    "one added": {"files": ONE_ADDED},
    "one removed": {"files": ONE_REMOVED},
    "one header": {"files": A, "css": "no-cache"},
}
RULES: dict[str, dict[str, Any]] = {"rules": {"files": A, "rules": "other"}}
SETTINGS = {
    "bucket": "bucket",
    "hold": 3,
    "keep_assets_days": 7,
    "max_remove": 50,
    "pin": "",
    "error_pages": ["404.html"],
    "fallback": "",
    "room": 2000,
    "route_choice": "",
    "rules": 1,
    "urn": "urn:pulumi:s::p::t::n",
}


@pytest.fixture(autouse=True)
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no engine to report to."""
    monkeypatch.setattr("hosting.providers.release.EngineLog", lambda _: Silent())


@pytest.fixture
def version(tmp_path: Path) -> Callable[..., Version]:
    """Return a function that stages a tree, and returns what a stack with it declares."""

    def stage(files: Mapping[str, str], rules: str = "none", css: str | None = None, **inputs: Any) -> Version:  # noqa: ANN401 - any input
        entries = [entry_of(path, text, css if path.endswith(".css") else None) for path, text in files.items()]
        manifest = Manifest.of(entries)
        folder = tmp_path / manifest.digest
        folder.mkdir(exist_ok=True)
        (folder / MANIFEST).write_text(manifest.to_json())
        tree = {"wanted": manifest.digest, "staging": str(folder), "files": len(files), "bytes": len(files)}
        return Version({**SETTINGS, **tree, **inputs}, rules, {entry.path: entry for entry in manifest.entries})

    return stage


def published(version: Version, *, atomic: bool) -> Engine:
    """Return an engine with a stack that has this version."""
    engine = Engine(Cloud(), atomic=atomic)
    engine.up(version)
    return engine


def interrupted(engine: Engine, version: Version, *, refuses: bool = False) -> Iterator[Engine]:
    """Yield the stack after a kill, or a refusal, at each request of an update, before it and after it."""
    complete = deepcopy(engine)
    complete.cloud.requests.clear()
    complete.up(version)
    for number in range(1, len(complete.cloud.requests) + 1):
        for after in (False, True):
            stopped = deepcopy(engine)
            stopped.cloud.requests.clear()
            stopped.cloud.fault = Fault(number, after=after, refuses=refuses)
            with pytest.raises((Killed, HostingError, RefusedError)):
                stopped.up(version)
            stopped.cloud.fault, stopped.cloud.is_dead = None, False
            stopped.cloud.now += 5
            yield stopped


def check_site(engine: Engine, version: Version) -> None:
    """Check that visitors get exactly this version."""
    paths = {*A, *B, *C, *ONE_ADDED, *MANY_ADDED}
    seen = engine.seen(paths)
    assert {path: seen[path] for path in version.files} == version.files
    # Files with a hashed name stay for open tabs, and only behind a distribution.
    gone = {path for path in paths - version.files.keys() if not (engine.atomic and is_shared(path))}
    assert [path for path in gone if seen[path] is not None] == []
    if engine.atomic:
        assert f'"rules": "{version.rules}"' in engine.cloud.stages["LIVE"][0]
        assert engine.cloud.objects[layout.error_page("404.html")][0] == version.files["404.html"]


def converge(engine: Engine, version: Version) -> bool:
    """Update the stack to this version, and return whether that took a refresh."""
    error = ""
    try:
        engine.up(version)
    except (HostingError, RefusedError) as failure:
        error = str(failure)
        engine.refresh()
        engine.up(version)
    # The documented exception: the AWS provider's state has an ETag from before the kill.
    assert not error or "PreconditionFailed" in error or "`pulumi up --refresh`" in error, error
    check_site(engine, version)
    requests = len(engine.cloud.requests)
    assert engine.up(version) == []
    assert len(engine.cloud.requests) == requests
    return bool(error)


@pytest.mark.parametrize(("change", "refuses"), [*((one, False) for one in CHANGES), ("many", True)])
def test_a_publish_in_place_converges_from_any_request(
    version: Callable[..., Version], change: str, *, refuses: bool
) -> None:
    """Without a distribution, one update gives exactly the folder: the same files, the old ones, or others."""
    before, after, other = version(A), version(**CHANGES[change]), version(C, max_remove=100)
    points = list(interrupted(published(before, atomic=False), after, refuses=refuses))
    assert len(points) >= 8
    for stopped, target in product(points, (before, after, other)):
        again = deepcopy(stopped)
        assert not converge(again, target)
        assert {key for key in again.cloud.objects if not key.startswith(".published/")} == target.files.keys()


@pytest.mark.parametrize(("change", "refuses"), [*((one, False) for one in [*CHANGES, *RULES]), ("many", True)])
def test_a_publish_behind_a_distribution_converges_from_any_request(
    version: Callable[..., Version], change: str, *, refuses: bool
) -> None:
    """One update gives exactly the folder, or fails with the command that does, around UpdateFunction alone."""
    before, other = version(A), version(C, rules="third", max_remove=100)
    after = version(**{**CHANGES, **RULES}[change])
    points = list(interrupted(published(before, atomic=True), after, refuses=refuses))
    assert len(points) >= 6
    refreshed = sum(converge(deepcopy(stopped), target) for stopped, target in product(points, (before, after, other)))
    # Killed after UpdateFunction, before and after PublishFunction: three points with three targets each at most.
    assert refreshed <= 9


@pytest.mark.parametrize("atomic", [False, True])
def test_a_first_publish_converges_from_any_request(version: Callable[..., Version], *, atomic: bool) -> None:
    """Without a state of the release, one update publishes the same files, or others."""
    first, other = version(A), version(C, max_remove=100)
    points = list(interrupted(Engine(Cloud(), atomic=atomic), first))
    assert len(points) >= 20
    for stopped, target in product(points, (first, other)):
        converge(deepcopy(stopped), target)


@pytest.mark.parametrize("atomic", [False, True])
def test_two_publishes_that_were_killed_one_after_the_other_converge(
    version: Callable[..., Version], *, atomic: bool
) -> None:
    """B is killed, then C is killed, and then the files are taken back to A."""
    before, between, after = version(A), version(B), version(C)
    for stopped in list(interrupted(published(before, atomic=atomic), between))[::5]:
        # The second update may need a refresh, which the kill prevents: then it is one more kill at its first request.
        requests = len(stopped.cloud.requests)
        for number in range(1, 30, 3):
            again = deepcopy(stopped)
            again.cloud.fault = Fault(requests + number, after=bool(number % 2))
            with suppress(Killed, HostingError, RefusedError):
                again.up(after)
            again.cloud.fault, again.cloud.is_dead = None, False
            converge(again, before)


@pytest.mark.parametrize("atomic", [False, True])
def test_going_back_to_what_visitors_see_may_remove_any_number_of_files(
    version: Callable[..., Version], *, atomic: bool
) -> None:
    """`publish:maxRemove` is for the site that visitors see, and not for one that was never live."""
    before, after = version(A), version(MANY_ADDED)
    engine = published(before, atomic=atomic)
    stopped = list(interrupted(engine, after))
    unseen = [one for one in stopped if one.cloud.stages.get("LIVE") == engine.cloud.stages.get("LIVE")]
    assert len(unseen) >= 20
    for one in unseen:
        converge(one, before)


def test_a_repair_that_was_killed_still_invalidates_everything(version: Callable[..., Version]) -> None:
    """The next update finds nothing to restore, but the edge may have the content that another hand had written."""
    engine = published(version(A), atomic=True)
    key = next(key for key in engine.cloud.objects if key.endswith("/about.html"))
    engine.cloud.objects[key] = (entry_of("about.html", "theirs"), engine.cloud.now + 5)
    engine.refresh()
    assert engine.state["release"]["drift"] == 1
    points = list(interrupted(engine, version(A)))
    assert len(points) >= 8
    for stopped in points:
        if stopped.cloud.invalidated == engine.cloud.invalidated:
            converge(stopped, version(A))
            assert stopped.cloud.invalidated[len(engine.cloud.invalidated) :] == [["/*"]]


def test_a_rollback_converges_from_any_request(version: Callable[..., Version]) -> None:
    """Killed on its way to a release that the bucket has, one update gives that release, or the last one again."""
    old, new = version(A), version(B)
    engine = published(old, atomic=True)
    engine.cloud.now += 5
    engine.up(new)
    pinned = Version({**old.release, "wanted": "", "pin": old.release["wanted"][:8]}, "none", old.files)
    points = list(interrupted(engine, pinned))
    assert len(points) >= 8
    refreshed = sum(converge(deepcopy(stopped), target) for stopped, target in product(points, (new, pinned)))
    assert refreshed <= 6


def test_a_refused_publish_of_the_function_is_repeated_by_the_next_update(version: Callable[..., Version]) -> None:
    """The AWS provider sees no difference after PublishFunction failed; LIVE has one, which no refresh hides."""
    before, after = version(A), version(B)
    engine = published(before, atomic=True)
    for stopped in interrupted(engine, after, refuses=True):
        live, known = stopped.cloud.stages["LIVE"][0], stopped.state["function"]["code"]
        if stopped.cloud.requests[-1] == "PublishFunction" and live != known:
            refreshed = deepcopy(stopped)
            refreshed.refresh()
            for engine in (stopped, refreshed):
                assert engine.up(after) == ["published", "live"]
                assert [one for one in engine.cloud.requests if one == "PublishFunction"] == ["PublishFunction"] * 2
                check_site(engine, after)


def test_the_comparison_of_live_costs_one_request(version: Callable[..., Version]) -> None:
    """A publish reads LIVE once; an unchanged update reads nothing, and a refresh reads LIVE once."""
    engine = published(version(A), atomic=True)
    engine.cloud.requests.clear()
    assert engine.up(version(A)) == []
    assert engine.cloud.requests == []
    engine.up(version(B))
    assert [one for one in engine.cloud.requests if one.startswith("GetFunction")] == ["GetFunction LIVE"]
    engine.cloud.requests.clear()
    engine.refresh()
    assert [one for one in engine.cloud.requests if one.startswith("GetFunction")] == ["GetFunction LIVE"]


@pytest.mark.parametrize("atomic", [False, True])
def test_records_of_publishes_that_never_ended_are_removed_after_a_day(
    version: Callable[..., Version], *, atomic: bool
) -> None:
    """Nothing but the index, the marker of what is live, and the manifests of the kept releases remains."""
    prefix = layout.RECORDS if atomic else layout.IN_PLACE_RECORDS
    for stopped in list(interrupted(published(version(A), atomic=atomic), version(B)))[::2]:
        converge(stopped, version(A))
        stopped.cloud.now += 2 * 86_400
        converge(stopped, version(C))
        records = {key.removeprefix(prefix) for key in stopped.cloud.objects if key.startswith(prefix)}
        digests = [release["digest"][:16] for release in stopped.state["release"]["releases"]]
        # A release that stands on another's slot needs that one's manifest; the index names it.
        assert records - {"index", "live", *digests} == set()


def test_records_of_a_publish_under_way_stay(version: Callable[..., Version]) -> None:
    """A plan that was written a moment ago belongs to a publish that is about to name it in the index."""
    engine = published(version(A), atomic=True)
    engine.cloud.objects[f"{layout.RECORDS}plan-other"] = (b"plan", engine.cloud.now)
    engine.up(version(B))
    assert f"{layout.RECORDS}plan-other" in engine.cloud.objects
    engine.cloud.now += 2 * 86_400
    engine.up(version(A))
    assert f"{layout.RECORDS}plan-other" not in engine.cloud.objects
