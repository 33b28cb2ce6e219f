"""Publishing without a distribution, against a real local cloud: assets first, then pages, then deletions."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING

import pytest

from hosting.errors import PublishError
from hosting.publish.bulk.in_place_index import InPlaceIndex
from hosting.publish.bulk.published_files import published_files
from hosting.publish.bulk.sealed import sealed
from hosting.publish.s3.errors import S3Error

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.publish.bulk.conftest import Site


def many(count: int) -> dict[str, str]:
    """Return pages of a site, path to content."""
    return {f"section-{n % 7}/page-{n}.html": f"one {n}" for n in range(count)}


def after(count: int) -> Callable[[str], None]:
    """Return what refuses all uploads after ``count`` of them, as S3 does when credentials have expired."""
    numbers = itertools.count()

    def fail(_key: str) -> None:
        if next(numbers) >= count:
            raise S3Error("ExpiredToken", "The provided token has expired", 400)

    return fail


def at_root(site: Site) -> dict[str, str]:
    """Return the files that visitors get."""
    return {key: site.text(key) for key in site.keys("") if not key.startswith(".published/")}


def test_files_are_where_the_website_looks_for_them(site: Site) -> None:
    """Keys are paths, and a file that was removed from the tree is deleted from the bucket."""
    site.publish()
    assert at_root(site) == site.files
    del site.files["about.html"]
    site.files["index.html"] = "new"
    site.publish()
    assert site.bucket.uploaded == ["index.html"]
    assert site.bucket.deleted[0] == "about.html"
    assert at_root(site) == site.files


def test_assets_go_up_before_pages_and_removal_is_last(site: Site) -> None:
    """No page is uploaded before its assets, and nothing is deleted before all is uploaded."""
    site.publish()
    site.files = {"index.html": "2", "z.css": "2", "app.js": "2", "about.html": "2"}
    site.bucket.fail = after(3)
    with pytest.raises(PublishError, match="stopped"):
        site.publish()
    assert sorted(site.bucket.uploaded[:2]) == ["app.js", "z.css"]
    assert site.bucket.deleted == []
    assert "app.0a1b2c3d.js" in site.keys("")
    site.bucket.fail = None
    site.publish()
    assert at_root(site) == site.files


def test_one_changed_file_is_one_upload_a_manifest_and_the_index(site: Site) -> None:
    """One changed file is one upload, one manifest and one write of the index."""
    site.publish()
    site.files["index.html"] = "new"
    done = site.publish()
    assert site.bucket.uploaded == ["index.html"]
    assert site.bucket.written == [f".published/{done.release.id}", ".published/index"]


def test_an_interrupted_publish_goes_on_where_it_stopped(site: Site) -> None:
    """Files that were uploaded by an interrupted publish are not uploaded again."""
    site.publish()
    site.files |= many(60)
    site.bucket.fail = after(20)
    with pytest.raises(PublishError, match="stopped"):
        site.publish()
    arrived = set(site.bucket.uploaded)
    site.bucket.fail = None
    site.publish()
    assert arrived & set(site.bucket.uploaded) == set()
    assert len(site.bucket.uploaded) == 60 - len(arrived)
    assert at_root(site) == site.files


def test_a_publish_interrupted_again_and_again_sends_each_file_once(site: Site) -> None:
    """Credentials that last for some files bring the site up in a few runs."""
    site.files |= many(60)
    arrived: list[str] = []
    for _ in range(3):
        site.bucket.fail = after(20)
        with pytest.raises(PublishError, match="stopped"):
            site.publish()
        arrived += site.bucket.uploaded
        # S3's times have a resolution of one second, so an object and a plan need different ones.
        time.sleep(1.1)
    site.bucket.fail = None
    site.publish()
    arrived += site.bucket.uploaded
    assert len(arrived) < len(site.files) + 20
    assert at_root(site) == site.files


def test_strange_objects_stay(site: Site) -> None:
    """Only keys that the publisher owns are ever deleted."""
    site.s3.put_object(Bucket=site.name, Key="theirs.txt", Body=b"x")
    site.publish()
    site.files = {"index.html": "alone"}
    site.publish(max_remove=100)
    assert site.keys("theirs") == ["theirs.txt"]


def test_files_of_another_publisher_are_overwritten(site: Site) -> None:
    """A first publish uploads each file, whatever the bucket has at its key: equal or other content, other headers."""
    site.s3.put_object(Bucket=site.name, Key="index.html", Body=b"theirs")
    site.s3.put_object(Bucket=site.name, Key="about.html", Body=b"about", ContentType="text/plain")
    site.s3.put_object(Bucket=site.name, Key="theirs.txt", Body=b"x")
    site.publish()
    assert sorted(site.bucket.uploaded) == sorted(site.files)
    assert at_root(site) == {**site.files, "theirs.txt": "x"}
    assert site.s3.head_object(Bucket=site.name, Key="about.html")["ContentType"].startswith("text/html")


def test_drift_is_noticed_and_repaired(site: Site) -> None:
    """Objects that another program has changed or deleted are found by a listing, and restored."""
    site.publish()
    site.s3.delete_object(Bucket=site.name, Key="about.html")
    site.s3.put_object(Bucket=site.name, Key="index.html", Body=b"HOME")
    assert site.publisher().drift() == ["about.html", "index.html"]
    site.publish(repair=True)
    assert sorted(site.bucket.uploaded) == ["about.html", "index.html"]
    assert at_root(site) == site.files


def test_removal_leaves_what_someone_else_has_written_since(site: Site) -> None:
    """Objects that managed mode has written to the same keys are not deleted."""
    site.publish()
    time.sleep(1.1)
    site.s3.put_object(Bucket=site.name, Key="index.html", Body=b"managed")
    publisher = site.publisher()
    site.bucket.deleted.clear()
    publisher.remove()
    assert site.keys() == ["index.html"]
    # A publish fails if the index names a manifest that does not exist.
    assert next(key for key in site.bucket.deleted if key.startswith(".published/")) == ".published/index"


def test_rollback_is_refused(site: Site) -> None:
    """`publish:release` is refused without a distribution, and the message says what would help."""
    site.publish()
    with pytest.raises(PublishError, match="cloudfront:enabled true"):
        site.publish(rollback_to="abcd", digest="")


def test_a_preview_tells_what_would_be_sent(site: Site) -> None:
    """A preview counts the files to add, change and remove, and the bytes to send."""
    site.publish()
    site.files |= {"about.html": "12345", "new.txt": "1"}
    assert site.publisher().preview() == "1 to add, 1 to change, 0 to remove, 6 bytes to send"


def test_records_of_a_site_in_place(site: Site) -> None:
    """The stack's output has the release, and commands find its files; a damaged index is an error."""
    release = site.publish().release
    assert release.summary()["files"] == len(site.files)
    assert published_files(site.bucket, release.digest, is_in_place=True).keys() == site.files.keys()
    with pytest.raises(PublishError, match="is damaged"):
        InPlaceIndex.from_bytes(sealed({"begun": [], "live": {}}))
    with pytest.raises(PublishError, match="is damaged"):
        InPlaceIndex.from_bytes(sealed({"begun": [], "live": {"digest": ""}}))
