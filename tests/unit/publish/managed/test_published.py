"""The bucket of managed mode after publishes that were killed, and after changes by other programs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hosting.errors import HostingError, PublishError
from hosting.publish.bulk import catalogue
from hosting.publish.bulk.in_place_index import InPlaceIndex, PlacedRelease
from hosting.publish.managed.path_list import pack, unpack
from hosting.publish.s3.errors import S3Error
from tests.unit.publish.managed.memory import NOON, Bucket, Stack

if TYPE_CHECKING:
    from pathlib import Path

A = {"index.html": "home", "a.css": "one", "b.css": "one", "old.html": "old"}
B = {"index.html": "home", "a.css": "two", "b.css": "two", "new.html": "new", "new.css": "new"}
C = {"index.html": "home", "a.css": "two", "b.css": "one", "other.html": "other"}
HASHED = "app.0a1b2c3d.js"
# What bulk mode has in the bucket.
BULK = {catalogue.KEY: ""}
DAY_S = 86_400


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """Return a stack in which nothing is published."""
    return Stack(tmp_path, Bucket())


@pytest.mark.parametrize("random_etags", [False, True])
@pytest.mark.parametrize("then", [A, B, C], ids="ABC")
def test_one_publish_after_a_kill_gives_exactly_the_folder(
    tmp_path: Path,
    then: dict[str, str],
    random_etags: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """A is published, B is killed at any step, before or after it; then A, B or C: the bucket has its files alone."""
    after, killed = 0, True
    while killed:
        stack = Stack(tmp_path, Bucket(has_random_etags=random_etags))
        stack.up(A)
        killed = stack.killed(B, after=after)
        stack.up(then)
        assert stack.bucket.contents == then, after
        assert stack.objects.keys() == then.keys()
        assert stack.up(then) is False
        after += 1
    assert after > 12


def test_kills_in_a_row_leave_nothing(tmp_path: Path) -> None:
    """A, then B and C killed at any two steps, then A: no object of B or C remains."""
    for first in range(0, 18, 3):
        for second in range(0, 18, 3):
            stack = Stack(tmp_path, Bucket())
            stack.up(A)
            stack.killed(B, after=first)
            stack.killed(C, after=second)
            stack.up(A)
            assert stack.bucket.contents == A, (first, second)


def test_a_killed_first_publish(tmp_path: Path) -> None:
    """The first publish is killed at any step, and another site is published: no object of the first remains."""
    for after in range(14):
        stack = Stack(tmp_path, Bucket())
        stack.killed(A, after=after)
        stack.up(C)
        assert stack.bucket.contents == C, after


def test_headers_of_a_killed_publish_are_taken_back(stack: Stack) -> None:
    """With the same bytes the ETag is the same, but the time shows that the object was written."""
    stack.up(A)
    assert stack.killed(A, after=4, kind="text/css")
    stack.up(A)
    assert {one.headers for one in stack.bucket.objects.values()} == {("text/plain", None)}


def test_a_normal_publish_uploads_nothing_again(stack: Stack) -> None:
    """It costs one listing, and one more call if files were removed; without changes it costs nothing."""
    stack.up(A)
    stack.bucket.calls.clear()
    stack.up(B)
    assert stack.bucket.calls == {"list": 1, "delete": 1}
    assert stack.up(B) is False
    assert stack.bucket.calls == {"list": 1, "delete": 1}


def test_objects_that_the_engine_replaced_are_recorded(stack: Stack) -> None:
    """An object with the same bytes and another time is not uploaded again, but its version is new."""
    stack.up(A)
    before = json.loads(stack.record["versions"])
    stack.bucket.put("a.css", "one")
    stack.refresh()
    assert stack.up(A) is True
    after = json.loads(stack.record["versions"])
    assert {path for path in after if after[path] != before[path]} == {"a.css"}
    assert "upload" not in stack.bucket.calls


@pytest.mark.parametrize("random_etags", [False, True])
def test_a_refresh_finds_changed_and_missing_objects(
    tmp_path: Path,
    random_etags: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """The next `up` uploads them again; without a refresh, and without another publish, nothing is compared."""
    stack = Stack(tmp_path, Bucket(has_random_etags=random_etags))
    stack.up(A)
    stack.bucket.put("a.css", "bad")
    del stack.bucket.objects["old.html"]
    assert stack.up(A) is False
    stack.refresh()
    assert stack.record["drift"] == 2
    assert stack.up(A) is True
    assert stack.bucket.contents == A
    stack.refresh()
    assert stack.record["drift"] == 0
    assert stack.up(A) is False


def test_any_publish_repairs_what_another_hand_changed(stack: Stack) -> None:
    """The listing of a publish shows it without a refresh."""
    stack.up(A)
    stack.bucket.put("b.css", "bad")
    stack.up({**A, "a.css": "two"})
    assert stack.bucket.contents == {**A, "a.css": "two"}


def test_objects_of_others_are_left_alone(stack: Stack) -> None:
    """An object that no publish has written is neither drift nor removed, also after a kill."""
    stack.up(A)
    stack.bucket.put("report.pdf", "not ours")
    stack.refresh()
    assert stack.record["drift"] == 0
    stack.killed(B, after=4)
    stack.up(A)
    assert stack.bucket.contents == {**A, "report.pdf": "not ours"}


def test_bulk_mode_between_a_killed_publish_and_the_next(tmp_path: Path) -> None:
    """Behind CloudFront, bulk mode removes what managed mode and the killed publish have written, and no more."""
    for after in range(18):
        stack = Stack(tmp_path, Bucket())
        stack.up({**A, "report.pdf": "ours"})
        stack.up(A)
        # The second write is after the second of the publish that has removed the path.
        for text in ("draft", "not ours"):
            stack.bucket.put("report.pdf", text)
        stack.killed(B, after=after)
        stack.up_in_bulk_mode()
        assert stack.bucket.contents == {**BULK, "report.pdf": "not ours"}, after
        stack.up(A)
        assert stack.bucket.contents == {**A, "report.pdf": "not ours"}, after


def test_bulk_mode_after_a_killed_first_publish(tmp_path: Path) -> None:
    """Behind CloudFront, bulk mode removes what it has written, also if bulk mode's first publish is killed next."""
    for after in range(14):
        for again in range(6):
            stack = Stack(tmp_path, Bucket())
            stack.bucket.put("report.pdf", "not ours")
            stack.killed(A, after=after)
            stack.killed_in(stack.up_in_bulk_mode, after=again)
            stack.up_in_bulk_mode()
            assert stack.bucket.contents == {**BULK, "report.pdf": "not ours"}, (after, again)


def test_bulk_mode_after_a_killed_change_to_managed_mode(tmp_path: Path) -> None:
    """If the change is taken back, bulk mode removes what it has written, and without a change it makes no request."""
    for after in range(14):
        stack = Stack(tmp_path, Bucket())
        stack.up(C)
        stack.up_in_bulk_mode()
        stack.killed(A, after=after)
        stack.up_in_bulk_mode()
        assert stack.bucket.contents == BULK, after
        stack.bucket.calls.clear()
        stack.up_in_bulk_mode()
        assert stack.bucket.calls == {}


def test_what_others_wrote_before_the_first_publish_remains(tmp_path: Path) -> None:
    """Bulk mode deletes an object that the killed publish has overwritten, and not one that it did not reach."""
    reached = set()
    for after in range(14):
        stack = Stack(tmp_path, Bucket())
        stack.bucket.put("old.html", "not ours")
        yesterday = replace(stack.bucket.objects.pop("old.html"), time=NOON - timedelta(days=1))
        stack.bucket.put("report.pdf", "not ours")
        others = {**BULK, "report.pdf": "not ours"}
        stack.bucket.objects["old.html"] = yesterday
        stack.killed(A, after=after)
        found = stack.bucket.contents["old.html"]
        stack.up_in_bulk_mode()
        assert stack.bucket.contents == (others if found == "old" else {**others, "old.html": "not ours"}), after
        reached.add(found)
    assert reached == {"old", "not ours"}


def test_removed_files_with_hashed_names_remain_for_some_days(stack: Stack) -> None:
    """Open pages still refer to them. The first publish after their days removes them; they are never drift."""
    stack.keep_days = 7
    stack.up({**A, HASHED: "app"})
    stack.up(A)
    assert stack.bucket.contents == {**A, HASHED: "app"}
    assert json.loads(stack.record["retained"]) == {HASHED: 1_000_000}
    del stack.bucket.objects[HASHED]
    stack.refresh()
    assert stack.record["drift"] == 0
    stack.bucket.put(HASHED, "app")
    stack.files.time += 7 * DAY_S - 1
    stack.up(C)
    assert stack.bucket.contents == {**C, HASHED: "app"}
    stack.files.time += 1
    stack.up(A)
    assert stack.bucket.contents == A
    assert json.loads(stack.record["retained"]) == {}
    assert HASHED not in json.loads(stack.record["versions"])


def test_a_retained_file_can_come_back(stack: Stack) -> None:
    """It is published again, with the same or other content, and its days begin anew with its next removal."""
    stack.keep_days = 7
    for content in ("app", "app, changed"):
        stack.up({**A, HASHED: content})
        stack.up(A)
        stack.files.time += DAY_S
    assert json.loads(stack.record["retained"]) == {HASHED: 1_000_000 + DAY_S}
    stack.up({**A, HASHED: "app"})
    assert json.loads(stack.record["retained"]) == {}
    assert stack.bucket.contents == {**A, HASHED: "app"}


def test_without_days_removed_files_go_at_once(stack: Stack) -> None:
    """With publish:keepAssetsDays 0 nothing is retained, and what was retained goes, without another publish."""
    stack.keep_days = 7
    stack.up({**A, HASHED: "app"})
    stack.up(A)
    stack.keep_days = 0
    assert stack.up(A) is True
    assert stack.bucket.contents == A


def test_assets_of_a_killed_publish_remain_for_its_pages(stack: Stack) -> None:
    """Visitors may have loaded a page of the killed publish, which refers to its assets."""
    stack.keep_days = 7
    stack.up(A)
    stack.killed({**B, HASHED: "app"}, after=100)
    stack.record["publish_marker"] = "earlier"
    stack.up(A)
    assert stack.bucket.contents == {**A, HASHED: "app"}


def test_a_change_to_bulk_mode_removes_the_files(stack: Stack) -> None:
    """Objects that bulk mode has written under the same key remain; without it the record is only replaced."""
    stack.up(A)
    stack.files.delete("id", stack.record)
    assert stack.bucket.contents == A
    index = InPlaceIndex(PlacedRelease("digest", "", 1, 1)).to_bytes().decode()
    stack.bucket.put(".published/index", index)
    stack.bucket.put("index.html", "home")
    stack.files.delete("id", stack.record)
    assert stack.bucket.contents == {".published/index": index, "index.html": "home"}
    stack.files.delete("id", stack.record)
    assert stack.bucket.calls["delete"] == 1


def test_behind_cloudfront_no_file_is_kept(stack: Stack) -> None:
    """Bulk mode has other keys there."""
    stack.up(A)
    stack.bucket.put(".release/records/index", "")
    stack.files.delete("id", stack.record)
    assert stack.bucket.contents == {".release/records/index": ""}


def test_only_a_first_publish_and_one_after_a_kill_look_for_bulk_mode(stack: Stack) -> None:
    """Each such publish is one request more."""
    stack.up(A)
    stack.up(B)
    assert stack.bucket.calls["read"] == 1
    stack.killed(C, after=2)
    stack.up(A)
    assert stack.bucket.calls["read"] == 2


def test_records_that_the_site_itself_publishes_are_not_deleted(stack: Stack) -> None:
    """Managed mode may publish any key, also one at which bulk mode had a record."""
    index = InPlaceIndex().to_bytes().decode()
    stack.bucket.put(".published/index", index)
    stack.up({**A, ".published/index": index})
    assert stack.bucket.contents == {**A, ".published/index": index}


def test_damaged_records_of_bulk_mode_are_an_error(stack: Stack) -> None:
    """The message says what to do."""
    stack.bucket.put(".published/index", "not an index")
    with pytest.raises(PublishError, match="remove it to publish everything again"):
        stack.up(A)


def test_another_bucket_has_another_record(stack: Stack) -> None:
    """The engine has uploaded all files to it; the objects of the old one are deleted with it."""
    stack.up(A)
    stack.record["bucket"] = "before"
    assert stack.up(A) is True
    assert stack.bucket.calls == {"list": 2, "read": 1}


def test_a_tree_that_was_staged_again_is_not_uploaded(stack: Stack) -> None:
    """Only a file with the declared fingerprint is uploaded."""
    stack.up(A)
    stack.record["drift"] = 1
    for path, entries in (("a.css", {**A, "a.css": "three"}), ("c.css", {**A, "c.css": "x"})):
        inputs: dict[str, Any] = {**stack.record, "entries": json.dumps(entries), "publish_marker": "another"}
        with pytest.raises(PublishError, match="has changed in the staged tree: run `pulumi up` again"):
            stack.files.update("id", stack.record, inputs)
        assert path in entries


def test_an_error_says_what_visitors_get_and_what_to_do(stack: Stack) -> None:
    """The record is not stored, so the next `up` finishes the publish."""

    def refuse(_: str) -> None:
        raise S3Error("AccessDenied", "no")

    stack.up(A)
    stack.bucket.before_call = refuse
    with pytest.raises(HostingError, match=r"may get a mix .*AccessDenied: no\. Run `pulumi up` again"):
        stack.up(B)
    with pytest.raises(HostingError, match="could not be removed"):
        stack.files.delete("id", stack.record)
    before = dict(stack.record)
    stack.refresh()
    assert stack.record == before


def test_paths_in_the_state_are_short() -> None:
    """A list of paths is compressed, and any path comes back."""
    paths = [f"docs/guide/page-{number}.html" for number in range(1000)]
    assert len(pack(paths)) < sum(map(len, paths)) / 4
    assert unpack(pack(["ü", "a b", "a\nb"])) == ["a\nb", "a b", "ü"]
    assert unpack(pack([])) == []
