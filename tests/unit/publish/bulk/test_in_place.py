"""Publishing without a distribution, against a real local cloud: an order instead of a switch."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from hosting.errors import PublishError
from hosting.publish.bulk.in_place import InPlace
from tests.unit.publish.bulk.conftest import many
from tests.unit.publish.bulk.test_atomic import after

if TYPE_CHECKING:
    from tests.unit.publish.bulk.conftest import Site


@pytest.fixture
def place(site: Site) -> Site:
    """Return a site whose bucket is a website itself."""
    site.atomic = False
    return site


def at_root(site: Site) -> dict[str, str]:
    """Return the files that visitors see."""
    return {key: site.text(key) for key in site.keys("") if not key.startswith(".published/")}


def test_files_are_where_the_website_looks_for_them(place: Site) -> None:
    """Keys are paths, and what is gone from the tree goes from the bucket."""
    place.publish()
    assert at_root(place) == place.files
    del place.files["about.html"]
    place.files["index.html"] = "new"
    place.publish()
    assert place.store.uploaded == ["index.html"]
    assert place.store.deleted[0] == "about.html"
    assert at_root(place) == place.files


def test_assets_go_up_before_pages_and_removal_is_last(place: Site) -> None:
    """No page is there before its assets, and nothing goes before all has arrived."""
    place.publish()
    place.files = {"index.html": "2", "z.css": "2", "app.js": "2", "about.html": "2"}
    place.store.fail = after(3)
    with pytest.raises(PublishError, match="stopped"):
        place.publish()
    assert sorted(place.store.uploaded[:2]) == ["app.js", "z.css"]
    assert place.store.deleted == []
    assert "app.0a1b2c3d.js" in place.keys("")
    place.store.fail = None
    place.publish()
    assert at_root(place) == place.files


def test_one_changed_file_is_one_upload_a_manifest_and_the_index(place: Site) -> None:
    """The records are believed: nothing is listed, copied or sent besides."""
    place.publish()
    place.files["index.html"] = "new"
    done = place.publish()
    assert place.store.uploaded == ["index.html"]
    assert place.store.written == [f".published/{done.held.id}", ".published/index"]


def test_an_interrupted_publish_goes_on_where_it_stopped(place: Site) -> None:
    """What arrived is not sent again."""
    place.publish()
    place.files |= many(60)
    place.store.fail = after(20)
    with pytest.raises(PublishError, match="stopped"):
        place.publish()
    arrived = set(place.store.uploaded)
    place.store.fail = None
    place.publish()
    assert arrived & set(place.store.uploaded) == set()
    assert len(place.store.uploaded) == 60 - len(arrived)
    assert at_root(place) == place.files


def test_a_publish_interrupted_again_and_again_sends_each_file_once(place: Site) -> None:
    """Credentials that last for some files bring the site up in a few runs."""
    place.files |= many(60)
    arrived: list[str] = []
    for _ in range(3):
        place.store.fail = after(20)
        with pytest.raises(PublishError, match="stopped"):
            place.publish()
        arrived += place.store.uploaded
        # S3 tells times to the second: what arrives in the very second of a plan can't be told from what was there.
        time.sleep(1.1)
    place.store.fail = None
    place.publish()
    arrived += place.store.uploaded
    assert len(arrived) < len(place.files) + 20
    assert at_root(place) == place.files


def test_strange_objects_stay(place: Site) -> None:
    """Only keys that the publisher owns are ever deleted."""
    place.s3.put_object(Bucket=place.bucket, Key="theirs.txt", Body=b"x")
    place.publish()
    place.files = {"index.html": "alone"}
    place.publish(max_remove=100)
    assert place.keys("theirs") == ["theirs.txt"]


def test_files_of_another_publisher_are_overwritten(place: Site) -> None:
    """A first publish uploads each file, whatever the bucket has at its key: equal or other content, other headers."""
    place.s3.put_object(Bucket=place.bucket, Key="index.html", Body=b"theirs")
    place.s3.put_object(Bucket=place.bucket, Key="about.html", Body=b"about", ContentType="text/plain")
    place.s3.put_object(Bucket=place.bucket, Key="theirs.txt", Body=b"x")
    place.publish()
    assert sorted(place.store.uploaded) == sorted(place.files)
    assert at_root(place) == {**place.files, "theirs.txt": "x"}
    assert place.s3.head_object(Bucket=place.bucket, Key="about.html")["ContentType"].startswith("text/html")


def test_drift_is_noticed_and_repaired(place: Site) -> None:
    """What another hand changed or removed is found by a listing, and put back."""
    done = place.publish()
    place.s3.delete_object(Bucket=place.bucket, Key="about.html")
    place.s3.put_object(Bucket=place.bucket, Key="index.html", Body=b"HOME")
    assert sorted(place.publisher().drift(done.held)) == ["about.html", "index.html"]
    place.publish(repair=True)
    assert sorted(place.store.uploaded) == ["about.html", "index.html"]
    assert at_root(place) == place.files


def test_removal_leaves_what_someone_else_has_written_since(place: Site) -> None:
    """When managed mode has put its own objects at our keys, they are not ours to delete."""
    place.publish()
    time.sleep(1.1)
    place.s3.put_object(Bucket=place.bucket, Key="index.html", Body=b"managed")
    publisher = place.publisher()
    assert isinstance(publisher, InPlace)
    place.store.deleted.clear()
    publisher.remove()
    assert place.keys() == ["index.html"]
    # A publish fails if the index names a manifest that does not exist.
    assert next(key for key in place.store.deleted if key.startswith(".published/")) == ".published/index"


def test_a_release_can_not_be_pinned(place: Site) -> None:
    """Without a distribution there is only the live one, and the message says what would help."""
    place.publish()
    with pytest.raises(PublishError, match="cloudfront:enabled true"):
        place.publish(pin="abcd", digest="")


def test_a_preview_tells_what_would_be_sent(place: Site) -> None:
    """Files to add, change and remove, and bytes."""
    place.publish()
    place.files |= {"about.html": "12345", "new.txt": "1"}
    assert place.publisher().preview() == "1 to add, 1 to change, 0 to remove, 6 bytes to send"
