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
from hosting.publish.s3.objects import Listed
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
        """What was invalidated, call by call."""
        return [batch["Paths"]["Items"] for batch in self.batches]


class FakeObjects:
    """A bucket's keys, and those that another hand has written since; `fail` makes the next call fail."""

    def __init__(self, calls: list[str]) -> None:
        self.calls = calls
        self.keys: set[str] = set()
        self.changed: set[str] = set()
        self.fail = False

    def list(self, prefix: str) -> Mapping[str, Listed]:
        assert prefix == ""
        if self.fail:
            raise S3Error("NoSuchBucket", "no")
        after = timedelta(seconds=1)
        return {key: Listed(1, "etag", PUBLISHED + (after if key in self.changed else -after)) for key in self.keys}

    def delete(self, keys: Iterable[str]) -> None:
        if self.fail:
            raise S3Error("AccessDenied", "no")
        self.calls.append(f"delete {' '.join(keys)}")

    def upload(self, file: Path, key: str, entry: ManifestEntry) -> str:
        self.calls.append(f"upload {key} {file.read_text()} {entry.content_type}")
        return "etag"


class Provider(InvalidationProvider):
    """The provider with fakes in place of boto3's clients; each call of both is in `calls`."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.fake = FakeCloudFront(self.calls)
        self.bucket = FakeObjects(self.calls)

    def cloudfront(self) -> FakeCloudFront:
        return self.fake

    def objects(self, bucket: str) -> FakeObjects:
        assert bucket == "bucket"
        return self.bucket


def props(entries: dict[str, str], **changed: Any) -> dict[str, Any]:  # noqa: ANN401 - any property
    """Return the resource's inputs for a published tree."""
    return {
        "distribution_id": "E1",
        "bucket": "bucket",
        "staging": "staging",
        "mark": "m1",
        "entries": entries,
        "index_document": "index.html",
        "fallbacks": ["404.html"],
        "answers": "[]",
        "max_paths": 15,
        "always": False,
        "wait": False,
        **changed,
    }


A = {"index.html": "1", "a.html": "1"}
B = {"index.html": "1", "a.html": "2"}


def test_the_first_publish_invalidates_what_appeared() -> None:
    """On create every file appeared."""
    provider = Provider()
    created = provider.create(props(A))
    assert provider.fake.paths == [["/", "/a", "/a.html", "/index.html"]]
    assert created.outs is not None
    assert created.outs["invalidation_id"] == "I1"
    assert created.outs["paths"] == ["/", "/a", "/a.html", "/index.html"]


def test_the_same_content_is_no_change() -> None:
    """However the limits are set, the same entries need no update."""
    assert Provider().diff("id", props(A), props(dict(reversed(A.items())), max_paths=3, wait=True)).changes is False


def test_changed_appeared_and_vanished_files_are_invalidated() -> None:
    """Exactly the URLs whose content differs are named."""
    provider = Provider()
    provider.bucket.keys = {"a", "c", "d"}
    old, new = props({"a": "1", "b": "1", "c": "1"}), props({"a": "2", "c": "1", "d": "1"})
    assert provider.diff("id", old, new).changes is True
    provider.update("id", old, new)
    assert provider.fake.paths == [["/a", "/b", "/d"]]


def test_a_vanished_file_is_removed_before_the_edge_is_told() -> None:
    """A request between invalidation and deletion would bring the file back to the edge: the deletion is first."""
    provider = Provider()
    provider.update("id", props({"a": "1", "b": "1", "c": "1"}), props({"b": "1"}))
    assert provider.calls == ["delete a c", "invalidate"]


def test_another_buckets_objects_are_left_alone() -> None:
    """A bucket that was renamed may be retained, with all that is in it; and what is in the new one is not known."""
    provider = Provider()
    provider.update("id", props({"a": "1", "b": "1"}, bucket="before"), props({"b": "1"}))
    assert provider.calls == ["invalidate"]


def test_a_state_from_before_names_no_bucket() -> None:
    """The first update after an upgrade of the program leaves the removal to the engine, as the version before did."""
    provider = Provider()
    old = props({"a": "1", "b": "1"})
    for key in ("bucket", "staging", "mark", "answers"):
        del old[key]
    new = props({"b": "1"})
    assert provider.diff("id", {**old, "entries": new["entries"]}, new).changes is False
    provider.update("id", old, new)
    assert provider.calls == ["invalidate"]
    assert provider.fake.paths == [["/a"]]


def test_a_refused_removal_invalidates_nothing() -> None:
    """The update fails with a sentence before the edge is told."""
    provider = Provider()
    provider.bucket.fail = True
    with pytest.raises(HostingError, match=r"could not be removed from bucket bucket.*AccessDenied.*`pulumi up` again"):
        provider.update("id", props(A), props({"index.html": "1"}))
    assert provider.calls == []


def test_with_another_distribution_a_vanished_file_is_removed_and_told_too() -> None:
    """The new edge may have got the file already, between its making and this."""
    provider = Provider()
    provider.update("id", props({"a": "1", "b": "1"}), props({"b": "1"}, distribution_id="E2"))
    assert provider.calls == ["delete a", "invalidate"]
    assert provider.fake.paths == [["/a", "/b"]]


def test_content_that_was_taken_back_after_a_failure_invalidates_everything() -> None:
    """A -> B, which went up but could not be invalidated, -> A: the edge may have B, of which only the marks tell."""
    provider = Provider()
    provider.bucket.keys = set(A)
    again = props(A, mark="m3", previous_mark="m2")
    assert provider.diff("id", props(A), again).changes is True
    provider.update("id", props(A), again)
    assert provider.fake.paths == [["/*"]]


def test_a_publish_that_follows_the_served_one_names_its_paths() -> None:
    """The mark that was served is the one before the new one: nothing else went up in between."""
    provider = Provider()
    provider.update("id", props(A), props(B, mark="m2", previous_mark="m1"))
    assert provider.fake.paths == [["/a", "/a.html"]]


def test_a_preview_does_not_know_the_next_mark_and_is_right_all_the_same() -> None:
    """A mark that will be set is unknown: with the files that were served, everything will be invalidated."""
    unknown = {"mark": UNKNOWN, "previous_mark": UNKNOWN}
    assert Provider().diff("id", props(A), props(A, **unknown)).changes is True
    first = props(A)
    del first["mark"]
    assert Provider().diff("id", first, props(A, **unknown)).changes is False


def staged(folder: Path, *paths: str) -> dict[str, str]:
    """Stage files that hold their own names, and return their fingerprints."""
    entries = [ManifestEntry(path, len(path), path * 64, "text/plain", None) for path in paths]
    (folder / MANIFEST).write_text(Manifest.of(entries).to_json())
    (folder / "assets").mkdir()
    for path in paths:
        (folder / "assets" / path).write_text(path)
    return {entry.path: entry.fingerprint for entry in entries}


def test_what_a_failed_publish_removed_is_put_back(tmp_path: Path) -> None:
    """The engine believes the object is there, as it never came to delete it: from A -> B -> A, A has all its files."""
    provider = Provider()
    entries = staged(tmp_path, "a", "b")
    provider.bucket.keys = {"b"}
    new = props(entries, mark="m3", previous_mark="m2", staging=str(tmp_path))
    provider.update("id", props(entries), new)
    assert provider.calls == ["upload a a text/plain", "invalidate"]


def test_what_the_engine_has_put_up_is_not_sent_again(tmp_path: Path) -> None:
    """A file that has appeared is looked for, and found."""
    provider = Provider()
    entries = staged(tmp_path, "a", "b")
    provider.bucket.keys = {"a", "b"}
    provider.update("id", props({"b": entries["b"]}), props(entries, staging=str(tmp_path)))
    assert provider.calls == ["invalidate"]


@pytest.mark.parametrize("entries", [{"a": "other"}, {"c": "other"}])
def test_a_tree_that_was_staged_anew_is_not_put_up(tmp_path: Path, entries: dict[str, str]) -> None:
    """Only what the update is about goes up."""
    provider = Provider()
    staged(tmp_path, "a")
    with pytest.raises(PublishError, match="run `pulumi up` again"):
        provider.update("id", props({}), props(entries, staging=str(tmp_path)))


def test_another_way_to_answer_invalidates_everything() -> None:
    """The same error page with another status, or for another time, is cached under any path."""
    provider = Provider()
    provider.update("id", props(A), props(A, answers="[404]"))
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
    """When the setting names another error page, the old one is still cached anywhere."""
    provider = Provider()
    provider.update("id", props(A), props(A, fallbacks=["index.html"]))
    assert provider.fake.paths == [["/*"]]


def test_another_distribution_starts_anew() -> None:
    """A replaced distribution has cached none of the old; what is up is told to it once."""
    provider = Provider()
    old, new = props(A), props(A, distribution_id="E2", fallbacks=[])
    assert provider.diff("id", old, new).changes is True
    provider.update("id", old, new)
    assert provider.fake.paths == [["/", "/a", "/a.html", "/index.html"]]


def test_wait_waits_for_completion() -> None:
    """Only with `wait` does the update last until CloudFront has completed."""
    provider = Provider()
    provider.update("id", props(A), props(B))
    assert provider.fake.waited == []
    provider.update("id", props(B), props(A, wait=True))
    assert provider.fake.waited == ["I2"]


def test_a_failure_says_what_to_do_next() -> None:
    """The update fails with a sentence; nothing is recorded as invalidated."""
    provider = Provider()
    provider.fake.fail = True
    with pytest.raises(HostingError, match=r"E1 could not be invalidated: .*AccessDenied.*Run `pulumi up` again"):
        provider.update("id", props(A), props(B))


def test_delete_touches_nothing() -> None:
    """An invalidation is an event of the past: destroy calls nobody."""
    provider = Provider()
    provider.delete("id", {})
    assert provider.fake.batches == []


def test_what_another_hand_changed_is_invalidated_after_a_refresh() -> None:
    """The edge may have had it while it was wrong; what is as it was published is no change."""
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


def test_what_another_hand_changed_and_the_site_no_longer_has_is_invalidated_too() -> None:
    """A refresh does not make the removal of a file forgotten: the edge may have it from before, or by that hand."""
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


@pytest.mark.parametrize("settled", [None, PUBLISHED.isoformat()])
def test_a_refresh_that_can_not_know_changes_nothing(settled: str | None) -> None:
    """A state from before there was a time, and a bucket that can't be listed."""
    provider = Provider()
    provider.bucket.fail = True
    known = {**props(A), "settled": settled}
    assert provider.read("id", known).outs == known


def test_the_pickle_is_a_reference() -> None:
    """The state holds the provider's name and not its code, so that an edit changes no state."""
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
    """An engine that never configures the provider is too old, and that is what is said."""
    with pytest.raises(HostingError, match="update the Pulumi CLI"):
        InvalidationProvider().cloudfront()
    with pytest.raises(HostingError, match="update the Pulumi CLI"):
        InvalidationProvider().objects("bucket")
