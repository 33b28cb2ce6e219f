"""Publishing a release of another stack, in memory: what is copied, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hosting.edge.rule_tables import EXACT, Entry, TableFormat, rule_table, rules_list
from hosting.errors import PublishError
from hosting.publish.bulk import layout
from hosting.publish.bulk.catalogue import KEY, Catalogue, StoredRelease
from hosting.publish.bulk.manifests import Manifests, ReleaseManifest, StoredFile
from hosting.publish.bulk.pointer import GRACE_S
from hosting.publish.bulk.release_edge import ReleaseEdge, release_digest
from hosting.publish.s3.errors import S3Error
from hosting.publish.staging.manifest import Manifest
from tests.unit.publish.bulk.memory import Killed, Site, entries

if TYPE_CHECKING:
    from hosting.publish.staging.manifest import ManifestEntry

A = {"index.html": "home A", "about.html": "about", "docs/index.html": "docs", "404.html": "no"}
B = {**A, "index.html": "home B", "new.html": "new"}
EDGE = ReleaseEdge(error_page="404.html", kind="pages")


def staging(files: dict[str, str] = B, edge: ReleaseEdge = EDGE) -> tuple[Site, str]:
    """Return the source, and the digest of its live release."""
    site = Site()
    site.publish(A, EDGE)
    return site, site.publish(files, edge).release.digest


def test_a_promotion_copies_what_the_bucket_does_not_have() -> None:
    """Visitors get exactly the promoted files with the error page, and nothing is uploaded."""
    source, digest = staging()
    site = Site()
    site.publish(A, EDGE)
    site.bucket.uploaded.clear()
    assert site.promoter(source, digest).preview() == "1 to add, 1 to change, 0 to remove, 0 bytes to send"
    result = site.promote(source, digest)
    assert site.problems(B) == []
    assert (result.release.digest, result.manifest.edge) == (digest, EDGE)
    assert (site.bucket.uploaded, len(site.bucket.copied)) == ([], 2)


def test_a_first_publish_can_be_a_promotion() -> None:
    """All objects are copied, the error page once more with its status."""
    source, digest = staging()
    site = Site()
    site.promote(source, digest)
    assert site.problems(B, ["missing.html"]) == []
    assert len(site.bucket.copied) == len(B) + 1
    page = next(one for key, one in site.bucket.objects.items() if key.startswith(f"{layout.ROOT}e/"))
    assert page.metadata == {"x-amz-meta-status": "404"}


def test_a_promoted_release_is_one_of_the_bucket() -> None:
    """A second promotion, and a rollback to it, read nothing of the source, which may be gone."""
    source, digest = staging()
    site = Site()
    site.promote(source, digest)
    site.wait(GRACE_S)
    site.publish(A, EDGE)
    source.bucket.objects.clear()
    source.bucket.records.clear()
    site.promote(source, digest)
    assert site.problems(B) == []
    site.publish(A, EDGE)
    site.publish(A, rollback_to=digest[:8])
    assert site.problems(B) == []


def test_a_changed_object_of_a_promoted_release_is_copied_again() -> None:
    """A repair takes from the source what another program has deleted."""
    source, digest = staging()
    site = Site()
    site.promote(source, digest)
    del site.bucket.objects[next(key for key in site.bucket.copied if key.endswith("about.html"))]
    assert site.promoter(source, digest).publish(repair=True).repaired == 1
    assert site.problems(B) == []


def test_an_object_that_is_swapped_after_the_review_is_refused() -> None:
    """Visitors keep the old release, and the next publish does not use the copy with other content."""
    source, digest = staging()
    key = next(key for key in source.site_keys() if key.endswith("new.html"))
    genuine = source.bucket.objects[key]
    other = replace(genuine.entry, sha256=entries({"new.html": "bad"})["new.html"].sha256)
    source.bucket.objects[key] = replace(genuine, entry=other)
    site = Site()
    site.publish(A, EDGE)
    before = dict(site.store.items)
    with pytest.raises(PublishError, match=r"'new.html' in the bucket other .* content was changed. The live site is"):
        site.promote(source, digest)
    assert (site.store.items, site.problems(A)) == (before, [])
    source.bucket.objects[key] = genuine
    site.promote(source, digest)
    assert site.problems(B) == []


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("stop_at", range(1, 12))
def test_an_interrupted_promotion_begins_again(stop_at: int, after: bool) -> None:  # noqa: FBT001 - a case
    """Stopped at any write, visitors get one release, and the next promotion completes; it never reuses a copy."""
    source, digest = staging()
    site = Site()
    site.publish(A, EDGE)
    site.requests.count, site.requests.stop_at, site.requests.after = 0, stop_at, after
    try:
        site.promote(source, digest)
    except Killed:
        site.requests.stop_at = 0
        assert [] in (site.problems(A), site.problems(B))
        site.promote(source, digest)
    assert site.problems(B) == []


def crafted(source: Site, files: dict[str, ManifestEntry], edge: ReleaseEdge, digest: str = "") -> str:
    """Write a release as somebody who may write to the source's bucket can; return its digest."""
    digest = digest or release_digest(Manifest.of(files.values()).digest, edge.to_text())
    stored = {name: StoredFile(name, entry, "AAAA") for name, entry in files.items()}
    Manifests(source.bucket, layout.RECORDS, KEY).write("AAAA", ReleaseManifest(stored, {}, edge))
    catalogue = Catalogue((StoredRelease("BBBB", digest, 0, 1, 1), StoredRelease("AAAA", digest, 0, 1, 1)))
    source.bucket.write(KEY, catalogue.to_bytes(), replaces=None)
    return digest


def test_a_changed_manifest_is_refused() -> None:
    """The digest is a hash of all files, headers and rules: none of them can be changed."""
    files = entries(B)
    less = {name: entry for name, entry in files.items() if name != "new.html"}
    typed = {**files, "new.html": replace(files["new.html"], content_type="text/plain")}
    for changed, edge in ((less, EDGE), (typed, EDGE), (files, replace(EDGE, app_page="index.html"))):
        source, digest = staging()
        crafted(source, changed, edge, digest)
        with pytest.raises(PublishError, match="is not the one that was published: somebody has changed it"):
            Site().promote(source, digest)


TABLE = rule_table(TableFormat("rules", "rules", "", rules_list), [Entry(EXACT, "/a", '["/a"]', "line 1")], {})
HEADS = {TABLE.name: dict(TABLE.head)}
KEY_OF_RULE = next(iter(TABLE.items))
HOME = entries({"index.html": "home"})["index.html"]


def test_rules_are_promoted() -> None:
    """The tables of the release are in the store before the pointer names them."""
    source, digest = staging(edge=replace(EDGE, tables=HEADS, items=TABLE.items))
    site = Site()
    site.promote(source, digest)
    assert site.store.items[KEY_OF_RULE] == TABLE.items[KEY_OF_RULE]


@pytest.mark.parametrize(
    ("entry", "edge"),
    [
        (replace(HOME, path="../index.html"), EDGE),
        (replace(HOME, path="a//b.html"), EDGE),
        (replace(HOME, path="/index.html"), EDGE),
        (replace(HOME, path=".release/index.html"), EDGE),
        (replace(HOME, content_type="text/html\r\nx: y"), EDGE),
        (replace(HOME, cache_control="a\nb"), EDGE),
        (HOME, replace(EDGE, items={"s/site": "{}"})),
        (HOME, replace(EDGE, tables=HEADS, items={**TABLE.items, "t/AAAA/0": "x"})),
        (HOME, replace(EDGE, tables=HEADS, items={KEY_OF_RULE: "[]"})),
        (HOME, replace(EDGE, tables={"rules": {}})),
        (HOME, replace(EDGE, tables=["rules"])),  # type: ignore[arg-type]
    ],
)
def test_a_release_that_no_publish_writes_is_refused(entry: ManifestEntry, edge: ReleaseEdge) -> None:
    """Also with a digest that fits, there is no way to other keys of bucket or store, or to headers of requests."""
    source = Site()
    site, digest = Site(), crafted(source, {entry.path: entry}, edge)
    with pytest.raises(PublishError):
        site.promote(source, digest)
    assert (site.store.items, site.bucket.objects) == ({}, {})


def test_a_release_that_the_source_does_not_have() -> None:
    """The message says where the digests are."""
    source, _ = staging()
    for site in (source, Site()):
        with pytest.raises(PublishError, match=r"does not have release 0{12}; .* --stack staging lists"):
            Site().promote(site, "0" * 64)


def test_a_source_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the right to read it, the message says which one is needed."""
    source, digest = staging()

    def refuse(_: str) -> None:
        raise S3Error("AccessDenied", "Access Denied", 403)

    monkeypatch.setattr(source.bucket, "read", refuse)
    with pytest.raises(PublishError, match=r"cannot be read \(AccessDenied: .*need s3:GetObject"):
        Site().promote(source, digest)


def test_max_remove_holds_for_a_promotion() -> None:
    """A release with far fewer files is refused, as a build would be."""
    source, digest = staging(files={"index.html": "alone"})
    site = Site()
    site.publish(A, EDGE)
    with pytest.raises(PublishError, match="would remove 3 of the 4 files"):
        site.promote(source, digest, max_remove=50)
