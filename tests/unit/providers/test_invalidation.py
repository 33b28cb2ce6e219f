"""The invalidation provider against a small fake of CloudFront."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from pulumi.dynamic import ConfigureRequest
from pulumi.dynamic.config import Config
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.output import UNKNOWN

from hosting.errors import HostingError
from hosting.providers.invalidation import InvalidationProvider

if TYPE_CHECKING:
    from collections.abc import Mapping


class FakeCloudFront:
    """Records invalidations; `fail` makes the next call fail."""

    def __init__(self) -> None:
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
        self.batches.append(InvalidationBatch)
        return {"Invalidation": {"Id": f"I{len(self.batches)}"}}

    def get_waiter(self, name: str) -> FakeCloudFront:
        assert name == "invalidation_completed"
        return self

    def wait(self, **arguments: Any) -> None:  # noqa: ANN401 - boto3's shape
        self.waited.append(arguments["Id"])

    @property
    def paths(self) -> list[list[str]]:
        """The invalidated paths of each call."""
        return [batch["Paths"]["Items"] for batch in self.batches]


class Provider(InvalidationProvider):
    """The provider with a fake of boto3's client."""

    def __init__(self) -> None:
        super().__init__()
        self.fake = FakeCloudFront()

    def cloudfront(self) -> FakeCloudFront:
        return self.fake


def props(versions: dict[str, str], **changed: Any) -> dict[str, Any]:  # noqa: ANN401 - any property
    """Return the resource's inputs for a published tree."""
    return {
        "distribution_id": "E1",
        "publish_marker": "m1",
        "previous_publish_marker": None,
        "versions": json.dumps(versions),
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
    """However the limits are set, the same versions need no update."""
    assert Provider().diff("id", props(A), props(dict(reversed(A.items())), max_paths=3, wait=True)).changes is False


def test_changed_added_and_removed_files_are_invalidated() -> None:
    """Exactly the URLs with other content are invalidated."""
    provider = Provider()
    old, new = props({"a": "1", "b": "1", "c": "1"}), props({"a": "2", "c": "1", "d": "1"})
    assert provider.diff("id", old, new).changes is True
    provider.update("id", old, new)
    assert provider.fake.paths == [["/a", "/b", "/d"]]


def test_with_another_distribution_a_removed_file_is_invalidated_too() -> None:
    """The new distribution may have cached the file between its creation and this update."""
    provider = Provider()
    provider.update("id", props({"a": "1", "b": "1"}), props({"b": "1"}, distribution_id="E2"))
    assert provider.fake.paths == [["/a", "/b"]]


def test_a_preview_of_a_publish_is_a_change() -> None:
    """The versions are unknown before the files are uploaded."""
    assert Provider().diff("id", props(A), {**props(A), "versions": UNKNOWN}).changes is True


def test_content_that_was_reverted_after_a_failure_invalidates_everything() -> None:
    """A -> B, uploaded but not invalidated, -> A: the edge may have cached B, as only the markers show."""
    provider = Provider()
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


def test_a_refresh_changes_nothing() -> None:
    """Another resource finds the objects that were changed outside of Pulumi."""
    assert Provider().read("id", props(A)).outs == props(A)


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
