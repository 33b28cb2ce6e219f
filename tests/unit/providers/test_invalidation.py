"""The invalidation provider against a small fake of CloudFront."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from pulumi.dynamic import ConfigureRequest
from pulumi.dynamic.config import Config
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.rpc import UNKNOWN

from hosting.errors import HostingError, PublishError
from hosting.providers.invalidation import InvalidationProvider
from hosting.publish.s3.errors import S3Error
from hosting.publish.s3.objects import ListedObject
from hosting.publish.staging.manifest import Manifest, ManifestEntry
from hosting.publish.staging.staged_tree import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


PUBLISHED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class FakeCloudFront:
    """Records invalidations; `fail` makes the next call fail."""

    def __init__(self, calls: list[str]) -> None:
        self.calls = calls
        self.batches: list[Mapping[str, Any]] = []
        self.waited: list[str] = []
        self.fail = False

    def create_invalidation(
        self,
        *,
        DistributionId: str,  # noqa: N803 - boto3's name
        InvalidationBatch: Mapping[str, Any],  # noqa: N803 - boto3's name
    ) -> Mapping[str, Any]:
        assert DistributionId
        if self.fail:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "CreateInvalidation")
        self.calls.append("invalidate")
        self.batches.append(InvalidationBatch)
        return {"Invalidation": {"Id": f"I{len(self.batches)}", "CreateTime": PUBLISHED}}

    def get_waiter(self, name: str) -> FakeCloudFront:
        assert name == "invalidation_completed"
        return self

    def wait(self, **arguments: Any) -> None:  # noqa: ANN401 - boto3's shape
        self.waited.append(arguments["Id"])

    @property
    def paths(self) -> list[list[str]]:
        """The invalidated paths of each call."""
        return [batch["Paths"]["Items"] for batch in self.batches]


class FakeBucket:
    """A bucket's keys, and those written after the invalidation; `fail` makes the next call fail."""

    def __init__(self, calls: list[str]) -> None:
        self.calls = calls
        self.keys: set[str] = set()
        self.changed: set[str] = set()
        self.fail = False

    def list(self, prefix: str) -> Mapping[str, ListedObject]:
        assert prefix == ""
        if self.fail:
            raise S3Error("NoSuchBucket", "no")
        after = timedelta(seconds=1)
        return {
            key: ListedObject(1, "etag", PUBLISHED + (after if key in self.changed else -after)) for key in self.keys
        }

    def delete(self, keys: Iterable[str]) -> None:
        if self.fail:
            raise S3Error("AccessDenied", "no")
        self.calls.append(f"delete {' '.join(keys)}")

    def upload(self, file: Path, key: str, entry: ManifestEntry) -> str:
        self.calls.append(f"upload {key} {file.read_text()} {entry.content_type}")
        return "etag"


class Provider(InvalidationProvider):
    """The provider with fakes of boto3's clients; `calls` has each call of both."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.fake = FakeCloudFront(self.calls)
        self.bucket = FakeBucket(self.calls)

    def cloudfront(self) -> FakeCloudFront:
        return self.fake

    def bucket_client(self, bucket: str) -> FakeBucket:
        assert bucket == "bucket"
        return self.bucket


def props(entries: dict[str, str], **changed: Any) -> dict[str, Any]:  # noqa: ANN401 - any property
    """Return the resource's inputs for a published tree."""
    return {
        "distribution_id": "E1",
        "bucket": "bucket",
        "staging": "staging",
        "publish_marker": "m1",
        "previous_publish_marker": None,
        "entries": entries,
        "index_document": "index.html",
        "fallbacks": ["404.html"],
        "error_responses": "[]",
        "max_paths": 15,
        "always": False,
        "wait": False,
        **changed,
    }


A = {"index.html": "1", "a.html": "1"}
B = {"index.html": "1", "a.html": "2"}


def test_the_first_publish_invalidates_all_files() -> None:
    """On create every file is new."""
    provider = Provider()
    created = provider.create(props(A))
    assert provider.fake.paths == [["/", "/a", "/a.html", "/index.html"]]
    assert created.outs is not None
    assert created.outs["invalidation_id"] == "I1"
    assert created.outs["paths"] == ["/", "/a", "/a.html", "/index.html"]


def test_the_same_content_is_no_change() -> None:
    """However the limits are set, the same entries need no update."""
    assert Provider().diff("id", props(A), props(dict(reversed(A.items())), max_paths=3, wait=True)).changes is False


def test_changed_added_and_removed_files_are_invalidated() -> None:
    """Exactly the URLs with other content are invalidated."""
    provider = Provider()
    provider.bucket.keys = {"a", "c", "d"}
    old, new = props({"a": "1", "b": "1", "c": "1"}), props({"a": "2", "c": "1", "d": "1"})
    assert provider.diff("id", old, new).changes is True
    provider.update("id", old, new)
    assert provider.fake.paths == [["/a", "/b", "/d"]]


def test_a_removed_file_is_deleted_before_the_invalidation() -> None:
    """A request between invalidation and deletion would bring the file back into the cache."""
    provider = Provider()
    provider.update("id", props({"a": "1", "b": "1", "c": "1"}), props({"b": "1"}))
    assert provider.calls == ["delete a c", "invalidate"]


def test_objects_of_the_old_bucket_are_not_deleted() -> None:
    """After a rename the old bucket may be retained with its objects."""
    provider = Provider()
    provider.update("id", props({"a": "1", "b": "1"}, bucket="before"), props({"b": "1"}))
    assert provider.calls == ["invalidate"]


def test_a_refused_removal_invalidates_nothing() -> None:
    """The update fails with a message, before any invalidation."""
    provider = Provider()
    provider.bucket.fail = True
    with pytest.raises(HostingError, match=r"bucket bucket could not be corrected.*AccessDenied.*`pulumi up` again"):
        provider.update("id", props(A), props({"index.html": "1"}))
    assert provider.calls == []


def test_with_another_distribution_a_removed_file_is_deleted_and_invalidated_too() -> None:
    """The new distribution may have cached the file between its creation and this update."""
    provider = Provider()
    provider.update("id", props({"a": "1", "b": "1"}), props({"b": "1"}, distribution_id="E2"))
    assert provider.calls == ["delete a", "invalidate"]
    assert provider.fake.paths == [["/a", "/b"]]


def test_content_that_was_reverted_after_a_failure_invalidates_everything() -> None:
    """A -> B, uploaded but not invalidated, -> A: the edge may have cached B, as only the markers show."""
    provider = Provider()
    provider.bucket.keys = set(A)
    again = props(A, publish_marker="m3", previous_publish_marker="m2")
    assert provider.diff("id", props(A), again).changes is True
    provider.update("id", props(A), again)
    assert provider.fake.paths == [["/*"]]


def test_a_publish_after_a_finished_one_invalidates_its_paths() -> None:
    """The invalidated marker is the previous one of the new marker, so no other publish started in between."""
    provider = Provider()
    provider.update("id", props(A), props(B, publish_marker="m2", previous_publish_marker="m1"))
    assert provider.fake.paths == [["/a", "/a.html"]]


def test_a_preview_is_right_without_the_next_marker() -> None:
    """In a preview the next marker is unknown: with the invalidated files, everything will be invalidated."""
    unknown = {"publish_marker": UNKNOWN, "previous_publish_marker": UNKNOWN}
    assert Provider().diff("id", props(A), props(A, **unknown)).changes is True
    first = props(A)
    del first["publish_marker"]
    assert Provider().diff("id", first, props(A, **unknown)).changes is False


def staged(folder: Path, *paths: str) -> dict[str, str]:
    """Stage files whose content is their name, and return their fingerprints."""
    entries = [ManifestEntry(path, len(path), path * 64, "text/plain", None) for path in paths]
    (folder / MANIFEST).write_text(Manifest.of(entries).to_json())
    (folder / "assets").mkdir()
    for path in paths:
        (folder / "assets" / path).write_text(path)
    return {entry.path: entry.fingerprint for entry in entries}


def test_objects_that_a_failed_publish_deleted_are_restored(tmp_path: Path) -> None:
    """The object still exists in the state: after A -> B -> A, the bucket has all files of A."""
    provider = Provider()
    entries = staged(tmp_path, "a", "b")
    provider.bucket.keys = {"b"}
    new = props(entries, publish_marker="m3", previous_publish_marker="m2", staging=str(tmp_path))
    provider.update("id", props(entries), new)
    assert provider.calls == ["upload a a text/plain", "invalidate"]


def test_existing_objects_are_not_uploaded_again(tmp_path: Path) -> None:
    """A new file that the engine has uploaded is found in the bucket."""
    provider = Provider()
    entries = staged(tmp_path, "a", "b")
    provider.bucket.keys = {"a", "b"}
    provider.update("id", props({"b": entries["b"]}), props(entries, staging=str(tmp_path)))
    assert provider.calls == ["invalidate"]


@pytest.mark.parametrize("entries", [{"a": "other"}, {"c": "other"}])
def test_a_tree_that_was_staged_again_is_not_uploaded(tmp_path: Path, entries: dict[str, str]) -> None:
    """A file is restored only if it is staged with the fingerprint in the state."""
    provider = Provider()
    staged(tmp_path, "a")
    with pytest.raises(PublishError, match="run `pulumi up` again"):
        provider.update("id", props({}), props(entries, staging=str(tmp_path)))


def test_other_error_responses_invalidate_everything() -> None:
    """An error page with another status, or another caching time, is cached under any path."""
    provider = Provider()
    provider.update("id", props(A), props(A, error_responses="[404]"))
    assert provider.fake.paths == [["/*"]]


def test_there_and_back_invalidates_twice_with_different_references() -> None:
    """A -> B -> A: CloudFront would answer a repeated caller reference with the old invalidation."""
    provider = Provider()
    provider.update("id", props(A), props(B))
    provider.update("id", props(B), props(A))
    assert provider.fake.paths == [["/a", "/a.html"], ["/a", "/a.html"]]
    first, second = (batch["CallerReference"] for batch in provider.fake.batches)
    assert first != second


def test_always_invalidates_everything_each_time() -> None:
    """With `always`, the same content is a change, and everything is invalidated."""
    provider = Provider()
    same = props(A, always=True)
    assert provider.diff("id", same, same).changes is True
    provider.update("id", same, same)
    assert provider.fake.paths == [["/*"]]


def test_another_error_page_invalidates_everything() -> None:
    """The previous error page may be cached under any path."""
    provider = Provider()
    provider.update("id", props(A), props(A, fallbacks=["index.html"]))
    assert provider.fake.paths == [["/*"]]


def test_another_distribution_invalidates_all_files_once() -> None:
    """A new distribution has not cached any file of the old one; all files are invalidated once."""
    provider = Provider()
    old, new = props(A), props(A, distribution_id="E2", fallbacks=[])
    assert provider.diff("id", old, new).changes is True
    provider.update("id", old, new)
    assert provider.fake.paths == [["/", "/a", "/a.html", "/index.html"]]


def test_wait_waits_for_completion() -> None:
    """Only with `wait` the update lasts until CloudFront has completed the invalidation."""
    provider = Provider()
    provider.update("id", props(A), props(B))
    assert provider.fake.waited == []
    provider.update("id", props(B), props(A, wait=True))
    assert provider.fake.waited == ["I2"]


def test_a_failure_says_what_to_do_next() -> None:
    """The update fails with a message, and its outputs are not stored."""
    provider = Provider()
    provider.fake.fail = True
    with pytest.raises(HostingError, match=r"E1 could not be invalidated: .*AccessDenied.*Run `pulumi up` again"):
        provider.update("id", props(A), props(B))


def test_delete_touches_nothing() -> None:
    """An invalidation can't be undone: destroy makes no call."""
    provider = Provider()
    provider.delete("id", {})
    assert provider.fake.batches == []


def test_files_changed_outside_of_pulumi_are_invalidated_after_a_refresh() -> None:
    """The edge may have cached the wrong content; an unchanged file is not invalidated."""
    provider = Provider()
    published = provider.create(props(A)).outs
    assert published is not None
    provider.bucket.keys = set(A)
    assert provider.read("id", published).outs == published
    assert not provider.diff("id", published, props(A)).changes
    for keys, changed, paths in (
        ({"index.html", "a.html"}, {"a.html"}, ["/a", "/a.html"]),
        ({"index.html"}, set(), ["/a", "/a.html"]),
    ):
        provider.bucket.keys, provider.bucket.changed = keys, changed
        found = provider.read("id", published).outs
        assert found is not None
        assert provider.diff("id", found, props(A)).changes
        provider.bucket.keys = set(A)
        assert provider.update("id", found, props(A)).outs["paths"] == paths  # type: ignore[index]  # it has outputs


def test_a_changed_file_that_the_site_no_longer_has_is_invalidated_too() -> None:
    """A refresh keeps the path of a changed file, so its removal is still detected."""
    provider = Provider()
    published = provider.create(props(A)).outs
    assert published is not None
    provider.bucket.keys, provider.bucket.changed = set(A), {"a.html"}
    found = provider.read("id", published).outs
    assert found is not None
    without = props({"index.html": "1"})
    assert provider.diff("id", found, without).changes
    assert provider.update("id", found, without).outs["paths"] == ["/a", "/a.html"]  # type: ignore[index]  # it has outputs
    assert "delete a.html" in provider.calls


@pytest.mark.parametrize("invalidated_at", [None, PUBLISHED.isoformat()])
def test_a_refresh_without_information_changes_nothing(invalidated_at: str | None) -> None:
    """Without a previous invalidation, or if the bucket can't be listed, the state stays as it is."""
    provider = Provider()
    provider.bucket.fail = True
    known = {**props(A), "invalidated_at": invalidated_at}
    assert provider.read("id", known).outs == known


def test_the_pickle_is_a_reference() -> None:
    """The state has the provider's name and not its code, so an edit of the code does not change the state."""
    pickled = serialize_provider(InvalidationProvider())
    assert len(pickled) < 200
    assert InvalidationProvider.serialize_as_secret_always is False


def test_it_calls_the_cloud_that_the_stack_configures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Endpoint, region and keys come from the stack's `aws:` config."""
    monkeypatch.delenv("AWS_REGION", raising=False)
    config = {
        "aws:region": "eu-north-1",
        "aws:accessKey": "AKIATEST",
        "aws:secretKey": "made-up",
        "aws:endpoints": '[{"cloudfront": "http://127.0.0.1:9"}]',
    }
    provider = InvalidationProvider()
    provider.configure(ConfigureRequest(Config(config, "static-site")))
    cloudfront: Any = provider.cloudfront()
    assert cloudfront.meta.endpoint_url == "http://127.0.0.1:9"
    assert cloudfront._request_signer._credentials.access_key == "AKIATEST"


def test_an_unconfigured_provider_says_so() -> None:
    """An engine that does not configure the provider is too old, and the message says so."""
    with pytest.raises(HostingError, match="update the Pulumi CLI"):
        InvalidationProvider().cloudfront()
    with pytest.raises(HostingError, match="update the Pulumi CLI"):
        InvalidationProvider().bucket_client("bucket")
