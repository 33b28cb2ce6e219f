"""The list of an edge's previews, and those that are removed."""

from __future__ import annotations

from dataclasses import replace

from hosting.previews.listing import ListedPreview, invalid_values, lines, listed_previews, to_prune, without_pointer
from hosting.publish.bulk.pointer import Pointer, ReleasePointer
from hosting.publish.bulk.preview_site import PreviewMetadata

NOW = 1_800_000_000
DAY = 86_400
LIVE = ReleasePointer("AAAA", NOW - DAY, "AAAA", 1)
OLD = ListedPreview("old", "acme/site/old", NOW - 40 * DAY, NOW, is_branch=False)
NEW = ListedPreview("feature-x", "acme/site/feature-x", NOW - DAY, NOW + 3 * DAY, is_branch=True)


def test_the_previews_of_a_store() -> None:
    """Each pointer with the metadata of a preview is a preview; tables and other pointers are not."""
    items = {
        "s/feature-x": Pointer(LIVE, metadata=PreviewMetadata(NEW.owner, NEW.expires, is_branch=True)).to_text(),
        "s/other": Pointer(LIVE).to_text(),
        "t/AAAA/0": "-",
    }
    assert listed_previews(items) == [replace(NEW, text=items["s/feature-x"])]


def test_values_that_are_not_pointers() -> None:
    """They are no previews; tables, and pointers without the metadata of a preview, are other things."""
    items = {"s/b": "{}", "s/a": "x", "s/other": Pointer(LIVE).to_text(), "t/AAAA/0": "-"}
    assert (invalid_values(items), listed_previews(items)) == ({"a": "x", "b": "{}"}, [])


def test_a_line_for_each_preview() -> None:
    """It has the address, the stack, the day of the publish and the days that are left."""
    today = replace(NEW, expires=NOW + 60)
    assert list(lines([OLD, NEW, today], "example-previews.com", NOW)) == [
        "https://old.example-previews.com  acme/site/old  published 2026-12-06  expired",
        "https://feature-x.example-previews.com  acme/site/feature-x  published 2027-01-14  expires in 3 days",
        "https://feature-x.example-previews.com  acme/site/feature-x  published 2027-01-14  expires today",
    ]


def test_what_is_pruned() -> None:
    """Expired previews go, and if branches count, those of a branch that is gone; a pull request's is of no branch."""
    pull = replace(NEW, name="pr-7", is_branch=False)
    previews = [OLD, NEW, pull]
    assert list(to_prune(previews, NOW, "site", None)) == [(OLD, "expired")]
    assert list(to_prune(previews, NOW, "site", ["main", "feature/X"])) == [(OLD, "expired")]
    assert list(to_prune(previews, NOW, "site", ["main"])) == [(OLD, "expired"), (NEW, "its branch is gone")]


def test_branches_do_not_count_for_other_projects() -> None:
    """Another project on the edge has other branches; its expired previews go all the same."""
    others = [replace(OLD, owner="acme/docs/old"), replace(NEW, owner="acme/docs/feature-x"), replace(NEW, owner="x")]
    assert list(to_prune(others, NOW, "site", ["main"])) == [(others[0], "expired")]


def test_what_removed_previews_have_left() -> None:
    """A catalogue without a pointer is that of a removed preview."""
    assert without_pointer(["old/index", "gone/index", "gone/owner", "AAAA"], [OLD, NEW]) == ["gone"]
