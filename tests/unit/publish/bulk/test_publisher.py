"""Publishing behind a distribution, in memory: what is uploaded, switched, kept and deleted."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from hosting.aws.key_value_store_errors import StoreError, StoreFullError, StoreUnavailableError
from hosting.errors import PublishError
from hosting.publish.bulk import current, layout, switch
from hosting.publish.bulk.catalogue import KEY, Catalogue, StoredRelease
from hosting.publish.bulk.pointer import GRACE_S, SITE_KEY, Pointer
from hosting.publish.bulk.release_edge import ReleaseEdge
from hosting.publish.bulk.rollback import release_to_restore
from hosting.publish.s3.errors import S3Error
from tests.unit.publish.bulk.memory import Killed, Site, entries

if TYPE_CHECKING:
    from collections.abc import Iterable

A = {
    "index.html": "home A",
    "about.html": "about A",
    "docs/index.html": "docs",
    "app.1a2b3c4d.js": "js A",
    "same.txt": "same",
}
B = {
    "index.html": "home B",
    "about.html": "about B",
    "docs/index.html": "docs",
    "app.2a3b4c5d.js": "js B",
    "same.txt": "same",
}
DAY = 86_400


def key_of(site: Site, path: str) -> str:
    """Return the key of the only object that a path has had."""
    (key,) = (key for key in site.site_keys() if key.endswith(f"/{path}"))
    return key


def many(count: int, text: str = "one") -> dict[str, str]:
    """Return a site with more files than a pointer has room for changes."""
    return {f"section-{n % 7}/page-{n}.html": f"{text} {n}" for n in range(count)}


def pointer(site: Site) -> Pointer:
    """Return the site's pointer."""
    found = Pointer.from_text(site.store.items[SITE_KEY])
    assert found is not None
    return found


def test_first_publish() -> None:
    """A first publish uploads each file once, and visitors get all of them with the write of the pointer."""
    site = Site()
    result = site.publish(A)
    assert site.problems(A, ["missing.html", "about"]) == []
    assert len(site.bucket.uploaded) == len(A)
    assert site.store.updates == 1
    assert result.catalogue.complete[0].digest == result.release.digest
    assert site.publisher(A).preview() == (
        f"0 to add, 0 to change, 0 to remove, 0 bytes to send (back to release {result.release.digest[:12]})"
    )


def test_one_changed_file() -> None:
    """One changed file is three PUTs (catalogue, file, manifest) and one write of the pointer, without a table."""
    site = Site()
    site.publish(A)
    puts, table = site.bucket.puts, pointer(site).live.table
    files = {**A, "about.html": "changed"}
    assert site.publisher(files).preview() == "0 to add, 1 to change, 0 to remove, 7 bytes to send"
    site.publish(files)
    assert site.problems(files) == []
    assert (site.bucket.puts - puts, site.store.updates, pointer(site).live.table) == (3, 2, table)


def test_one_changed_file_takes_six_round_trips(monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue and the manifest are read while the store is; then four writes follow each other."""
    site, calls, both_read = Site(), [], threading.Barrier(2, timeout=60)
    site.publish(A)

    def record(place: object, name: str) -> None:
        original = getattr(place, name)

        def call(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - any call
            is_record = threading.current_thread().name.startswith("records")
            calls.append((is_record, name))
            if name == "describe" or (is_record and calls.count((True, "read")) == 1):
                both_read.wait()
            return original(*arguments, **options)

        monkeypatch.setattr(place, name, call)

    for name in ("read", "write", "upload", "list", "copy"):
        record(site.bucket, name)
    for name in ("describe", "get", "update"):
        record(site.store, name)
    site.publish({**A, "about.html": "changed"})
    assert [name for is_record, name in calls if is_record] == ["read", "read"]
    assert [name for is_record, name in calls if not is_record] == [
        *("describe", "get", "write", "upload", "write", "update")
    ]


def test_another_publish_ends_while_the_records_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the pointer names a release that the catalogue did not have when it was read, the catalogue is read again."""
    site, has_read, digests = Site(), threading.Event(), []
    site.publish(A)
    publisher, read, view = site.publisher(B), current._read_records, switch.view

    def read_records(*arguments: Any) -> Any:  # noqa: ANN401 - as the function
        found = read(*arguments)
        has_read.set()
        return found

    def view_after_another(*arguments: Any) -> Any:  # noqa: ANN401 - as the function
        assert has_read.wait(60)
        monkeypatch.setattr(current, "view", view)
        digests.append(site.publish({**A, "about.html": "later"}).release.digest)
        return view(*arguments)

    monkeypatch.setattr(current, "_read_records", read_records)
    monkeypatch.setattr(current, "view", view_after_another)
    assert publisher.preview().startswith("1 to add, 2 to change, 1 to remove")
    assert publisher.is_live(digests[0])


def test_publishing_again_changes_nothing() -> None:
    """A publish of the live release makes no write, also if it compares each object."""
    site = Site()
    site.publish(A)
    puts = site.bucket.puts
    site.publish(A)
    site.publish(A, repair=True)
    assert (site.bucket.puts, site.store.updates) == (puts, 1)


def test_many_changes_get_a_table() -> None:
    """More changes than a pointer has room for get a table of their own; the pointer is in the last write."""
    site = Site()
    site.publish(many(6000))
    files = many(6000, "two")
    site.publish(files)
    assert site.problems(files) == []
    assert pointer(site).live.table == pointer(site).live.release
    assert pointer(site).previous is not None
    assert SITE_KEY not in site.store.history[1]


def test_changes_add_up_until_they_need_a_table() -> None:
    """Changes of several publishes stand in the pointer together; when they do not fit any more, a table is written."""
    site = Site()
    files = many(200)
    site.publish(files)
    first, tables = pointer(site).live.table, set()
    for number in range(24):
        site.wait(GRACE_S)
        files |= {f"section-{n % 7}/page-{n}.html": f"v{number}" for n in range(number * 10, number * 10 + 10)}
        site.publish(files)
        assert site.problems(files) == []
        tables.add(pointer(site).live.table)
    assert first in tables
    assert len(tables) == 3


def test_a_removed_file_is_unknown() -> None:
    """A removed file is unknown after the switch, whether the pointer or a table says so."""
    site = Site()
    site.publish({**A, **many(150)})
    site.publish(A, max_remove=100)
    assert site.problems(A, [*many(150)]) == []
    less = {path: text for path, text in A.items() if path != "about.html"}
    site.publish(less)
    assert site.problems(less, ["about.html"]) == []


def test_moved_files_are_copied() -> None:
    """A file with the same content under another path, or with other headers, is copied inside of S3."""
    site = Site()
    site.publish(A)
    files = {**{path: text for path, text in A.items() if path != "about.html"}, "team.html": A["about.html"]}
    sent = len(site.bucket.uploaded)
    site.publish(files)
    assert site.problems(files) == []
    assert (len(site.bucket.uploaded) - sent, len(site.bucket.copied)) == (0, 1)


def test_rollback_uploads_nothing() -> None:
    """Both ways back, the old files and `publish:release`, upload no file."""
    site = Site()
    first = site.publish(A)
    site.publish(B)
    sent = len(site.bucket.uploaded)
    site.publish(A)
    assert site.problems(A) == []
    site.publish(B)
    site.publish(B, rollback_to=first.release.digest[:6], digest="")
    assert site.problems(A) == []
    assert (len(site.bucket.uploaded), site.bucket.copied) == (sent, [])


def test_unknown_release() -> None:
    """`publish:release` with digits that no release has lists the releases in the bucket."""
    site = Site()
    digest = site.publish(A).release.digest
    with pytest.raises(PublishError, match=f"is not a release in the bucket.*\n  - {digest[:12]}  .*  5 files"):
        site.publish(A, rollback_to="0000", digest="")
    two = (
        StoredRelease("AAAA", "abc1", 0, 1, 1, is_complete=True),
        StoredRelease("AAAB", "abc2", 0, 1, 1, is_complete=True),
    )
    with pytest.raises(PublishError, match="names more than one release"):
        release_to_restore(Catalogue(two), "abc")


def test_open_pages_get_their_assets() -> None:
    """A removed file with a hashed name stays reachable for `publish:keepAssetsDays`, then it is deleted."""
    site = Site()
    site.publish(A)
    site.publish(B)
    assert site.served("app.1a2b3c4d.js") == entries(A)["app.1a2b3c4d.js"].sha256
    assert site.served("app.2a3b4c5d.js") == entries(B)["app.2a3b4c5d.js"].sha256
    site.wait(8 * DAY)
    for number in range(4):
        site.publish({**B, "about.html": f"about {number}"})
        site.wait(GRACE_S)
    assert site.served("app.1a2b3c4d.js") is None
    assert not [key for key in site.site_keys() if "hash1" in key]


def test_a_rollback_keeps_assets_of_the_release_that_it_leaves() -> None:
    """A page of the newer release that is open during a rollback still gets its files."""
    site = Site()
    site.publish(A)
    site.publish(B)
    site.publish(A)
    assert site.served("app.2a3b4c5d.js") == entries(B)["app.2a3b4c5d.js"].sha256


def test_releases_are_kept_and_deleted() -> None:
    """`publish:releases` releases stay; older objects go 10 minutes after the pointer has moved away, not before."""
    site = Site()
    for number in range(5):
        site.publish({**A, "about.html": f"about {number}"})
    assert len([key for key in site.site_keys() if key.endswith("about.html")]) == 5
    for number in range(5, 8):
        site.wait(GRACE_S + 1)
        result = site.publish({**A, "about.html": f"about {number}"})
    assert len(result.catalogue.complete) == 3
    assert len([key for key in site.site_keys() if key.endswith("about.html")]) == 3
    records = {key for key in site.bucket.records if key != KEY}
    assert len(records) == 3


def test_old_tables_are_deleted() -> None:
    """Tables that the pointer does not name go with the first publish 10 minutes after the last one."""
    site = Site()
    for text in ("one", "two", "three"):
        site.publish(many(300, text))
    assert len({key.split("/")[1] for key in site.store.items if key.startswith("t/")}) == 3
    site.wait(GRACE_S + 1)
    site.publish(many(300, "four"))
    named = {key.split("/")[1] for key in site.store.items if key.startswith("t/")}
    assert named == {pointer(site).live.table, pointer(site).previous.table}  # type: ignore[union-attr]  # a table switch


def test_error_page_has_a_key_of_its_own() -> None:
    """The error page is stored once more with its status as metadata, and again only if it changes."""
    site = Site()
    edge = ReleaseEdge(error_page="404.html")
    site.publish({**A, "404.html": "not found"}, edge)
    found = [key for key in site.bucket.objects if key.startswith(f"{layout.ROOT}e/")]
    assert [dict(site.bucket.objects[key].metadata) for key in found] == [{"x-amz-meta-status": "404"}]
    assert pointer(site).live.error_page == f"/{found[0]}"
    site.publish({**B, "404.html": "not found"}, edge)
    assert pointer(site).live.error_page == f"/{found[0]}"


def test_rules_belong_to_the_release() -> None:
    """A change of the rules alone is a release without uploads; a rollback restores the rules with their tables."""
    site = Site()
    rules = {"redirects": {"id": "one"}}
    one = ReleaseEdge(tables=rules, items={"r/one/e0": "[]"})
    two = ReleaseEdge(tables={"redirects": {"id": "two"}}, items={"r/two/e0": "[]"})
    first = site.publish(A, one)
    sent = len(site.bucket.uploaded)
    site.publish(A, two)
    assert (len(site.bucket.uploaded), pointer(site).live.tables) == (sent, {"redirects": {"id": "two"}})
    site.wait(GRACE_S + 1)
    site.publish({**A, "about.html": "x"}, two, releases=9)
    site.wait(GRACE_S + 1)
    site.publish({**A, "about.html": "y"}, two, releases=9)
    assert "r/one/e0" not in site.store.items
    site.publish(A, two, rollback_to=first.release.digest[:8], digest="")
    assert pointer(site).live.tables == rules
    assert "r/one/e0" in site.store.items


def test_too_much_is_removed() -> None:
    """A publish that removes more than `publish:maxRemove` is refused before anything is written."""
    site = Site()
    site.publish(A)
    puts = site.bucket.puts
    with pytest.raises(PublishError, match=r"would remove 4 of the 5 files.*maxRemove 80"):
        site.publish({"index.html": "home A"}, max_remove=50)
    assert site.bucket.puts == puts


def test_store_is_too_full() -> None:
    """A release whose tables do not fit into the store is refused before the first upload."""
    site = Site()
    site.store.items = {f"other/{n}": "x" * 1024 for n in range(4_600)}
    with pytest.raises(PublishError, match="nothing was uploaded"):
        site.publish(A)
    assert (site.bucket.puts, site.store.updates) == (0, 0)


def test_another_publish_switched() -> None:
    """Publisher A is frozen before its write, B publishes, A goes on: A stops, and says who published."""
    site = Site()
    site.publish(A)
    site.store.before_update = lambda: site.publish(B)
    with pytest.raises(PublishError, match=r"Another release was published by \S+ \(20\d\d-"):
        site.publish({**A, "about.html": "from A"})
    assert site.problems(B) == []


def test_another_site_writes_to_the_store() -> None:
    """A write of other keys between the read and the write of the pointer is no conflict of the publish."""
    site = Site()
    site.publish(A)
    site.store.before_update = lambda: site.store.update(site.store.describe().etag, {"s/other": "x"})
    site.publish(B)
    assert site.problems(B) == []


def test_lost_answer() -> None:
    """A write of the pointer whose answer was lost is a success: the pointer is read."""
    site = Site()
    site.store.loses_answer = True
    site.publish(A)
    assert (site.problems(A), site.store.updates) == ([], 1)


def test_two_publishes_begin_at_once() -> None:
    """Of two publishes that have read the same catalogue, the second stops before its first upload."""
    site = Site()
    site.publish(A)
    publisher, write = site.publisher(B), site.bucket.write

    def write_after_other(key: str, data: bytes, *, replaces: str | None) -> str:
        site.bucket.write = write  # type: ignore[method-assign]  # restored for the other publish
        site.publish({**A, "about.html": "other"})
        return write(key, data, replaces=replaces)

    site.bucket.write = write_after_other  # type: ignore[method-assign]
    sent = len(site.bucket.uploaded)
    with pytest.raises(PublishError, match="this one has changed nothing"):
        publisher.publish()
    assert len(site.bucket.uploaded) == sent + 1


def test_drift_is_repaired() -> None:
    """Objects that another program has deleted are uploaded to new keys, and a wrong table is replaced."""
    site = Site()
    site.publish(A)
    key = next(key for key in site.site_keys() if key.endswith("about.html"))
    del site.bucket.objects[key]
    assert site.publisher(A).drift() == ["about.html"]
    assert site.publisher(A).preview(drift=1) == "1 objects to restore"
    assert site.publish(A, repair=True).repaired == 1
    assert site.problems(A) == []
    site.store.items[f"t/{pointer(site).live.table}/0"] = "-"
    assert site.publisher(A).drift() != []
    site.publish(A, repair=True)
    assert (site.problems(A), site.publisher(A).drift()) == ([], [])
    del site.store.items[SITE_KEY]
    site.store.history.append(dict(site.store.items))
    assert (site.publisher(A).drift(), site.publisher(A).is_live("")) == ([SITE_KEY], False)
    site.publish(A)
    assert (site.problems(A), site.publisher(A).drift()) == ([], [])
    site.store.items[SITE_KEY] = "x"
    site.store.history.append(dict(site.store.items))
    assert (site.publisher(A).drift(), site.publisher(A).is_live("")) == ([SITE_KEY], False)
    site.publish(A)
    assert (site.problems(A), site.publisher(A).drift()) == ([], [])


def test_drift_is_repaired_by_other_files_too() -> None:
    """A publish of changed files uploads what the live release has lost, and gets a table if the live one is wrong."""
    site = Site()
    site.publish(A)
    del site.bucket.objects[key_of(site, "about.html")]
    site.store.items[f"t/{pointer(site).live.table}/0"] = "-"
    files = {**A, "index.html": "changed"}
    assert site.publish(files, repair=True).repaired == 2
    assert (site.problems(files), site.publisher(files).drift()) == ([], [])


def test_an_earlier_release_has_lost_an_object() -> None:
    """A publish of the files of an earlier release uploads what that has lost, without a refresh."""
    site = Site()
    site.publish(A)
    lost = key_of(site, "about.html")
    site.publish(B)
    del site.bucket.objects[lost]
    site.publish(A)
    assert site.problems(A) == []


@pytest.mark.parametrize("is_pointer_lost", [True, False])
def test_a_preview_counts_what_an_earlier_release_has_lost(*, is_pointer_lost: bool) -> None:
    """The bytes to send that a preview shows are those of the objects that somebody has deleted."""
    site = Site()
    site.publish(A)
    lost = key_of(site, "about.html")
    if is_pointer_lost:
        del site.store.items[SITE_KEY]
        site.store.history.append(dict(site.store.items))
    else:
        site.publish(B)
    assert ", 0 bytes to send" in site.publisher(A).preview()
    del site.bucket.objects[lost]
    size = entries(A)["about.html"].size
    assert f", {size} bytes to send" in site.publisher(A).preview()
    site.publish(A)
    assert site.problems(A) == []


def test_a_lost_asset_of_an_earlier_release() -> None:
    """A refresh finds it once: it is unknown from then on, as no release has it."""
    site = Site()
    site.publish(A)
    site.publish(B)
    del site.bucket.objects[key_of(site, "app.1a2b3c4d.js")]
    assert site.publisher(B).drift() == ["app.1a2b3c4d.js"]
    site.publish(B, repair=True)
    assert (site.problems(B, ["app.1a2b3c4d.js"]), site.publisher(B).drift()) == ([], [])


def test_a_rollback_without_its_objects() -> None:
    """A release whose objects were deleted outside of Pulumi can't be rolled back to, and the message says so."""
    site = Site()
    first = site.publish(A)
    site.publish(B)
    for key in [key for key in site.site_keys() if key.endswith(f"{first.release.id}/about.html")]:
        del site.bucket.objects[key]
    with pytest.raises(PublishError, match=r"1 objects of release \w+ were changed or deleted.*'about.html'"):
        site.publish(A, rollback_to=first.release.digest, digest="", repair=True)


def test_replaced_store() -> None:
    """A new store gets the pointer and a table of the live release, without an upload."""
    site = Site()
    site.publish(A)
    site.store.items, site.store.history = {}, [{}]
    sent = len(site.bucket.uploaded)
    site.publish({**A, "about.html": "new"})
    assert site.problems({**A, "about.html": "new"}) == []
    assert len(site.bucket.uploaded) == sent + 1


def test_refused_upload_goes_on() -> None:
    """A refused upload leaves the live site unchanged; the next publish sends what is missing alone."""
    site = Site()
    site.publish(A)
    site.bucket.fails = S3Error("ExpiredToken", "The provided token has expired", 400)
    with pytest.raises(PublishError, match=r"stopped after 0 of 3 files.*The live site is unchanged"):
        site.publish(B)
    site.bucket.fails = None
    assert site.problems(A) == []
    site.publish(B)
    assert site.problems(B) == []


def test_failed_cleanup_is_a_warning() -> None:
    """A publish succeeds if only its cleanup fails; the next one deletes what is left."""
    site = Site()
    for number in range(5):
        site.publish({**A, "about.html": f"about {number}"})
    site.wait(GRACE_S + 1)
    delete = site.bucket.delete

    def refuse(keys: Iterable[str]) -> None:
        raise S3Error("AccessDenied", f"Access Denied: {next(iter(keys))}", 403)

    site.bucket.delete = refuse  # type: ignore[method-assign]
    site.publish(B)
    assert any("next publish" in line for line in site.log.lines)
    site.bucket.delete = delete  # type: ignore[method-assign]
    site.wait(GRACE_S + 1)
    site.publish(A)
    assert len([key for key in site.site_keys() if key.endswith("about.html")]) <= 3


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("then", ["same", "old", "other", "replaced store"])
def test_killed_at_each_request(then: str, *, after: bool) -> None:
    """Killed before or after each request, then the same, the old or other files: visitors get exactly those files.

    A replaced store is empty, and no function reads it until the publish that fills it has ended.
    """
    other = {**A, "about.html": "other", "new.html": "new"}
    files = {"same": B, "old": A, "other": other, "replaced store": B}[then]
    stop_at = 0
    while True:
        stop_at += 1
        site = Site()
        site.publish(A)
        old_items = dict(site.store.items)
        if then == "replaced store":
            site.store.items, site.store.history = {}, [{}]
        site.requests.count, site.requests.stop_at, site.requests.after = 0, stop_at, after
        try:
            site.publish(B)
        except Killed:
            if then == "replaced store":
                assert [site.served(path, old_items) for path in A] == [entry.sha256 for entry in entries(A).values()]
            else:
                assert site.problems(A) == [] or site.problems(B) == []
        else:
            break
        site.requests.stop_at = 0
        site.publish(files, repair=True)
        assert site.problems(files, {*A, *B, *other} - {*files, "app.1a2b3c4d.js", "app.2a3b4c5d.js"}) == [], stop_at
        # What the killed publish left is deleted a day later.
        for number in range(2):
            site.wait(2 * DAY)
            site.publish({**files, "same.txt": f"same {number}"})
        left = {key for key in site.bucket.records if key.startswith(layout.RECORDS)} - {KEY}
        assert len(left) <= 4
    assert stop_at > 5


def test_keys_that_arrive_in_any_order() -> None:
    """Where a part of a publish has arrived, each file is wholly of the old or of the new release."""
    site = Site()
    old, new = many(300), many(300, "two")
    site.publish(old)
    before = dict(site.store.items)
    site.publish(new)
    after = site.store.items
    changed = sorted(key for key in after if before.get(key) != after[key])
    for first in changed:
        items = {**before, SITE_KEY: after[SITE_KEY], first: after[first]}
        for path in list(old)[::29]:
            assert site.served(path, items) in {entries(old)[path].sha256, entries(new)[path].sha256}
    assert site.served("section-0/page-0.html", {}) == "unavailable"


@pytest.mark.parametrize("error", [StoreError("AccessDenied"), StoreFullError("The store is full")])
def test_store_error_is_not_a_success(error: StoreError) -> None:
    """An error of the store ends the publish, and visitors get the previous release; the next one uploads nothing."""
    site = Site()
    site.publish(A)

    def refuse() -> None:
        raise error

    site.store.before_update = refuse
    with pytest.raises(StoreError):
        site.publish(B)
    assert site.problems(A) == []
    sent = len(site.bucket.uploaded)
    site.publish(B)
    assert (site.problems(B), len(site.bucket.uploaded)) == ([], sent)


def test_a_busy_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that stays busy is asked eight times, then the publish stops, and visitors get the previous release."""
    monkeypatch.setattr("hosting.publish.bulk.switch._MAX_WAIT_S", 0)
    site = Site()
    calls: list[str] = []
    site.publish(A)

    def refuse(etag: str, *_: object) -> str:
        calls.append(etag)
        raise StoreUnavailableError("Throttling")

    monkeypatch.setattr(site.store, "update", refuse)
    with pytest.raises(StoreUnavailableError):
        site.publish(B)
    assert (len(calls), site.problems(A)) == (8, [])


def test_an_empty_bucket_is_drift() -> None:
    """Without a release, everything is missing."""
    assert Site().publisher(A).drift() == [layout.ROOT]


def test_a_copy_whose_source_was_deleted() -> None:
    """The file itself is uploaded; a rollback, which has no files, stops."""
    site = Site()
    first = site.publish(A)
    site.publish(B)
    for key in [key for key in site.site_keys() if key.endswith("about.html")]:
        del site.bucket.objects[key]
    moved = {**B, "moved.html": B["about.html"]}
    site.publish(moved)
    assert site.served("moved.html") == entries(moved)["moved.html"].sha256
    with pytest.raises(PublishError, match="were changed or deleted outside of Pulumi"):
        site.publish(A, rollback_to=first.release.digest, digest="")


def test_a_missing_or_damaged_manifest() -> None:
    """The message has the key; nothing is published."""
    site = Site()
    key = layout.RECORDS + site.publish(A).release.id
    content = site.bucket.records[key]
    site.bucket.records[key] = (b"nonsense", *content[1:])
    with pytest.raises(PublishError, match=f"{key} is damaged"):
        site.publish(B)
    del site.bucket.records[key]
    with pytest.raises(PublishError, match=f"The manifest {key} was deleted.*The live site is unchanged"):
        site.publish(B)
    assert site.problems(A) == []


def test_uploads_that_stop() -> None:
    """A publish stops if its engine is gone, or if a staged file cannot be read."""
    site = Site()
    site.log.is_lost = True
    with pytest.raises(PublishError, match=r"The Pulumi engine has stopped\. The live site is unchanged"):
        site.publish(A)
    site.log.is_lost = False
    site.bucket.fails = FileNotFoundError(2, "No such file")
    with pytest.raises(PublishError, match="A staged file cannot be read"):
        site.publish(A)
