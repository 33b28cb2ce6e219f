"""`prune` on an edge in memory, while others publish and fail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hosting.errors import HostingError
from hosting.previews.prune import Prune
from hosting.publish.bulk.pointer import Pointer
from hosting.publish.s3.errors import S3Error
from tests.unit.publish.bulk.test_previews import DAY, Edge, with_changes


@pytest.fixture
def edge(monkeypatch: pytest.MonkeyPatch) -> Edge:
    """Return an edge whose previews `pr-7` and `pr-8` are expired."""
    made = Edge()
    monkeypatch.setattr("hosting.previews.prune.time.time", lambda: made.bucket.now)
    for name in ("pr-7", "pr-8"):
        made.put(name, with_changes(1), base="")
    made.wait(40 * DAY)
    made.put("main", with_changes(0), base="")
    return made


def prune(edge: Edge, said: list[str], *, dry_run: bool = False) -> None:
    """Run `prune` without branches."""
    Prune(edge.bucket, edge.store, said.append).run("website", None, dry_run=dry_run)


def test_expired_previews_are_removed(edge: Edge) -> None:
    """A dry run names them and changes nothing; what a removed preview has left is deleted too."""
    said: list[str] = []
    items = dict(edge.store.items)
    prune(edge, said, dry_run=True)
    assert said[-1] == "2 of 3 previews would be removed"
    assert edge.store.items == items
    del edge.store.items["s/pr-7"]
    said.clear()
    prune(edge, said)
    assert said == [
        "removing pr-8 of the stack acme/website/pr-8: expired",
        "deleted what pr-7 had left",
        "1 of 2 previews removed",
    ]
    assert [key for key in edge.store.items if key.startswith("s/")] == ["s/main"]


def test_values_that_are_not_pointers(edge: Edge) -> None:
    """They stay if they are not asked for, and the others are removed; a dry run removes none of them."""
    edge.store.items |= {"s/pr-9": "x", "s/pr-8": "{}"}
    said: list[str] = []
    prune(edge, said)
    assert said == ["removing pr-7 of the stack acme/website/pr-7: expired", "1 of 2 previews removed"]
    assert {"s/pr-8", "s/pr-9"} <= edge.store.items.keys()
    for dry_run, verb in ((True, "would remove"), (False, "removing")):
        said.clear()
        Prune(edge.bucket, edge.store, said.append).run("website", None, dry_run=dry_run, invalid=True)
        assert said[:2] == [f"{verb} 'pr-8': its value is not a pointer", f"{verb} 'pr-9': its value is not a pointer"]
    assert "deleted what pr-7 had left" in said
    assert [key for key in edge.store.items if key.startswith("s/")] == ["s/main"]
    assert not [key for key in edge.bucket.records if "/pr-" in key]


def test_a_preview_that_is_renewed_meanwhile(edge: Edge) -> None:
    """A pointer that was written after the list stays, and the other previews are removed."""
    said: list[str] = []
    edge.store.before_update = lambda: edge.put("pr-7", with_changes(1), base="")
    with pytest.raises(HostingError, match=r"^pr-7 could not be removed, see above: run the command again$"):
        prune(edge, said)
    assert said[1] == "pr-7: The preview 'pr-7' was published meanwhile, so it was not removed: run the command again"
    assert said[-1] == "1 of 3 previews removed"
    edge.published.pop("pr-8")
    assert edge.wrong(["pr-8"]) == []


def test_an_error_of_one_preview_does_not_end_the_others(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each error is a line, and the last error names the previews that remain."""
    said: list[str] = []
    read = edge.bucket.read

    def refuse(key: str) -> object:
        if "pr-7" in key:
            raise S3Error("InternalError", "We encountered an internal error", 500)
        return read(key)

    monkeypatch.setattr(edge.bucket, "read", refuse)
    with pytest.raises(HostingError, match=r"^pr-7 could not be removed"):
        prune(edge, said)
    assert "pr-7: InternalError: We encountered an internal error" in said
    assert ("s/pr-7" in edge.store.items, "s/pr-8" in edge.store.items) == (True, False)


def test_a_preview_that_is_published_after_the_list(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a first publish has written since the list is not the rest of a removed preview."""
    items = edge.store.list()
    edge.put("pr-9", with_changes(2), base="")
    edge.bucket.now += 1
    found = iter([items])
    current = edge.store.list
    monkeypatch.setattr(edge.store, "list", lambda: next(found, None) or current())
    said: list[str] = []
    prune(edge, said)
    assert said[-1] == "2 of 3 previews removed"
    assert ".release/records/pr-9/index" in edge.bucket.records
    edge.published = {"pr-9": with_changes(2)}
    assert edge.wrong() == []


def test_a_pointer_that_is_removed_meanwhile(edge: Edge) -> None:
    """A pointer that is gone is not an error; what its preview has left is deleted."""

    def remove() -> None:
        del edge.store.items["s/pr-7"]
        edge.store.history.append(dict(edge.store.items))

    edge.store.before_update = remove
    said: list[str] = []
    prune(edge, said)
    assert said[-1] == "2 of 3 previews removed"
    assert not [key for key in edge.bucket.records if "/pr-" in key]


def test_the_pointer_has_another_owner(edge: Edge) -> None:
    """A preview that another stack has published meanwhile stays."""
    pointer = edge.pointer("pr-7")
    assert pointer.metadata is not None
    other = Pointer(pointer.live, metadata=replace(pointer.metadata, owner="acme/other/pr-7")).to_text()

    def publish() -> None:
        edge.store.items["s/pr-7"] = other
        edge.store.history.append(dict(edge.store.items))

    edge.store.before_update = publish
    with pytest.raises(HostingError, match=r"^pr-7 could not be removed"):
        prune(edge, [])
    assert edge.store.items["s/pr-7"] == other
