"""The provider of releases: what the engine gets from it, with a bucket and a store in memory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from hosting.aws.key_value_store_errors import StoreError
from hosting.errors import HostingError
from hosting.providers.release import ReleaseProvider
from hosting.publish.bulk import layout
from hosting.publish.bulk.catalogue import KEY
from hosting.publish.bulk.pointer import SITE_KEY
from hosting.publish.bulk.published_files import published_files
from hosting.publish.bulk.release_edge import ReleaseEdge, release_digest
from hosting.publish.bulk.request import EDGE_FILE
from hosting.publish.s3.errors import S3Error
from hosting.publish.staging.manifest import Manifest
from hosting.publish.staging.staged_paths import MANIFEST
from tests.unit.publish.bulk.memory import Log, Site, entries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.publish.bulk.store import Store
    from hosting.publish.s3.bucket import BucketClient
    from hosting.publish.s3.objects import ListedObject

A = {"index.html": "home A", "about.html": "about", "docs/index.html": "docs", "404.html": "no"}
B = {**A, "index.html": "home B", "new.html": "new"}
ARN = "arn:aws:cloudfront::123456789012:key-value-store/1"
EDGE = ReleaseEdge(error_page="404.html", kind="pages")


class MemoryProvider(ReleaseProvider):
    """The provider with a site in memory."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self.site = site
        self.clients = 0

    def bucket_client(self, bucket: str) -> BucketClient:
        self.clients += 1
        if bucket in self.site.bucket.others:
            return self.site.bucket.others[bucket]
        assert bucket == "bucket"
        return self.site.bucket

    def store_client(self, arn: str) -> Store:
        assert arn.startswith(ARN)
        return self.site.store


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    """Return what the provider reports to the engine."""
    found = Log()
    for module in ("release", "release_actions"):
        monkeypatch.setattr(f"hosting.providers.{module}.EngineLog", lambda _: found)
    return found


@pytest.fixture
def provider(log: Log) -> MemoryProvider:
    """Return the provider of a site that was not published yet."""
    del log
    return MemoryProvider(Site())


def props(folder: Path, files: Mapping[str, str] = A, edge: ReleaseEdge = EDGE, **changes: object) -> dict[str, Any]:
    """Stage files, and return the inputs of a release; numbers are floats, as the engine passes them."""
    manifest = Manifest.of(entries(files).values())
    staging = folder / release_digest(manifest.digest, edge.to_text())[:8]
    staging.mkdir(exist_ok=True)
    (staging / MANIFEST).write_text(manifest.to_json())
    (staging / EDGE_FILE).write_text(edge.to_text())
    return {
        "bucket": "bucket",
        "store": ARN,
        "release_digest": release_digest(manifest.digest, edge.to_text()),
        "files_digest": manifest.digest,
        "staging": str(staging),
        "files": float(manifest.file_count),
        "bytes": float(manifest.total_bytes),
        "releases_kept": 3.0,
        "keep_assets_days": 7.0,
        "max_remove": 50.0,
        "rollback_to": "",
        "publish_marker": "m1",
        "previous_publish_marker": None,
        "urn": "urn:pulumi:prod::p::t::n",
        **changes,
    }


def created(provider: MemoryProvider, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the outputs of a first publish."""
    outs = provider.create(inputs).outs
    assert outs is not None
    return outs


def refreshed(provider: MemoryProvider, outs: dict[str, Any]) -> dict[str, Any]:
    """Return the outputs after a refresh."""
    found = provider.read("id", outs).outs
    assert found is not None
    return found


def test_the_provider_is_small_in_a_state() -> None:
    """It is pickled by reference to its module, so another version of it is not an update."""
    assert len(serialize_provider(ReleaseProvider())) < 120


def test_a_first_publish(provider: MemoryProvider, log: Log, tmp_path: Path) -> None:
    """The preview says what is to be sent, and no file is in the outputs."""
    inputs = props(tmp_path, {**A, **{f"{number}.html": "x" for number in range(300)}})
    assert provider.check({}, inputs).inputs == inputs
    assert log.lines == [f"Release: 304 to add, {int(inputs['bytes'])} bytes to send"]
    result = provider.create(inputs)
    outs = result.outs or {}
    assert (outs["digest"], outs["file_count"]) == (inputs["release_digest"], 304)
    assert [set(release) for release in outs["releases"]] == [{"digest", "time", "files", "bytes"}]
    assert (outs["kind"], outs["drift"]) == ("pages", 0)
    assert len(str(outs)) < 2_000
    found = published_files(provider.site.bucket, outs["digest"], is_in_place=False)
    assert len(found) == 304


def test_an_update_is_not_reported_twice(provider: MemoryProvider, log: Log, tmp_path: Path) -> None:
    """`check` reports a first publish alone, and none of a rollback, whose files are in the bucket."""
    provider.check({"bucket": "bucket"}, props(tmp_path))
    provider.check({}, props(tmp_path, release_digest="", rollback_to="abc"))
    assert log.lines == []


def test_an_unchanged_site_makes_no_request(provider: MemoryProvider, tmp_path: Path) -> None:
    """The digest decides, not how to publish."""
    outs = created(provider, props(tmp_path))
    before = provider.clients
    diff = provider.diff("id", outs, props(tmp_path, max_remove=60.0, urn="urn:pulumi:prod::p::t::other"))
    assert (diff.changes, provider.clients) == (False, before)


def test_a_changed_site(provider: MemoryProvider, log: Log, tmp_path: Path) -> None:
    """The preview counts the files and the bytes to send, and the update keeps bucket and store."""
    outs = created(provider, props(tmp_path))
    news = props(tmp_path, B)
    diff = provider.diff("id", outs, news)
    assert (diff.changes, diff.replaces) == (True, [])
    assert log.lines[-1] == "Release: 1 to add, 1 to change, 0 to remove, 9 bytes to send"
    updated = provider.update("id", outs, news).outs or {}
    assert [one["digest"] for one in updated["releases"]] == [news["release_digest"], outs["digest"]]
    assert provider.site.problems(B) == []


def test_an_update_reads_once(provider: MemoryProvider, tmp_path: Path) -> None:
    """The catalogue and the live manifest are read for the report, and not again for the publish that follows it."""
    outs = created(provider, props(tmp_path))
    bucket, news = provider.site.bucket, props(tmp_path, B)
    bucket.reads.clear()
    provider.diff("id", outs, news)
    provider.update("id", outs, news)
    assert (len(bucket.reads), bucket.reads[0], provider.site.problems(B)) == (2, KEY, [])


def test_what_replaces_a_release(provider: MemoryProvider, tmp_path: Path) -> None:
    """Another bucket, and CloudFront on or off, is another release; another store is an update."""
    outs = created(provider, props(tmp_path))
    assert provider.diff("id", outs, props(tmp_path, bucket="other")).replaces == ["bucket"]
    assert provider.diff("id", outs, props(tmp_path, store="")).replaces == ["store"]
    other = provider.diff("id", outs, props(tmp_path, store=f"{ARN}2"))
    assert (other.changes, other.replaces) == (True, [])


def test_a_preview_without_the_store(provider: MemoryProvider, log: Log, tmp_path: Path) -> None:
    """The preview of a replacement does not know the ARN yet, and makes no request."""
    outs = created(provider, props(tmp_path))
    before = provider.clients
    assert provider.diff("id", outs, props(tmp_path, store=None)).changes
    assert (log.lines[-1], provider.clients) == ("Release: to be published to another key value store", before)


def test_a_rollback(provider: MemoryProvider, log: Log, tmp_path: Path) -> None:
    """`publish:release` goes back without an upload, and the preview names the release."""
    one = created(provider, props(tmp_path))
    two = provider.update("id", one, props(tmp_path, B)).outs or {}
    sent = len(provider.site.bucket.uploaded)
    back = props(tmp_path, B, release_digest="", rollback_to=one["digest"][:8])
    assert provider.diff("id", two, back).changes
    assert log.lines[-1].endswith(f", 0 bytes to send (back to release {one['digest'][:12]})")
    outs = provider.update("id", two, back).outs or {}
    assert (outs["digest"], len(provider.site.bucket.uploaded)) == (one["digest"], sent)
    assert provider.site.problems(A, ["new.html"]) == []


def test_an_unknown_rollback_names_the_stack(provider: MemoryProvider, tmp_path: Path) -> None:
    """The commands of the message have the stack."""
    outs = created(provider, props(tmp_path))
    with pytest.raises(HostingError, match="pulumi config rm --stack prod publish:release"):
        provider.diff("id", outs, props(tmp_path, release_digest="", rollback_to="0000"))


@pytest.mark.parametrize("lost", ["object", "pointer", "table"])
def test_drift(provider: MemoryProvider, log: Log, tmp_path: Path, lost: str) -> None:
    """A refresh finds what another program has deleted, and the next update restores it."""
    outs, site = created(provider, props(tmp_path)), provider.site
    assert refreshed(provider, outs)["drift"] == 0
    if lost == "object":
        del site.bucket.objects[next(key for key in site.site_keys() if key.endswith("about.html"))]
    else:
        key = SITE_KEY if lost == "pointer" else next(key for key in site.store.items if key.startswith("t/"))
        site.store.update(site.store.describe().etag, {}, [key])
    drifted = refreshed(provider, outs)
    assert drifted["drift"] == 1
    assert "1 objects were changed or removed outside of Pulumi" in log.lines[-1]
    assert provider.diff("id", drifted, props(tmp_path)).changes
    repaired = provider.update("id", drifted, props(tmp_path)).outs or {}
    assert (repaired["drift"], site.problems(A)) == (0, [])
    assert refreshed(provider, repaired)["drift"] == 0


def test_an_emptied_bucket(provider: MemoryProvider, tmp_path: Path) -> None:
    """Without the catalogue everything is drift, and is published again."""
    outs = created(provider, props(tmp_path))
    provider.site.bucket.records.clear()
    provider.site.bucket.objects.clear()
    drifted = refreshed(provider, outs)
    assert drifted["drift"] == 1
    provider.site.wait(60)
    provider.update("id", drifted, props(tmp_path))
    assert provider.site.problems(A) == []


def test_an_unfinished_publish(provider: MemoryProvider, log: Log, tmp_path: Path) -> None:
    """If a marker shows that a publish did not finish, each object is compared although the files are unchanged."""
    outs, site = created(provider, props(tmp_path)), provider.site
    del site.bucket.objects[next(key for key in site.site_keys() if key.endswith("about.html"))]
    news = props(tmp_path, publish_marker="m3", previous_publish_marker="m2")
    assert provider.diff("id", outs, news).changes
    assert "the last publish did not finish" in log.lines[-1]
    provider.update("id", outs, news)
    assert site.problems(A) == []


def test_the_live_release_may_remove_any_number_of_files(provider: MemoryProvider, tmp_path: Path) -> None:
    """`publish:maxRemove` protects the release of the state, not what an unfinished publish has switched to."""
    small = {"index.html": "home A"}
    outs = created(provider, props(tmp_path, small))
    provider.site.publish({**A, "more.html": "x"}, EDGE)
    news = props(tmp_path, small, publish_marker="m3", previous_publish_marker="m2")
    provider.update("id", outs, news)
    assert provider.site.problems(small, ["about.html"]) == []
    with pytest.raises(HostingError, match="would remove 2 of the 2 files"):
        provider.update("id", created(provider, props(tmp_path, {**small, "x.html": "x"})), props(tmp_path, {"y": "y"}))


def test_errors_of_aws(provider: MemoryProvider, tmp_path: Path) -> None:
    """A message says what visitors get and what to do."""
    site, inputs = provider.site, props(tmp_path)
    site.bucket.fails = S3Error("AccessDenied", "Access Denied", 403)
    with pytest.raises(HostingError, match=r"live site is unchanged.*it continues where this one stopped"):
        provider.create(inputs)
    site.bucket.fails = None

    def refuse() -> None:
        raise StoreError("The store is gone.")

    site.store.before_update = refuse
    with pytest.raises(HostingError, match=r"Publishing stopped: The store is gone. The live site is unchanged"):
        provider.create(inputs)
    result = provider.create(inputs)
    outs = result.outs or {}

    def fail(prefix: str) -> dict[str, ListedObject]:
        raise S3Error("SlowDown", f"slow: {prefix}", 503)

    site.bucket.list = fail  # type: ignore[method-assign]
    with pytest.raises(HostingError, match=r"could not be compared with the release: .*Run the command again"):
        provider.read("id", outs)
    with pytest.raises(HostingError, match="objects in bucket bucket could not be deleted"):
        provider.delete(result.id, outs)


def test_delete(provider: MemoryProvider, tmp_path: Path) -> None:
    """All objects of bulk mode are deleted, and no others; a resource that was replaced deletes nothing."""
    bucket = provider.site.bucket
    first, second = provider.create(props(tmp_path)), provider.create(props(tmp_path))
    bucket.upload(tmp_path, "index.html", entries({"index.html": "managed"})["index.html"])
    provider.delete(first.id, first.outs or {})
    assert provider.site.problems(A) == []
    provider.delete(second.id, second.outs or {})
    assert ([*bucket.objects], [*bucket.records]) == (["index.html"], [])


def test_delete_without_the_bucket(provider: MemoryProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bucket that does not exist any more, such as that of a destroyed preview edge, has nothing to delete."""
    result = provider.create(props(tmp_path))

    def refuse(_key: str) -> None:
        raise S3Error("NoSuchBucket", "The specified bucket does not exist", 404)

    monkeypatch.setattr(provider.site.bucket, "read", refuse)
    provider.delete(result.id, result.outs or {})
    assert provider.site.problems(A) == []


def test_a_tree_that_was_staged_again(provider: MemoryProvider, tmp_path: Path) -> None:
    """Nothing but the files and rules of the declared digest is published."""
    inputs = props(tmp_path)
    for change, message in (
        ({"files_digest": "other"}, "was staged again"),
        ({"release_digest": "other"}, "was staged again"),
        ({"staging": str(tmp_path / "missing")}, "cannot be read"),
    ):
        with pytest.raises(HostingError, match=message):
            provider.create({**inputs, **change})
    (tmp_path / Path(inputs["staging"]) / MANIFEST).write_text(Manifest.of(entries(B).values()).to_json())
    with pytest.raises(HostingError, match="was staged again"):
        provider.create(inputs)
    assert KEY not in provider.site.bucket.records


def test_files_of_a_release_that_the_bucket_does_not_have(provider: MemoryProvider, tmp_path: Path) -> None:
    """A command that compares the files of the state's release says to run `pulumi up`."""
    created(provider, props(tmp_path))
    with pytest.raises(HostingError, match="does not have release 0000: run pulumi up"):
        published_files(provider.site.bucket, "0000", is_in_place=False)
    assert layout.RECORDS + "index" == KEY


def promoted(folder: Path, digest: str) -> dict[str, Any]:
    """Return the inputs of a release that comes from another stack."""
    source = {"source_stack": "staging", "source_bucket": "staging-1", "source_records": layout.RECORDS}
    nothing_staged = {"files_digest": "", "files": 0.0, "bytes": 0.0}
    return {**props(folder), **nothing_staged, **source, "release_digest": digest}


def test_a_promotion(provider: MemoryProvider, log: Log, tmp_path: Path) -> None:
    """The previews of a first and of a later promotion count its files; the update copies them."""
    source = Site()
    digest = source.publish(A, EDGE).release.digest
    provider.site.bucket.others["staging-1"] = source.bucket
    inputs = promoted(tmp_path, digest)
    assert provider.check({}, inputs).inputs == inputs
    outs = created(provider, inputs)
    assert (outs["digest"], outs["file_count"], provider.site.bucket.uploaded) == (digest, 4, [])
    second = source.publish(B, EDGE).release.digest
    assert provider.diff("id", outs, promoted(tmp_path, second)).changes
    assert provider.diff("id", outs, promoted(tmp_path, digest)).changes is False
    assert log.lines == [
        "Release: 4 to add, 0 bytes to send",
        *(line for line in log.lines if line.startswith("Publishing")),
        "Release: 1 to add, 1 to change, 0 to remove, 0 bytes to send",
    ]
    updated = provider.update("id", outs, promoted(tmp_path, second)).outs or {}
    assert updated["digest"] == second


@pytest.mark.parametrize("missing", ["source_bucket", "source_records", "release_digest"])
def test_a_promotion_of_a_stack_without_releases(provider: MemoryProvider, tmp_path: Path, missing: str) -> None:
    """What the other stack's outputs do not have is reported by the preview, with the command that deploys it."""
    inputs = {**promoted(tmp_path, "0" * 64), missing: ""}
    with pytest.raises(HostingError, match=r"has not published a release in bulk mode .* pulumi up --stack staging"):
        provider.check({}, inputs)
