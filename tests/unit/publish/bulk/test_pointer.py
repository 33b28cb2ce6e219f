"""The pointer: it fits a value of the store, and names all that the edge needs to serve a release."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hosting.edge.rule_tables import MAX_VALUE_BYTES
from hosting.errors import PublishError
from hosting.publish.bulk.manifests import ReleaseManifest, StoredFile
from hosting.publish.bulk.pointer import (
    GRACE_S,
    Pointer,
    ReleasePointer,
    TableOwner,
    first_pointer,
    next_pointer,
    pointer_to_table,
    store_tables,
)
from hosting.publish.bulk.release_edge import ReleaseEdge
from hosting.publish.bulk.table import GONE, build_table, split_changes
from tests.unit.publish.bulk.memory import entries

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = 1_795_800_000
# The heads of the rule tables of a site with thousands of rules.
TABLES = {
    "redirects": {"id": "AbCd-_12", "slash": True, "exact": [1234, 8], "folder": [321, 16], "rest": [1, 0]},
    "headers": {"id": "EfGh-_34", "exact": [1234, 8], "folder": [321, 16], "rest": [1, 0]},
}


def manifest(publishes: Mapping[str, str], edge: ReleaseEdge | None = None) -> ReleaseManifest:
    """Return the manifest of a release with the publish of each file."""
    files = {
        path: StoredFile(path, entry, publishes[path]) for path, entry in entries(dict.fromkeys(publishes, "x")).items()
    }
    return ReleaseManifest(files, edge=edge or ReleaseEdge())


def table_pointer(release: str, live: ReleaseManifest, time: int = NOW) -> ReleasePointer:
    """Return the pointer to a release with its own table."""
    return first_pointer(release, time, live, build_table(live.publishes, live.edge.index_document))


def follow(
    current: Pointer, live: ReleaseManifest, new: ReleaseManifest, release: str = "AAAB", time: int = NOW
) -> Pointer:
    """Return the pointer to the next release, with its own table if it needs one."""
    inline = next_pointer(first_pointer(release, time, new), new, TableOwner(current.live, live), current)
    return inline or pointer_to_table(table_pointer(release, new, time), current)


def size(pointer: Pointer) -> int:
    """Return the size of a pointer in the store."""
    return len(pointer.to_text().encode())


def numbered(count: int, changed: int = 0, publish: str = "AAAB") -> dict[str, str]:
    """Return files of which the first ones are from another publish."""
    return {f"{number}.html": publish if number < changed else "AAAA" for number in range(count)}


def test_text_of_a_pointer() -> None:
    """A pointer with a previous release is read as it was written, and names the tables of both."""
    live = manifest({"a b.html": "AAAA"}, ReleaseEdge(app_page="a b.html", tables=TABLES))
    one = Pointer(table_pointer("AAAA", live))
    two = pointer_to_table(table_pointer("AAAB", manifest({"ä.html": "AAAB"})), one)
    assert Pointer.from_text(one.to_text()) == one
    assert Pointer.from_text(two.to_text()) == two
    assert one.live.app_page == "/.release/o/AAAA/a%20b.html"
    assert two.releases == {"AAAA", "AAAB"}
    assert two.store_tables == {"t/AAAA/", "t/AAAB/", "r/AbCd-_12/", "r/EfGh-_34/"}


def changed(**fields: object) -> str:
    """Return a pointer of a preview with other fields; a field that is None is left out."""
    value = json.loads(Pointer(table_pointer("AAAA", manifest({"a.html": "AAAA"}))).to_text())
    value |= {"w": "acme/website/pr-7", "z": NOW, **fields}
    return json.dumps({key: one for key, one in value.items() if one is not None})


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "{}", "[]", "7", "null", '"p"', "[" * 1000),
        *(changed(r=None), changed(r=1), changed(d="1"), changed(d=True), changed(d=-1), changed(d=1 << 40)),
        *(changed(n=1 << 30), changed(u=[]), changed(u={"redirects": {}}), changed(u={"redirects": "x"})),
        *(changed(p="x"), changed(p={}), changed(w=7), changed(z="1"), changed(z=None), changed(h=1)),
    ],
)
def test_a_value_that_is_not_a_pointer(text: str) -> None:
    """Other programs and versions may write any value; none of them is read in part."""
    assert Pointer.from_text(text) is None
    assert Pointer.from_text(changed()) is not None


def test_few_changes_stand_in_the_pointer() -> None:
    """The next release uses the same table, and the edge needs no previous release while that has arrived."""
    live, new = manifest(numbered(100)), manifest({**numbered(99, 2), "new.html": "AAAB"})
    found = follow(Pointer(table_pointer("AAAA", live)), live, new, time=NOW + GRACE_S)
    assert (found.live.table, found.previous) == ("AAAA", None)
    assert sorted(split_changes(found.live.changes).values()) == ["----", "AAAB", "AAAB", "AAAB"]


def test_a_table_that_may_not_have_arrived_keeps_the_previous_release() -> None:
    """Within 10 minutes of a new table, the pointer of the next release still has the release before that table."""
    live = manifest(numbered(3))
    old = Pointer(table_pointer("AAAA", live))
    new = pointer_to_table(table_pointer("AAAB", live, NOW), old)
    changed = manifest(numbered(3, 1, "AAAC"))
    early = follow(new, live, changed, "AAAC", NOW + GRACE_S - 1)
    late = follow(new, live, changed, "AAAC", NOW + GRACE_S)
    assert (early.live.table, early.previous) == ("AAAB", old.live)
    assert (late.live.table, late.previous) == ("AAAB", None)


def test_other_rules_keep_the_previous_release() -> None:
    """The tables of the rules may not have arrived yet, although the table of the files has."""
    live = manifest(numbered(3))
    old = Pointer(table_pointer("AAAA", live))
    found = follow(old, live, replace(live, edge=ReleaseEdge(tables=TABLES)), time=NOW + GRACE_S)
    assert (found.live.table, found.previous) == ("AAAA", old.live)
    assert store_tables(found.live) == {"t/AAAA/", "r/AbCd-_12/", "r/EfGh-_34/"}


def test_another_index_document_needs_a_table() -> None:
    """The names of all pages change with it."""
    live = manifest(numbered(3))
    new = replace(live, edge=ReleaseEdge(index_document="home.html"))
    assert follow(Pointer(table_pointer("AAAA", live)), live, new).live.table == "AAAB"


@pytest.mark.parametrize("edge", [ReleaseEdge(), ReleaseEdge(tables=TABLES)], ids=["plain", "rules"])
@pytest.mark.parametrize("next_edge", [ReleaseEdge(), ReleaseEdge(tables=TABLES)], ids=["then plain", "then rules"])
def test_a_pointer_fits_a_value_of_the_store(edge: ReleaseEdge, next_edge: ReleaseEdge) -> None:
    """However many changes stand in a pointer, the next release fits beside it, also with the first rule tables."""
    files = numbered(120)
    live = manifest(files, edge)
    start = Pointer(table_pointer("AAAA", live))
    inline = 0
    for changed in range(1, 100):
        found = follow(start, live, manifest({**files, **numbered(changed, changed)}, edge))
        inline += found.live.table == "AAAA"
        after = follow(found, manifest({**files, **numbered(changed, changed)}, edge), manifest({}, next_edge), "AAAC")
        assert max(size(found), size(after)) <= MAX_VALUE_BYTES
        assert after.live.table == "AAAC" or len(split_changes(after.live.changes)) < 120
    assert inline >= (70 if edge.tables else 95)


def test_paths_that_do_not_fit_a_pointer_are_refused() -> None:
    """The error page, the app's page and the page of `/` stand in the pointer; the message has the longest of them."""
    page = "ä" * 400 + ".html"
    live = manifest({page: "AAAA"}, ReleaseEdge(app_page=page))
    with pytest.raises(PublishError, match=r"nothing was uploaded.*shorten '/.release/o/AAAA/%C3"):
        pointer_to_table(table_pointer("AAAA", live), None)


def test_a_change_with_the_hash_of_another_file_needs_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """The edge would find it for the other file, too."""
    live = manifest(numbered(3))
    start = Pointer(table_pointer("AAAA", live))
    monkeypatch.setattr("hosting.publish.bulk.pointer.changed_records", lambda *_: None)
    assert follow(start, live, manifest(numbered(3, 1))).live.table == "AAAB"


def test_a_removed_file_stands_in_the_pointer() -> None:
    """Its record says so, as its table still has it."""
    live = manifest(numbered(2))
    found = follow(Pointer(table_pointer("AAAA", live)), live, manifest(numbered(1)))
    assert list(split_changes(found.live.changes).values()) == [GONE]
