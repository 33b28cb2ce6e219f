"""Publishing behind a distribution to the S3 and the KeyValueStore of a real local cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hosting.errors import PublishError
from hosting.publish.bulk import switch
from hosting.publish.bulk.catalogue import KEY
from hosting.publish.bulk.pointer import SITE_KEY, Pointer
from hosting.publish.bulk.release_edge import ReleaseEdge
from hosting.publish.s3.errors import ConflictError

if TYPE_CHECKING:
    from tests.unit.publish.bulk.conftest import StoreSite


def pointer_of(site: StoreSite) -> Pointer:
    """Return the pointer in the store."""
    found = Pointer.from_text(site.store.list()[SITE_KEY])
    assert found is not None
    return found


def test_publish_change_and_roll_back(store_site: StoreSite) -> None:
    """A first publish, one changed file, and a rollback: each object has its content, headers and metadata."""
    site, place = store_site, store_site.place
    place.files["404.html"] = "not found"
    site.edge = ReleaseEdge(error_page="404.html")
    first = site.publish()
    assert site.served() == place.files
    page = pointer_of(site).live.error_page[1:]
    assert place.s3.head_object(Bucket=place.name, Key=page)["Metadata"] == {"status": "404"}
    script = next(key for key in place.bucket.uploaded if key.endswith("app.0a1b2c3d.js"))
    assert "immutable" in place.s3.head_object(Bucket=place.name, Key=script)["CacheControl"]

    before = dict(place.files)
    place.files["docs/a b+ä.html"] = "changed"
    assert site.publisher().preview() == "0 to add, 1 to change, 0 to remove, 7 bytes to send"
    second = site.publish()
    assert site.served() == place.files
    assert (len(place.bucket.uploaded), place.bucket.written[0], len(place.bucket.written)) == (1, KEY, 2)

    back = site.publish(rollback_to=first.release.digest[:8], digest="")
    place.files = before
    assert (site.served(), place.bucket.uploaded) == (before, [])
    assert [one.digest for one in back.catalogue.complete[:2]] == [first.release.digest, second.release.digest]


def test_a_site_with_several_writes(store_site: StoreSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each write of a table names the ETag of the write before it, and the pointer comes with the last one."""
    monkeypatch.setattr(switch, "MAX_KEYS_A_WRITE", 2)
    site = store_site
    site.place.bucket.upload = lambda *_: "etag"  # type: ignore[method-assign]  # the objects don't matter here
    site.place.files = {f"{number % 10}/{number}.html": "one" for number in range(400)}
    site.publish()
    pointer, items = pointer_of(site), site.store.list()
    assert pointer.live.buckets > 3
    assert len(items) == pointer.live.buckets + 1


def test_drift(store_site: StoreSite) -> None:
    """Objects and keys that another program has changed are found and restored."""
    site, place = store_site, store_site.place
    site.publish()
    assert site.publisher().drift() == []
    (key,) = [key for key in place.bucket.uploaded if key.endswith("about.html")]
    place.s3.put_object(Bucket=place.name, Key=key, Body=b"other")
    table = next(key for key in site.store.list() if key.startswith("t/"))
    site.store.write({table: "-"}, [])
    assert site.publisher().drift() == ["about.html", table.rpartition("/")[0] + "/"]
    assert site.publish(repair=True).repaired == 2
    assert (site.served(), site.publisher().drift()) == (place.files, [])
    site.store.write({}, [SITE_KEY])
    assert SITE_KEY in site.publisher().drift()
    site.publish(repair=True)
    assert (site.served(), site.publisher().drift()) == (place.files, [])


def test_a_promotion(store_site: StoreSite, site_of_another_stack: StoreSite) -> None:
    """S3 copies from the other bucket, without tags; a copy whose SHA-256 is another one is refused."""
    source, site = site_of_another_stack, store_site
    place, origin = site.place, source.place
    origin.files = {"docs/a b+ä.html": "docs", "404.html": "not found", "app.0a1b2c3d.js": "js"}
    source.edge = ReleaseEdge(error_page="404.html")
    first = source.publish().release.digest
    site.promote(source, first)
    place.files = dict(origin.files)
    assert (site.served(), place.bucket.uploaded) == (origin.files, [])
    page = pointer_of(site).live.error_page[1:]
    assert place.s3.head_object(Bucket=place.name, Key=page)["Metadata"] == {"status": "404"}
    script = next(key for key in place.keys(".release/o/") if key.endswith("app.0a1b2c3d.js"))
    assert "immutable" in place.s3.head_object(Bucket=place.name, Key=script)["CacheControl"]

    origin.files = {**place.files, "docs/a b+ä.html": "changed"}
    second = source.publish().release.digest
    (key,) = [key for key in origin.bucket.uploaded if key.endswith("ä.html")]
    origin.s3.put_object(Bucket=origin.name, Key=key, Body=b"swapped", Tagging="a=b")
    with pytest.raises(PublishError, match="content was changed"):
        site.promote(source, second)
    assert site.served() == place.files
    origin.s3.put_object(Bucket=origin.name, Key=key, Body=b"changed", Tagging="a=b")
    site.promote(source, second)
    place.files = dict(origin.files)
    assert site.served() == origin.files
    (copy,) = [key for key in place.keys(".release/o/") if place.text(key) == "changed"]
    assert place.s3.get_object_tagging(Bucket=place.name, Key=copy)["TagSet"] == []


def test_a_deletion_by_the_etag(store_site: StoreSite) -> None:
    """An object that was written again stays; one that is gone is no error."""
    bucket = store_site.place.bucket
    old = bucket.write("record", b"old", replaces="")
    new = bucket.write("record", b"new", replaces=old)
    with pytest.raises(ConflictError):
        bucket.delete_unchanged("record", old)
    assert store_site.place.text("record") == "new"
    for _ in range(2):
        bucket.delete_unchanged("record", new)
    assert bucket.read("record") is None
