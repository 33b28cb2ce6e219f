"""A publish that is killed or refused at any request, and then the same files, other files or the old ones."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from hosting.errors import HostingError
from hosting.publish.bulk import layout
from hosting.publish.bulk.shared import is_shared
from hosting.publish.staging.manifest import Manifest
from hosting.publish.staging.staged_tree import MANIFEST
from tests.unit.publish.bulk.engine import Cloud, Engine, Fault, Killed, Refused, Version
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
ONE_HEADER = A


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
        release = {
            **{"bucket": "bucket", "wanted": manifest.digest, "staging": str(folder), "files": 6, "bytes": 6},
            **{"hold": 3, "keep_assets_days": 7, "max_remove": 50, "pin": "", "allow_gap": False},
            **{"error_pages": ["404.html"], "fallback": "", "room": 2000, "route_choice": "", "rules": 1},
            **{"urn": "urn:pulumi:s::p::t::n", **inputs},
        }
        return Version(release, rules, {entry.path: entry for entry in manifest.entries})

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
            with pytest.raises((Killed, HostingError, Refused)):
                stopped.up(version)
            stopped.cloud.fault, stopped.cloud.is_dead = None, False
            stopped.cloud.now += 5
            yield stopped


def check_site(engine: Engine, version: Version) -> None:
    """Check that visitors get exactly this version."""
    paths = {*A, *B, *C, *ONE_ADDED}
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
    needs_refresh = False
    try:
        engine.up(version)
    except (HostingError, Refused) as error:
        # The documented exception: the AWS provider's state has an ETag from before the kill.
        assert "PreconditionFailed" in str(error) or "`pulumi up --refresh`" in str(error), error
        needs_refresh = True
        engine.refresh()
        engine.up(version)
    check_site(engine, version)
    assert engine.up(version) == []
    return needs_refresh


CHANGES = {
    "many": {"files": B, "css": "no-cache"},
    "one changed": {"files": ONE_CHANGED},
    "one added": {"files": ONE_ADDED},
    "one removed": {"files": ONE_REMOVED},
    "one header": {"files": A, "css": "no-cache"},
    "rules": {"files": A, "rules": "other"},
}


@pytest.mark.parametrize("refuses", [False, True], ids=["killed", "refused"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_publish_in_place_converges_from_any_request(
    version: Callable[..., Version], change: str, *, refuses: bool
) -> None:
    """Without a distribution, one update gives exactly the folder: the same files, the old ones, or others."""
    before, after, other = version(A), version(**CHANGES[change]), version(C)
    engine = published(before, atomic=False)
    points = 0
    for stopped in interrupted(engine, after, refuses=refuses):
        for target in (before, after, other):
            again = deepcopy(stopped)
            assert not converge(again, target)
            assert {key for key in again.cloud.objects if not key.startswith(".published/")} == target.files.keys()
        points += 1
    assert points >= (0 if change == "rules" else 8)


@pytest.mark.parametrize("refuses", [False, True], ids=["killed", "refused"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_publish_behind_a_distribution_converges_from_any_request(
    version: Callable[..., Version], change: str, *, refuses: bool
) -> None:
    """One update gives exactly the folder, or fails with the command that does, around UpdateFunction alone."""
    before, after, other = version(A), version(**CHANGES[change]), version(C, rules="third")
    engine = published(before, atomic=True)
    refreshed = 0
    for stopped in interrupted(engine, after, refuses=refuses):
        for target in (before, after, other):
            refreshed += converge(deepcopy(stopped), target)
    # Killed after UpdateFunction, before and after PublishFunction: three points with three targets each at most.
    assert refreshed <= 9
