"""Atomic publishing against a real local cloud: what is sent, what is kept, what is whole at every moment."""

from __future__ import annotations

import os
import platform
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hosting.errors import PublishError
from hosting.publish.bulk import layout, lock
from hosting.publish.bulk.records import Claim, Index, Orphan
from hosting.publish.s3.errors import ConflictError, S3Error
from hosting.publish.s3.parallel import MAX_PARALLEL
from tests.unit.publish.bulk.conftest import many

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.publish.bulk.conftest import Site

INDEX = f"{layout.RECORDS}index"


def index_of(site: Site) -> Index:
    """Return the bucket's index."""
    found = site.store.read(INDEX)
    assert found is not None
    return Index.from_bytes(found.data, INDEX)


def claim_of(pid: int) -> Claim:
    """Return the claim of a publish in another process of this machine."""
    return Claim("theirs", platform.node(), lock._place(), pid, lock._started(pid))


def slots_of(site: Site) -> set[str]:
    """Return the slots in the bucket."""
    return {key.split("/")[2] for key in site.keys(".release/s/")}


def after(count: int) -> Callable[[str], None]:
    """Return what lets `count` files pass and refuses all others, as when credentials expire."""
    left = [count]

    def fail(_: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise S3Error("ExpiredToken", "The provided token has expired.", 400)

    return fail


def test_the_first_publish_fills_a_slot(site: Site) -> None:
    """Pages are in a slot, files with hashed names in the shared prefix, with their headers and contents."""
    done = site.publish()
    assert site.seen(done) == site.files
    slot = layout.slot(done.held.fill)
    assert site.keys(slot) == [f"{slot}about.html", f"{slot}docs/a b+ä.html", f"{slot}index.html"]
    head = site.s3.head_object(Bucket=site.bucket, Key=f".release/a/{done.held.fill}/app.0a1b2c3d.js")
    assert head["ContentType"] == "text/javascript; charset=utf-8"
    assert head["CacheControl"] == "public, max-age=31536000, immutable"
    page = site.s3.head_object(Bucket=site.bucket, Key=f"{slot}about.html")
    assert page["ContentType"] == "text/html; charset=utf-8"
    assert page["CacheControl"] == "public, max-age=0, must-revalidate, s-maxage=86400"


def test_one_changed_file_is_one_upload_a_manifest_and_the_index(site: Site) -> None:
    """What the bucket holds is neither sent nor copied, and nothing that is live is written over."""
    first = site.publish()
    site.files["about.html"] = "about, again"
    done = site.publish()
    assert site.store.uploaded == [f".release/o/{done.held.id}/about.html"]
    assert site.store.copied == []
    assert site.store.written == [layout.RECORDS + done.held.id, INDEX]
    assert site.seen(done) == site.files
    assert site.seen(first)["about.html"] == "about"


def test_many_changed_files_go_into_another_slot_and_the_rest_is_copied(site: Site) -> None:
    """A slot is filled with what changed from here, and what did not from inside of the bucket."""
    site.files |= many(120)
    first = site.publish()
    site.files |= many(80, "two")
    done = site.publish()
    assert done.held.fill != first.held.fill
    assert len(site.store.uploaded) == 80
    assert len(site.store.copied) == 40 + 3
    assert site.seen(done) == site.files
    assert site.seen(first)["section-1/a-rather-long-name-of-a-page-1.html"] == "one 1"


def test_a_rollback_sends_nothing(site: Site) -> None:
    """Content that one of the last publishes had is switched to without an upload; four publishes ago it is sent."""
    site.files["index.html"] = "first"
    first = site.publish()
    for text in ("second", "third"):
        site.files["index.html"] = text
        site.publish()
    site.files["index.html"] = "first"
    done = site.publish()
    assert (site.store.uploaded, site.store.copied) == ([], [])
    assert done.held.digest == first.held.digest
    assert site.seen(done) == site.files
    assert done.index.held[0].digest == first.held.digest
    assert len(done.index.held) == 3


def test_a_pin_needs_no_files_and_an_unknown_one_lists_what_is_held(site: Site) -> None:
    """`publish:release` goes back by a digest's prefix, without the tree."""
    first = site.publish()
    site.files["index.html"] = "second"
    second = site.publish()
    assert site.publish(digest="", pin=first.held.digest[:8]).held.digest == first.held.digest
    with pytest.raises(PublishError, match="not a release that the bucket holds") as refused:
        site.publish(digest="", pin="0000")
    assert first.held.digest[:12] in str(refused.value)
    assert second.held.digest[:12] in str(refused.value)


def test_an_old_page_finds_its_assets_for_days(site: Site) -> None:
    """Shared files of earlier releases stay, until neither a tab nor a release held needs them."""
    first = site.publish()
    del site.files["app.0a1b2c3d.js"]
    site.files["app.99aabb1c.js"] = "js 2"
    site.publish()
    old = f"{layout.shared(first.held.generation)}app.0a1b2c3d.js"
    assert old in site.keys(".release/a/")
    for text in ("third", "fourth"):
        site.files["index.html"] = text
        site.publish()
    assert old in site.keys(".release/a/")
    site.files["index.html"] = "fifth"
    site.publish(keep_s=0)
    assert site.keys(".release/a/") == [f"{layout.shared(first.held.generation)}app.99aabb1c.js"]


def test_an_asset_of_a_release_held_is_never_removed(site: Site) -> None:
    """However short assets are kept, a rollback finds its own."""
    first = site.publish(keep_s=0)
    del site.files["app.0a1b2c3d.js"]
    site.publish(keep_s=0)
    assert site.seen(first)["app.0a1b2c3d.js"] == "js"


def test_an_asset_that_comes_back_is_not_sent_again(site: Site) -> None:
    """The bucket knows what its shared files are, also those that no release has at the moment."""
    site.publish()
    script = site.files.pop("app.0a1b2c3d.js")
    site.publish()
    site.files["app.0a1b2c3d.js"] = script
    site.files["index.html"] = "another"
    done = site.publish()
    assert site.store.uploaded == [done.held.key("index.html")]
    assert site.seen(done) == site.files


def test_a_name_that_only_looks_hashed_is_not_a_stale_file(site: Site) -> None:
    """A shared file whose content changes gets another key for the new release, and a warning; the old one stays."""
    first = site.publish()
    site.files["app.0a1b2c3d.js"] = "changed"
    done = site.publish()
    assert done.held.key("app.0a1b2c3d.js") != first.held.key("app.0a1b2c3d.js")
    assert (site.seen(first)["app.0a1b2c3d.js"], site.seen(done)["app.0a1b2c3d.js"]) == ("js", "changed")
    assert any("has a name that looks hashed" in line for line in site.said.lines)
    site.files |= many(100)
    assert site.seen(site.publish()) == site.files


def test_a_changed_file_that_browsers_do_not_keep_needs_no_warning(site: Site) -> None:
    """A word in the form of a hash is shared too, but has no header that says that it never changes."""
    site.files["theme-decade90.css"] = "one"
    first = site.publish()
    assert first.held.key("theme-decade90.css").startswith(".release/a/")
    site.files["theme-decade90.css"] = "two"
    done = site.publish()
    assert (site.seen(first)["theme-decade90.css"], site.seen(done)["theme-decade90.css"]) == ("one", "two")
    assert not any("theme-decade90.css" in line for line in site.said.lines)


def test_many_such_names_begin_the_shared_prefix_anew(site: Site) -> None:
    """When they are too many to be exceptions, no key is used twice either."""
    site.files |= {f"assets/a-long-name-of-a-script-{n}.0a1b2c3d.js": "one" for n in range(100)}
    first = site.publish()
    site.files = {path: text.replace("one", "two") for path, text in site.files.items()}
    done = site.publish()
    assert done.held.generation not in (first.held.generation, "")
    assert len([line for line in site.said.lines if "has a name that looks hashed" in line]) == 100
    assert site.seen(done) == site.files
    assert site.seen(first)["assets/a-long-name-of-a-script-1.0a1b2c3d.js"] == "one"


def test_an_interrupted_publish_goes_on_where_it_stopped(site: Site) -> None:
    """The old release is whole all the time, and what arrived is not sent again."""
    site.files |= many(100)
    first = site.publish()
    before = dict(site.files)
    site.files |= many(100, "two") | {f"new.{n:08x}a1.js": str(n) for n in range(20)}
    site.store.fail = after(50)
    with pytest.raises(PublishError, match=r"stopped after \d+ of 123 files: ExpiredToken"):
        site.publish()
    arrived = set(site.store.uploaded)
    assert site.seen(first) == before
    site.store.fail = None
    done = site.publish()
    resent = arrived & set(site.store.uploaded)
    assert arrived
    assert resent == set()
    assert site.seen(done) == site.files
    assert not [key for key in site.keys(layout.RECORDS) if "plan" in key]


def test_an_interrupted_publish_of_another_tree_is_of_use_too(site: Site) -> None:
    """Files that arrived and have not changed since are not sent again by a publish of a newer tree."""
    site.files |= many(100)
    site.publish()
    site.files |= many(100, "two")
    site.store.fail = after(50)
    with pytest.raises(PublishError, match="stopped"):
        site.publish()
    arrived = set(site.store.uploaded)
    site.store.fail = None
    site.files |= many(10, "three")
    done = site.publish()
    changed = {done.held.key(path) for path in many(10)}
    assert arrived & set(site.store.uploaded) <= changed
    assert site.seen(done) == site.files


def test_an_interrupted_small_publish_goes_on_too(site: Site) -> None:
    """So does one that changes only a few files."""
    site.publish()
    site.files |= {f"{n}.html": f"x{n}" for n in range(10)}
    site.store.fail = after(4)
    with pytest.raises(PublishError, match="stopped"):
        site.publish()
    arrived = set(site.store.uploaded)
    site.store.fail = None
    done = site.publish()
    assert len(arrived) == 4
    assert len(site.store.uploaded) == 6
    assert site.seen(done) == site.files


def test_what_visitors_see_stays_however_often_the_function_can_not_be_updated(site: Site) -> None:
    """The release that is live for sure is not written over by publishes that never went live."""
    live = site.publish()
    before = dict(site.files)
    for number in range(6):
        site.files |= many(60, f"try {number}")
        site.publish(live=False)
    assert site.seen(live) == before
    assert live.held.digest in {held.digest for held in index_of(site).held}


def test_too_many_removed_files_are_refused_with_the_command(site: Site) -> None:
    """`publish:maxRemove` stands between a broken build and the site."""
    site.publish()
    before = site.keys()
    site.files = {"index.html": "alone"}
    with pytest.raises(PublishError, match=r"remove 3 of the 4 files of the live site \(75 %\)") as refused:
        site.publish()
    assert "pulumi config set publish:maxRemove 75" in str(refused.value)
    assert site.keys() == before
    assert site.seen(site.publish(max_remove=75)) == site.files


def test_so_are_too_many_that_an_earlier_release_lacks(site: Site) -> None:
    """A broken build may be just what was published first; a pin says that it is meant."""
    whole = dict(site.files)
    site.files = {"index.html": "placeholder"}
    first = site.publish()
    site.files = whole | many(60)
    site.publish()
    site.files = {"index.html": "placeholder"}
    with pytest.raises(PublishError, match=r"remove 63 of the 64 files"):
        site.publish()
    with pytest.raises(PublishError, match=r"remove 63 of the 64 files"):
        site.publisher().preview()
    assert site.publish(digest="", pin=first.held.digest[:8]).held.digest == first.held.digest


def test_another_publish_at_work_is_not_disturbed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a process lives that has said it is publishing, no other begins, however long it waits."""
    monkeypatch.setattr(lock, "PATIENCE_S", 0.6)
    site.publish()
    busy = replace(index_of(site), claim=claim_of(os.getppid()))
    site.store.write(INDEX, busy.to_bytes(), replaces=None)
    site.files["index.html"] = "ours"
    with pytest.raises(PublishError, match="Another pulumi up"):
        site.publish()
    # In another container the same host's name and any process id mean nothing; nor do they where no /proc tells more.
    for claim in (replace(claim_of(2**22 + 1), place="another container"), Claim("theirs", "another machine")):
        site.store.write(INDEX, replace(busy, claim=claim).to_bytes(), replaces=None)
        with pytest.raises(PublishError, match=f"on {claim.host}, publishes to this bucket right now"):
            site.publish()


def test_another_publish_that_ends_is_waited_for(site: Site) -> None:
    """A publish begins when the one before has said that it is at work no longer."""
    site.publish()
    busy = replace(index_of(site), claim=claim_of(os.getppid()))
    site.store.write(INDEX, busy.to_bytes(), replaces=None)
    site.files["index.html"] = "ours"
    ending = threading.Timer(1, lambda: site.store.write(INDEX, replace(busy, claim=None).to_bytes(), replaces=None))
    ending.start()
    assert site.seen(site.publish())["index.html"] == "ours"
    ending.join()
    assert any("Waiting for another pulumi up" in line for line in site.said.lines)


def test_a_publish_whose_engine_is_gone_stops_and_lets_others_on(site: Site) -> None:
    """A provider outlives an engine that was killed: it ends by itself, and its claim with it."""
    site.publish()
    site.files |= many(400)
    site.said.is_lost = True
    with pytest.raises(PublishError, match=r"engine has stopped\. The live site is unchanged"):
        site.publish()
    left = index_of(site)
    assert left.claim is None
    assert left.plans
    site.said.is_lost = False
    assert site.seen(site.publish()) == site.files


def test_a_publish_that_was_killed_is_not_waited_for(site: Site) -> None:
    """A claim of a process that is gone counts for nothing, even if another one has its id by now."""
    site.publish()
    for number, claim in enumerate([claim_of(2**22 + 1), replace(claim_of(os.getppid()), started="0")]):
        site.store.write(INDEX, replace(index_of(site), claim=claim).to_bytes(), replaces=None)
        site.files["index.html"] = f"ours {number}"
        assert site.seen(site.publish())["index.html"] == f"ours {number}"


def test_a_publish_that_was_asleep_writes_nothing_more(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another may have taken it for dead: it stops before its next file, and says why."""
    site.publish()
    site.files |= many(60)
    site.store.fail = lambda _: monkeypatch.setattr(lock, "_DOUBT_S", -1)
    with pytest.raises(PublishError, match="the machine was asleep, or the network was down"):
        site.publish()
    assert len(site.store.uploaded) <= MAX_PARALLEL
    monkeypatch.undo()
    site.store.fail = None
    assert site.seen(site.publish()) == site.files


def test_a_publish_outlives_a_moment_without_the_index(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """That it can't say it is at work, for a moment, does not end it."""
    monkeypatch.setattr(lock, "_SAY_SO_S", 0)
    site.publish()
    site.files |= many(60)
    write, refused = site.store.write, []

    def failing(key: str, data: bytes, *, replaces: str | None) -> str:
        if key == INDEX and len(site.store.uploaded) < 30 and index_of(site).claim:
            refused.append(key)
            raise S3Error("", "Could not connect to the endpoint")
        return write(key, data, replaces=replaces)

    monkeypatch.setattr(site.store, "write", failing)
    assert site.seen(site.publish()) == site.files
    assert refused


def test_a_write_that_conflicts_with_itself_is_no_conflict(site: Site) -> None:
    """An answer was lost, botocore asked again, and what is there by now is just that."""
    first = site.store.write("x", b"one", replaces="")
    assert site.store.write("x", b"one", replaces="") == first
    with pytest.raises(ConflictError):
        site.store.write("x", b"two", replaces="")


def test_two_publishes_at_once_are_noticed(site: Site) -> None:
    """The one that ends second learns that the index is not what it had read."""
    site.publish()
    site.files["index.html"] = "ours"

    def interfere(_: str) -> None:
        site.store.write(INDEX, replace(index_of(site), orphans={"x": Orphan(0.0, "y", "")}).to_bytes(), replaces=None)

    site.store.fail = interfere
    with pytest.raises(PublishError, match="in the meantime"):
        site.publish()


def test_drift_is_noticed_and_repaired(site: Site) -> None:
    """Objects that another hand changed or removed are found, and put back; the edge gets another cache key."""
    done = site.publish()
    publisher = site.publisher()
    assert publisher.drift(done.held) == []
    site.s3.delete_object(Bucket=site.bucket, Key=done.held.key("about.html"))
    site.s3.put_object(Bucket=site.bucket, Key=done.held.key("index.html"), Body=b"HOME")
    assert sorted(publisher.drift(done.held)) == ["about.html", "index.html"]
    assert publisher.preview(drift=2) == "2 objects to put back"
    repaired = site.publish(repair=True)
    assert repaired.repaired == 2
    assert site.seen(repaired) == site.files
    assert repaired.held.stamp != done.held.stamp
    assert site.publisher().drift(repaired.held) == []


def test_a_damaged_record_is_not_believed(site: Site) -> None:
    """The index and the manifests have checksums."""
    done = site.publish()
    manifest = layout.RECORDS + done.held.id
    found = site.store.read(manifest)
    assert found is not None
    site.store.write(manifest, found.data[:-20] + b"x" * 20, replaces=None)
    site.files["index.html"] = "new"
    with pytest.raises(PublishError, match=f"{manifest} is damaged"):
        site.publish()
    site.store.write(INDEX, b"0" * 64 + b'\n{"version":1,"value":{}}', replaces=None)
    with pytest.raises(PublishError, match=f"{INDEX} is damaged"):
        site.publish()


def test_a_preview_tells_what_would_be_sent_and_changes_nothing(site: Site) -> None:
    """Files to add, change and remove, and bytes; or that nothing is to be sent."""
    site.publish()
    before = site.keys()
    site.files["about.html"] = "12345"
    site.files["new.html"] = "1234567"
    del site.files["docs/a b+ä.html"]
    assert site.publisher().preview() == "1 to add, 1 to change, 1 to remove, 12 bytes to send"
    assert site.keys() == before
    site.publish()
    site.files["new.html"] = "another"
    site.publish()
    site.files["new.html"] = "1234567"
    assert site.publisher().preview().startswith("0 to add, 1 to change, 0 to remove: back to release ")
    assert site.publisher().preview().endswith("which the bucket holds: nothing to send")


def test_without_room_for_exceptions_every_publish_fills_a_slot(site: Site) -> None:
    """When a site's own rules take all of the function, a change is copied into another slot instead."""
    first = site.publish()
    site.files["about.html"] = "new"
    done = site.publish(room=0)
    assert done.held.exceptions == {}
    assert done.held.fill != first.held.fill
    assert len(site.store.uploaded) == 1
    assert site.seen(done) == site.files


def test_slots_that_are_no_longer_needed_go(site: Site) -> None:
    """When fewer releases are held than before, their slots and overlays are emptied."""
    for number in range(5):
        site.files |= many(60, f"version {number}")
        site.publish(releases=4)
    site.files["about.html"] = "overlay"
    site.publish(releases=4)
    assert {key.split("/")[1] for key in site.keys("")} == {"s", "a", "o", "records"}
    assert len(slots_of(site)) == 3
    for number in range(3):
        site.files |= many(60, f"later {number}")
        done = site.publish(releases=2)
    assert {key.split("/")[1] for key in site.keys("")} == {"s", "a", "records"}
    assert len(slots_of(site)) == 2
    assert site.seen(done) == site.files


@pytest.mark.parametrize("text", ["abouT", "another about" * 300_000])
def test_a_file_that_changed_after_staging_is_refused(site: Site, text: str) -> None:
    """S3 takes nothing but the bytes that the manifest names, and what is live stays."""
    done = site.publish()
    site.files["about.html"] = "a" * len(text)
    publisher = site.publisher()
    site.wanted.file("about.html").write_text(text)
    with pytest.raises(PublishError, match="after 0 of 1 files: XAmzContentSHA256Mismatch"):
        publisher.publish(repair=False)
    assert site.seen(done)["about.html"] == "about"
    assert site.seen(site.publish())["about.html"] == "a" * len(text)


def test_a_large_file_arrives_whole(site: Site) -> None:
    """What is too large to be read at once is sent in pieces, and is the same."""
    site.files["film.mp4"] = "0123456789" * 400_000
    done = site.publish()
    assert site.text(done.held.key("film.mp4")) == site.files["film.mp4"]


def test_progress_is_told(site: Site) -> None:
    """Files and bytes done, at the latest at the end."""
    site.publish()
    assert site.said.lines[-1] == "Publishing: 4 of 4 files, 15 of 15 bytes"
