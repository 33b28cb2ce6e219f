"""Many previews in one bucket and one key value store, in memory: what they share, and what each of them keeps."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from hosting.aws.key_value_store_errors import StoreConflictError, StoreUnavailableError
from hosting.errors import PublishError
from hosting.publish.bulk import layout
from hosting.publish.bulk.catalogue import SHARED_GRACE_S, free_ids, has_passed
from hosting.publish.bulk.marks import Marks
from hosting.publish.bulk.pointer import GRACE_S, Pointer
from hosting.publish.bulk.preview_site import PreviewMetadata, PreviewSite
from hosting.publish.bulk.promotion import PromotionSource, SourceStack
from hosting.publish.bulk.published_files import published_files
from hosting.publish.bulk.release_edge import ReleaseEdge
from hosting.publish.bulk.removal import Removal
from hosting.publish.bulk.table import table_prefix
from tests.unit.publish.bulk.memory import START, UNAVAILABLE, Killed, Site, entries, served
from tests.unit.publish.bulk.test_publisher import many

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hosting.publish.bulk.publisher import Publisher, PublishResult

DAY = 86_400
MAIN = many(300)
RULES = ReleaseEdge(tables={"redirects": {"id": "AbCd-_12"}}, items={"r/AbCd-_12/e0": "[]"})


def preview(name: str, base: str = "main", **changes: Any) -> PreviewSite:  # noqa: ANN401 - any attribute
    """Return a preview that the stack of the same name publishes."""
    owner = f"acme/website/{name}"
    return PreviewSite(
        **{"name": name, "base": base, "owner": owner, "former_owner": owner, "expire_days": 30, **changes}
    )


def with_changes(count: int, text: str = "changed") -> dict[str, str]:
    """Return the base's files, of which the first ones have another content."""
    return {**MAIN, **dict.fromkeys(list(MAIN)[:count], text)}


@dataclass
class Edge(Site):
    """A bucket and a store with many previews."""

    published: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def of(self, site: PreviewSite, files: Mapping[str, str], **changes: Any) -> Publisher:  # noqa: ANN401 - publisher's
        """Return the publisher of a preview."""
        return self.publisher(files, preview=site, **changes)

    def put(self, name: str, files: Mapping[str, str], *, base: str = "main", **changes: Any) -> PublishResult:  # noqa: ANN401
        """Publish a preview."""
        edge = changes.pop("edge", None)
        self.published[name] = files
        return self.publisher(files, edge, preview=preview(name, base), **changes).publish()

    def remove(self, name: str) -> bool:
        """Remove a preview; return whether nothing of it is left."""
        self.published.pop(name, None)
        return Removal(self.bucket, self.store, name).run(f"acme/website/{name}")

    def wrong(self, unknown: Iterable[str] = ()) -> list[str]:
        """Return the previews and paths for which visitors do not get exactly the published files."""
        items = self.store.items
        found = [
            f"{name} {path}"
            for name, files in self.published.items()
            for path, entry in entries(files).items()
            if served(items, self.bucket, path, f"s/{name}") != entry.sha256
        ]
        return found + [
            name for name in unknown if served(items, self.bucket, "index.html", f"s/{name}") != UNAVAILABLE
        ]

    def pointer(self, name: str) -> Pointer:
        """Return the pointer of a preview."""
        found = Pointer.from_text(self.store.items[f"s/{name}"])
        assert found is not None
        return found


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no time pass while a publish runs, however slow the machine is."""
    monkeypatch.setattr("hosting.publish.bulk.catalogue.time.monotonic", lambda: 0.0)


@pytest.fixture
def edge() -> Edge:
    """Return an edge with the preview `main`."""
    made = Edge()
    made.put("main", MAIN)
    return made


def test_a_preview_uploads_what_differs(edge: Edge) -> None:
    """A preview of 1,000 files with 10 differences is 10 uploads, 3 records and one write of one key."""
    puts, uploads, size = edge.bucket.puts, len(edge.bucket.uploaded), len(edge.store.items)
    publisher = edge.of(preview("pr-7"), with_changes(10))
    assert publisher.preview() == "300 to add, 0 to change, 0 to remove, 70 bytes to send"
    result = edge.put("pr-7", with_changes(10))
    assert (len(edge.bucket.uploaded) - uploads, edge.bucket.puts - puts) == (10, 13)
    assert (len(edge.store.items) - size, edge.store.updates) == (1, 2)
    assert edge.pointer("pr-7").live.table == edge.pointer("main").live.table
    assert edge.pointer("pr-7").previous is None
    assert edge.pointer("pr-7").metadata == PreviewMetadata("acme/website/pr-7", int(START) + 30 * DAY)
    assert result.expires == int(START) + 30 * DAY
    assert edge.wrong(["pr-8"]) == []


@pytest.mark.parametrize(("count", "tables"), [(70, 0), (120, 0), (160, 1)])
def test_few_differences_stand_in_the_pointer(edge: Edge, count: int, tables: int) -> None:
    """Up to 70 differences need no table, and as a rule up to 120; more have one of their own."""
    before = len({key.split("/")[1] for key in edge.store.items if key.startswith("t/")})
    edge.put("pr-7", with_changes(count))
    after = len({key.split("/")[1] for key in edge.store.items if key.startswith("t/")})
    assert (after - before, edge.wrong()) == (tables, [])


def test_a_full_pointer_can_be_followed_by_a_table(edge: Edge) -> None:
    """If the previous release does not fit beside the next one, the pointer of a preview does without it."""
    site, found = preview("pr-7", password="h" * 64), []
    for files in (with_changes(138), with_changes(280, "again"), with_changes(3)):
        edge.published["pr-7"] = files
        edge.of(site, files).publish()
        assert edge.wrong() == []
        found.append(edge.pointer("pr-7").previous is None)
    assert found == [True, True, False]
    assert edge.pointer("pr-7").live.table == edge.pointer("main").live.table


def test_a_preview_without_a_base(edge: Edge) -> None:
    """If the base does not exist, all files are uploaded, and the preview has its own table."""
    edge.put("pr-7", MAIN, base="other")
    assert edge.pointer("pr-7").live.table == edge.pointer("pr-7").live.release
    assert edge.wrong() == []


def test_previews_have_different_ids(edge: Edge) -> None:
    """Previews that are published in the same minute, with the same files, never write to the same prefix."""
    for number in range(30):
        edge.put(f"pr-{number}", with_changes(2))
    ids = [edge.pointer(f"pr-{number}").live.release for number in range(30)]
    assert len({*ids}) == 30
    assert edge.wrong() == []
    assert not any(has_passed(id_, START) for id_, _ in free_ids(START))
    assert has_passed(ids[0], START + 30 * DAY)


def test_a_busy_minute(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    """If no id is free, nothing is changed."""
    monkeypatch.setattr("hosting.publish.bulk.publisher.free_ids", lambda _: iter([]))
    items = dict(edge.store.items)
    with pytest.raises(PublishError, match="Too many previews are published at this moment; nothing was changed"):
        edge.put("pr-7", MAIN)
    assert edge.store.items == items


def test_two_stacks_with_one_name(edge: Edge) -> None:
    """A pointer is changed and removed by its owner alone, which may have been renamed."""
    edge.put("pr-7", with_changes(1))
    other = preview("pr-7", owner="acme/other/PR_7", former_owner="acme/other/PR_7")
    with pytest.raises(
        PublishError, match=r"^The name 'pr-7' belongs to the stack acme/website/pr-7 on this preview edge"
    ):
        edge.of(other, MAIN).publish()
    with pytest.raises(PublishError, match="The preview 'pr-7' belongs to the stack acme/website/pr-7; it was not"):
        Removal(edge.bucket, edge.store, "pr-7").run("acme/other/PR_7")
    assert edge.wrong() == []
    edge.of(preview("pr-7", owner="acme/site/pr-7", former_owner="acme/website/pr-7"), with_changes(1)).publish()
    metadata = edge.pointer("pr-7").metadata
    assert metadata is not None
    assert metadata.owner == "acme/site/pr-7"


def test_a_pointer_of_another_program(edge: Edge) -> None:
    """A pointer without an owner is not replaced."""
    edge.store.items["s/pr-7"] = Pointer(edge.pointer("main").live).to_text()
    with pytest.raises(PublishError, match="belongs to the stack another program"):
        edge.put("pr-7", MAIN)


def test_the_expiry_is_renewed(edge: Edge) -> None:
    """Publishing again renews the expiry when half of the time has passed, and uploads nothing."""
    files = with_changes(2)
    edge.put("pr-7", files)
    updates, uploads = edge.store.updates, len(edge.bucket.uploaded)
    edge.wait(14 * DAY)
    assert edge.put("pr-7", files).expires == int(START) + 30 * DAY
    assert edge.store.updates == updates
    edge.wait(2 * DAY)
    assert edge.of(preview("pr-7"), files).preview() == "to expire 30 days from now, nothing to send"
    assert edge.put("pr-7", files).expires == int(START) + 46 * DAY
    assert (edge.store.updates, len(edge.bucket.uploaded)) == (updates + 1, uploads)
    own = preview("pr-7", expire_days=3, password="x", is_branch=True)
    edge.of(own, files).publish()
    assert edge.pointer("pr-7").metadata == PreviewMetadata(
        "acme/website/pr-7", int(START) + 19 * DAY, "x", is_branch=True
    )
    assert edge.wrong() == []


def test_removal(edge: Edge) -> None:
    """A removed preview is unknown, and leaves neither objects nor records, nor tables; others are not touched."""
    before, records = dict(edge.store.items), set(edge.bucket.records)
    edge.put("pr-7", with_changes(10))
    edge.put("pr-8", with_changes(280, "other"))
    edge.put("pr-8", with_changes(281, "again"))
    edge.bucket.write(layout.site_records("pr-8") + layout.REVIEW_RECORD, b"record", replaces="")
    edge.wait(2 * DAY)
    assert edge.remove("pr-7")
    assert edge.remove("pr-8")
    assert (edge.store.items, set(edge.bucket.records)) == (before, records)
    assert len(edge.bucket.objects) == len(MAIN)
    assert edge.wrong(["pr-7", "pr-8"]) == []
    assert edge.remove("pr-7")


def test_an_id_is_not_used_again(edge: Edge) -> None:
    """While another publish could still claim the id of a removed preview, its manifest stays."""
    edge.put("pr-7", with_changes(1))
    id_ = edge.pointer("pr-7").live.release
    assert not edge.remove("pr-7")
    assert layout.RECORDS + id_ in edge.bucket.records
    assert not [key for key in edge.bucket.objects if f"/{id_}/" in key]
    edge.put("pr-7", with_changes(1))
    assert edge.pointer("pr-7").live.release != id_
    edge.wait(DAY)
    assert edge.remove("pr-7")
    assert layout.RECORDS + id_ not in edge.bucket.records


def test_the_base_publishes_while_previews_use_its_old_table() -> None:
    """Objects and tables of the base stay while a preview uses them, and go when none does."""
    edge, main = Edge(), many(170)
    edge.put("main", main)
    table = edge.pointer("main").live.table
    for number in range(20):
        edge.put(f"pr-{number}", {**main, **dict.fromkeys(list(main)[:number], "changed")})
    for round_ in range(6):
        edge.wait(2 * SHARED_GRACE_S)
        edge.put("main", dict.fromkeys(main, f"version {round_}"))
        assert edge.wrong() == []
    assert f"t/{table}/0" in edge.store.items
    assert len(edge.bucket.objects) > 4 * len(main)
    edge.wait(DAY)
    for number in range(20):
        assert edge.remove(f"pr-{number}")
    for round_ in range(2):
        edge.wait(2 * SHARED_GRACE_S)
        edge.put("main", dict.fromkeys(main, f"last {round_}"))
    assert edge.wrong([f"pr-{number}" for number in range(20)]) == []
    assert f"t/{table}/0" not in edge.store.items
    assert len(edge.bucket.objects) == 3 * len(main)


@pytest.mark.parametrize("value", ["x", "{}"])
def test_a_value_that_is_not_a_pointer(edge: Edge, value: str) -> None:
    """Other previews go on, and nothing that it may name is deleted; its own name is refused until it is removed."""
    edge.put("pr-7", with_changes(280, "other"))
    edge.put("pr-8", with_changes(1), base="pr-7")
    edge.store.items["s/pr-9"] = edge.store.items["s/pr-7"] = value
    objects, tables = set(edge.bucket.objects), {key for key in edge.store.items if key.startswith("t/")}
    edge.published.pop("pr-7")
    edge.put("pr-8", with_changes(2), base="pr-7")
    edge.wait(2 * DAY)
    edge.put("pr-8", with_changes(281, "again"), base="pr-7")
    edge.wait(2 * DAY)
    assert not edge.remove("pr-8")
    assert edge.wrong(["pr-8"]) == []
    assert objects <= set(edge.bucket.objects)
    assert tables <= edge.store.items.keys()
    message = r"^The value of the preview 'pr-9' in .* is not a pointer .*; {} If no .* prune --invalid --stack .*$"
    with pytest.raises(PublishError, match=message.format(r"nothing was changed\.")):
        edge.of(preview("pr-9"), with_changes(1)).publish()
    with pytest.raises(PublishError, match=message.format(r"it was not removed\.")):
        edge.remove("pr-9")
    for name in ("pr-9", "pr-7"):
        Removal(edge.bucket, edge.store, name, value).run()
    assert edge.remove("pr-8")
    assert (len(edge.bucket.objects), edge.wrong(["pr-7", "pr-8", "pr-9"])) == (len(MAIN), [])


def test_a_removed_base_leaves_what_previews_use(edge: Edge) -> None:
    """Previews of a removed base go on, and their next publish has its own table; then the rest of the base goes."""
    edge.put("pr-7", with_changes(3))
    edge.wait(DAY)
    assert not edge.remove("main")
    assert edge.wrong(["main"]) == []
    edge.put("pr-7", with_changes(4))
    assert edge.wrong() == []
    assert not Removal(edge.bucket, edge.store, "main").delete_rest()
    edge.wait(DAY)
    assert edge.remove("pr-7")
    assert Removal(edge.bucket, edge.store, "main").delete_rest()
    assert (edge.bucket.objects, edge.bucket.records, edge.store.items) == ({}, {}, {})


def test_a_first_publish_that_is_under_way_is_not_deleted(edge: Edge) -> None:
    """Its catalogue has no pointer yet; after a day what it has left is deleted."""
    edge.requests.stop_at = edge.requests.count + 6
    with pytest.raises(Killed):
        edge.put("pr-7", with_changes(10))
    edge.published.pop("pr-7")
    objects = set(edge.bucket.objects)
    assert not Removal(edge.bucket, edge.store, "pr-7").delete_rest()
    assert set(edge.bucket.objects) == objects
    edge.wait(2 * DAY)
    assert Removal(edge.bucket, edge.store, "pr-7").delete_rest()
    assert len(edge.bucket.objects) == len(MAIN)


def test_a_preview_that_was_published_again_is_no_rest(edge: Edge) -> None:
    """It has a pointer, so nothing of it is deleted."""
    edge.put("pr-7", with_changes(1))
    edge.wait(2 * DAY)
    assert not Removal(edge.bucket, edge.store, "pr-7").delete_rest()
    assert edge.wrong() == []


def test_a_preview_in_the_inputs_of_a_release() -> None:
    """Numbers are floats, as the engine passes them."""
    props = {
        "name": "pr-7",
        "base": "main",
        "owner": "acme/website/pr-7",
        "expire_days": 30.0,
        "password": "",
        "is_branch": False,
    }
    assert PreviewSite.of(props) == preview("pr-7")


def test_a_publish_is_resumed_after_a_kill_at_each_request() -> None:
    """Whichever request is the last, visitors get one release, and the next publish completes."""
    number, is_done = 0, False
    while not is_done:
        number += 1
        edge = Edge()
        edge.put("main", many(30))
        edge.published["pr-7"] = files = {**many(30), "new.html": "new", "other.html": "x", "about.html": "a"}
        edge.requests.stop_at = edge.requests.count + number
        try:
            edge.of(preview("pr-7"), files).publish()
            is_done = True
        except Killed:
            assert served(edge.store.items, edge.bucket, "new.html", "s/pr-7") in (
                UNAVAILABLE,
                entries(files)["new.html"].sha256,
            )
        edge.requests.stop_at = 0
        edge.wait(DAY)
        edge.of(preview("pr-7"), files).publish()
        assert edge.wrong() == []
        edge.wait(DAY)
        assert edge.remove("pr-7")
        assert len(edge.bucket.objects) == 30
    assert number > 6


def test_a_removal_is_completed_after_a_kill_at_each_request() -> None:
    """Whichever request is the last, the preview is whole or unknown, and the next removal completes."""
    number, is_done = 0, False
    while not is_done:
        number += 1
        edge = Edge()
        edge.put("main", many(30))
        edge.put("pr-7", {**many(30), "new.html": "new"})
        edge.wait(DAY)
        edge.requests.stop_at = edge.requests.count + number
        try:
            is_done = edge.remove("pr-7")
        except Killed:
            edge.requests.stop_at = 0
            assert edge.wrong(["pr-7"] if "s/pr-7" not in edge.store.items else []) == []
            assert edge.remove("pr-7")
        assert edge.wrong(["pr-7"]) == []
        assert len(edge.bucket.objects) == 30
    assert number > 4


def test_a_publish_that_begins_at_the_end_of_a_removal(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue that it has written stays, so a later publish or `prune` knows its objects."""
    edge.put("pr-7", with_changes(2))
    edge.wait(DAY)
    delete = edge.bucket.delete_unchanged

    def publish_first(key: str, etag: str) -> None:
        monkeypatch.undo()
        edge.put("pr-7", with_changes(3))
        delete(key, etag)

    monkeypatch.setattr(edge.bucket, "delete_unchanged", publish_first)
    assert not edge.remove("pr-7")
    assert edge.wrong() == []
    edge.wait(DAY)
    assert edge.remove("pr-7")
    assert len(edge.bucket.objects) == len(MAIN)


def test_rule_tables_are_shared(edge: Edge) -> None:
    """Previews with the same rules have one table, which goes with the last of them."""
    for name in ("pr-7", "pr-8"):
        edge.put(name, with_changes(1), edge=RULES)
    assert edge.pointer("pr-7").live.tables == edge.pointer("pr-8").live.tables
    edge.wait(DAY)
    edge.remove("pr-7")
    assert "r/AbCd-_12/e0" in edge.store.items
    edge.remove("pr-8")
    assert "r/AbCd-_12/e0" not in edge.store.items


def test_a_rule_table_that_is_deleted_during_a_publish(edge: Edge) -> None:
    """A publish writes its rules again after each conflict, as another one may have deleted them."""
    edge.put("pr-8", with_changes(1), edge=RULES)
    edge.wait(DAY)
    edge.store.before_update = lambda: edge.remove("pr-8")
    edge.put("pr-7", with_changes(1), edge=RULES)
    assert "r/AbCd-_12/e0" in edge.store.items
    assert edge.wrong(["pr-8"]) == []


@pytest.mark.parametrize("count", [1, 900])
def test_the_base_is_removed_during_a_publish(edge: Edge, count: int) -> None:
    """The publish stops, as its objects may be gone."""
    edge.wait(DAY)
    edge.store.before_update = lambda: edge.remove("main")
    with pytest.raises(PublishError, match=r"^The preview 'main', whose files this one uses, was changed or removed"):
        edge.put("pr-7", with_changes(count))
    edge.published.pop("pr-7")
    assert edge.wrong(["main", "pr-7"]) == []
    edge.put("pr-7", with_changes(count))
    assert edge.wrong() == []


@pytest.mark.parametrize("count", [1, 280])
def test_the_base_is_published_again_after_its_removal(edge: Edge, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """The new base has other objects than those that the publish has found."""
    monkeypatch.setattr("hosting.publish.bulk.catalogue.time.time", lambda: edge.bucket.now)
    edge.wait(DAY)

    def replace_base() -> None:
        edge.remove("main")
        edge.put("main", MAIN)

    edge.store.before_update = replace_base
    with pytest.raises(PublishError, match=r"^The preview 'main', whose files this one uses, was changed or removed"):
        edge.put("pr-7", with_changes(count))
    edge.published.pop("pr-7")
    assert edge.wrong() == []
    edge.put("pr-7", with_changes(count))
    assert edge.wrong() == []


def test_the_base_publishes_during_a_publish(edge: Edge) -> None:
    """It keeps what it has written itself for an hour, so the publish completes."""
    edge.wait(DAY)
    edge.store.before_update = lambda: edge.put("main", dict.fromkeys(MAIN, "new"))
    edge.put("pr-7", with_changes(1))
    assert edge.wrong() == []
    edge.wait(2 * SHARED_GRACE_S)
    for text in ("newer", "newest"):
        edge.put("main", dict.fromkeys(MAIN, text))
    assert edge.wrong() == []


def test_the_base_uses_files_of_another_preview_that_are_deleted(edge: Edge) -> None:
    """Objects that another preview has written are deleted with their last user, so the publish stops."""
    edge.put("pr-7", with_changes(2))
    for round_ in range(5):
        edge.wait(DAY)
        edge.put("main", dict.fromkeys(MAIN, f"version {round_}"))
    objects = set(edge.bucket.objects)

    def move_on() -> None:
        edge.put("pr-7", dict.fromkeys(MAIN, "other"))
        edge.put("main", dict.fromkeys(MAIN, "newest"))

    edge.wait(DAY)
    edge.store.before_update = move_on
    with pytest.raises(PublishError, match=r"^The preview 'pr-7', whose files this one uses, was changed or removed"):
        edge.put("pr-9", with_changes(3), base="pr-7")
    assert objects - set(edge.bucket.objects)
    edge.published.pop("pr-9")
    edge.put("pr-9", with_changes(3), base="pr-7")
    assert edge.wrong() == []


def test_a_rollback_to_files_of_another_preview(edge: Edge) -> None:
    """Objects of another preview that no pointer names may be deleted, so a release with them cannot go live."""
    first = edge.put("pr-7", with_changes(0)).release.digest
    edge.put("pr-7", with_changes(2))
    edge.of(preview("pr-7"), {}, rollback_to=first[:8], digest="").publish()
    edge.put("pr-7", with_changes(2))
    edge.put("main", with_changes(2, "new"))
    with pytest.raises(PublishError, match=r"^2 objects of release .* are not on this machine"):
        edge.of(preview("pr-7"), {}, rollback_to=first[:8], digest="").publish()
    assert edge.wrong() == []


def test_a_preview_whose_pointer_is_lost(edge: Edge) -> None:
    """It uses none of the objects of others that only its lost pointer has named."""
    edge.put("pr-7", with_changes(2))
    edge.put("main", dict.fromkeys(MAIN, "new"))
    del edge.store.items["s/pr-7"]
    uploads = len(edge.bucket.uploaded)
    edge.put("pr-7", with_changes(2))
    assert len(edge.bucket.uploaded) - uploads == len(MAIN) - 2
    assert edge.wrong() == []


def test_others_publish_during_a_publish(edge: Edge) -> None:
    """A conflict of the store's ETag that is not about the own pointer is tried again."""
    edge.store.before_update = lambda: edge.put("pr-8", with_changes(2))
    edge.put("pr-7", with_changes(3))
    assert edge.wrong() == []


def test_others_publish_during_a_cleanup(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cleanup lists the store again after a conflict, and gives up at last."""
    edge.put("pr-7", with_changes(280))
    edge.wait(DAY)
    update = edge.store.update
    refused: list[str] = []

    def conflicting(etag: str, puts: Mapping[str, str], deletes: Iterable[str] = ()) -> str:
        if any(key.startswith("t/") for key in deletes) and len(refused) < 2:
            refused.append(etag)
            raise StoreConflictError("The store has another ETag")
        return update(etag, puts, list(deletes))

    monkeypatch.setattr(edge.store, "update", conflicting)
    assert edge.remove("pr-7")
    assert len(refused) == 2
    edge.put("pr-8", with_changes(280))
    edge.wait(DAY)
    monkeypatch.setattr("hosting.publish.bulk.cleanup._SHARED_ATTEMPTS", 2)
    refused.clear()
    with pytest.raises(StoreConflictError):
        edge.remove("pr-8")
    assert edge.remove("pr-8")


def test_a_busy_store_during_a_removal(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    """A removal tries again, and gives up at last with the preview as it was."""
    edge.put("pr-7", with_changes(1))
    update, refusals = edge.store.update, [3]

    def refuse(etag: str, puts: Mapping[str, str], deletes: Iterable[str] = ()) -> str:
        refusals[0] -= 1
        if refusals[0] >= 0:
            raise StoreUnavailableError("Throttling")
        return update(etag, puts, list(deletes))

    monkeypatch.setattr(edge.store, "update", refuse)
    monkeypatch.setattr("hosting.publish.bulk.switch._MAX_WAIT_S", 0.0)
    edge.wait(DAY)
    assert edge.remove("pr-7")
    edge.put("pr-8", with_changes(1))
    refusals[0] = 100
    with pytest.raises(StoreUnavailableError):
        edge.remove("pr-8")
    assert edge.wrong() == []


def test_the_preview_is_removed_during_its_publish(edge: Edge) -> None:
    """The message does not say that visitors get another release."""
    edge.put("pr-7", with_changes(1))
    edge.store.before_update = lambda: edge.remove("pr-7")
    with pytest.raises(PublishError, match=r"^The site was removed while this pulumi up ran; visitors get no release"):
        edge.put("pr-7", with_changes(2))
    assert edge.wrong(["pr-7"]) == []


def test_a_publish_of_more_than_an_hour(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stops before the switch, as what it uses of others may have been deleted; the next one continues."""
    publisher = edge.of(preview("pr-7"), with_changes(5))
    monkeypatch.setattr(type(publisher._file), "elapsed", property(lambda file: file.now + SHARED_GRACE_S + 1))
    with pytest.raises(PublishError, match="This pulumi up took more than an hour"):
        publisher.publish()
    assert "s/pr-7" not in edge.store.items
    monkeypatch.undo()
    uploads = len(edge.bucket.uploaded)
    edge.put("pr-7", with_changes(5))
    assert len(edge.bucket.uploaded) + len(edge.bucket.copied) <= uploads + 5
    assert edge.wrong() == []


def test_the_grace_period_begins_with_the_switch(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the upload took, the previous release is unused from the switch on."""
    edge.put("pr-7", with_changes(1))
    publisher = edge.of(preview("pr-7"), with_changes(2))
    monkeypatch.setattr(type(publisher._file), "elapsed", property(lambda file: file.now + 1000))
    catalogue = publisher.publish().catalogue
    assert edge.pointer("pr-7").live.time == START + 1000
    assert [release.unused_since for release in catalogue.releases] == [0.0, START + 1000]


def test_a_full_store(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    """At 90 % a table is refused with the oldest previews and their own tables; a pointer still has a place."""
    for name in ("pr-1", "pr-2"):
        edge.put(name, with_changes(1))
    edge.wait(DAY)
    edge.put("pr-1", with_changes(280))
    prefix = table_prefix(edge.pointer("pr-1").live.table)
    size = sum(len(key) + len(value) for key, value in edge.store.items.items() if key.startswith(prefix))
    monkeypatch.setattr("hosting.publish.bulk.switch.MAX_BYTES", 6_000)
    uploads = len(edge.bucket.uploaded)
    days = [("main", "22", 0), ("pr-2", "22", 0), ("pr-1", "23", size)]
    oldest = ", ".join(f"{name} (2049-03-{day}, {own} bytes of its own)" for name, day, own in days)
    with pytest.raises(PublishError, match=re.escape(f"The oldest are {oldest}")):
        edge.put("pr-7", with_changes(280))
    assert len(edge.bucket.uploaded) == uploads
    monkeypatch.setattr("hosting.publish.bulk.switch.MAX_BYTES", 100)
    edge.put("pr-7", with_changes(1))
    assert edge.wrong() == []


def test_drift_of_a_preview(edge: Edge) -> None:
    """A comparison finds changes of the preview's own objects, of those of its base, and of its pointer."""
    edge.put("pr-7", with_changes(2))
    publisher = edge.of(preview("pr-7"), with_changes(2))
    assert publisher.drift() == []
    own = next(key for key in edge.bucket.objects if f"/{edge.pointer('pr-7').live.release}/" in key)
    shared = f"{layout.ROOT}o/{edge.pointer('main').live.release}/{list(MAIN)[5]}"
    del edge.bucket.objects[own], edge.bucket.objects[shared]
    assert len(edge.of(preview("pr-7"), with_changes(2)).drift()) == 2
    edge.of(preview("pr-7"), with_changes(2)).publish(repair=True)
    assert [one for one in edge.wrong() if one.startswith("pr-7")] == []
    del edge.store.items["s/pr-7"]
    assert edge.of(preview("pr-7"), with_changes(2)).drift()[0] == "s/pr-7"
    edge.of(preview("pr-7"), with_changes(2)).publish(repair=True)
    assert [one for one in edge.wrong() if one.startswith("pr-7")] == []


def test_drift_of_the_terms(edge: Edge) -> None:
    """A comparison finds an expiry or a password that another program has written, and the next publish restores it."""
    edge.put("pr-7", with_changes(2))
    pointer = edge.pointer("pr-7")
    for metadata in (
        PreviewMetadata("acme/website/pr-7", 1),
        PreviewMetadata("acme/website/pr-7", int(START) + DAY, "x"),
    ):
        edge.store.items["s/pr-7"] = replace(pointer, metadata=metadata).to_text()
        assert edge.of(preview("pr-7"), with_changes(2)).drift() == ["s/pr-7"]
        edge.of(preview("pr-7"), with_changes(2)).publish(repair=True)
        assert edge.pointer("pr-7").metadata == pointer.metadata


def test_a_damaged_catalogue_is_named(edge: Edge) -> None:
    """What other commands and stacks read of a preview is in its own catalogue, which each message names."""
    digest = edge.put("pr-7", with_changes(2)).release.digest
    stack = SourceStack("pr-7", "bucket", layout.site_records("pr-7"))
    assert len(published_files(edge.bucket, digest, is_in_place=False, preview="pr-7")) == len(MAIN)
    assert len(PromotionSource(edge.bucket, stack).release(digest).files) == len(MAIN)
    key = ".release/records/pr-7/index"
    catalogue = edge.bucket.records[key]
    edge.bucket.write(key, b"x", replaces=None)
    for read in (
        lambda: PromotionSource(edge.bucket, stack).release(digest),
        lambda: published_files(edge.bucket, digest, is_in_place=False, preview="pr-7"),
        lambda: edge.put("pr-7", with_changes(3)),
    ):
        with pytest.raises(PublishError, match=f"^{key} is damaged"):
            read()
    edge.bucket.records[key] = catalogue
    del edge.bucket.records[layout.RECORDS + edge.pointer("pr-7").live.release]
    with pytest.raises(
        PublishError, match=f"was deleted from the bucket.* or remove {key} to publish everything again$"
    ):
        edge.put("pr-7", with_changes(3))


def test_a_rollback_of_a_preview(edge: Edge) -> None:
    """A preview goes back to an earlier release of its own; if another program has deleted its objects, it says so."""
    first = edge.put("pr-7", with_changes(2)).release.digest
    edge.put("pr-7", with_changes(2, "again"))
    uploads = len(edge.bucket.uploaded)
    edge.of(preview("pr-7"), {}, rollback_to=first[:8], digest="").publish()
    edge.published["pr-7"] = with_changes(2)
    assert (edge.wrong(), len(edge.bucket.uploaded)) == ([], uploads)


def test_error_pages_of_the_base_are_marked(edge: Edge) -> None:
    """An error page that a preview uses is named by its pointer alone."""
    pages = ReleaseEdge(error_page="section-0/page-0.html")
    edge.put("main", MAIN, edge=pages)
    edge.put("pr-7", with_changes(0), edge=pages)
    marks = Marks(edge.store.items)
    page = edge.pointer("pr-7").live.error_page[1:]
    assert page == edge.pointer("main").live.error_page[1:]
    assert marks.uses(page)
    assert not marks.uses(f"{layout.ROOT}e/AAAA/404/other.html")
    assert not marks.uses(f"{layout.ROOT}o/AAAA")
    assert marks.uses(f"{layout.ROOT}o/{edge.pointer('main').live.table}/{list(MAIN)[3]}")


def test_two_hundred_previews() -> None:
    """200 previews share the objects and the table of their base, and each one has its own files."""
    edge = Edge()
    files = many(20)
    edge.put("main", files)
    for number in range(200):
        edge.put(f"pr-{number}", {**files, "index.html": f"pull request {number}", f"only-{number}.html": "x"})
    assert edge.wrong() == []
    assert len({edge.pointer(f"pr-{number}").live.table for number in range(200)}) == 1
    assert len(edge.bucket.objects) == 20 + 2 * 200
    assert edge.store.describe().bytes < 200 * 400 + 4000
    edge.wait(DAY)
    for number in range(0, 200, 2):
        edge.remove(f"pr-{number}")
    assert edge.wrong([f"pr-{number}" for number in range(0, 200, 2)]) == []
    assert len(edge.bucket.objects) == 20 + 2 * 100


def test_the_grace_period_of_tables(edge: Edge) -> None:
    """A preview's own old table goes with a publish an hour after the previous switch: others may begin to use it."""
    edge.put("pr-7", with_changes(280))
    table = edge.pointer("pr-7").live.table
    edge.wait(SHARED_GRACE_S)
    for text, seconds in (("again", GRACE_S), ("more", SHARED_GRACE_S - 1)):
        edge.put("pr-7", with_changes(280, text))
        assert f"t/{table}/0" in edge.store.items
        edge.wait(seconds)
    edge.put("pr-7", with_changes(280, "later"))
    assert f"t/{table}/0" in edge.store.items
    edge.wait(SHARED_GRACE_S)
    edge.put("pr-7", with_changes(280, "last"))
    assert f"t/{table}/0" not in edge.store.items
    assert edge.wrong() == []


def test_a_preview_is_promoted_with_the_files_of_its_base(edge: Edge) -> None:
    """A site gets what the preview shows; another preview's digest is not in the catalogue of this one."""
    digest = edge.put("pr-7", with_changes(10)).release.digest
    site = Site()
    site.promoter_of(edge.bucket, digest, preview="pr-7").publish()
    assert site.problems(with_changes(10)) == []
    assert site.bucket.uploaded == []
    other = edge.put("pr-8", with_changes(3)).release.digest
    with pytest.raises(PublishError, match="does not have release"):
        site.promoter_of(edge.bucket, other, preview="pr-7").publish()
