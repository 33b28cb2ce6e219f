"""The invalidation provider against a small fake of CloudFront."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from pulumi.dynamic import ConfigureRequest
from pulumi.dynamic.config import Config
from pulumi.dynamic.dynamic import serialize_provider

from hosting.errors import HostingError
from hosting.publish.invalidation import InvalidationProvider

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
        """What was invalidated, call by call."""
        return [batch["Paths"]["Items"] for batch in self.batches]


class Provider(InvalidationProvider):
    """The provider with a fake in place of boto3's client."""

    def __init__(self) -> None:
        super().__init__()
        self.fake = FakeCloudFront()

    def cloudfront(self) -> FakeCloudFront:
        return self.fake


def props(entries: dict[str, str], **changed: Any) -> dict[str, Any]:  # noqa: ANN401 - any property
    """Return the resource's inputs for a published tree."""
    return {
        "distribution_id": "E1",
        "entries": entries,
        "index_document": "index.html",
        "fallbacks": ["404.html"],
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
    assert provider.fake.paths == [["/", "/a.html", "/index.html"]]
    assert created.outs is not None
    assert created.outs["invalidation_id"] == "I1"
    assert created.outs["paths"] == ["/", "/a.html", "/index.html"]


def test_the_same_content_is_no_change() -> None:
    """However the limits are set, the same entries need no update."""
    assert Provider().diff("id", props(A), props(dict(reversed(A.items())), max_paths=3, wait=True)).changes is False


def test_changed_appeared_and_vanished_files_are_invalidated() -> None:
    """Exactly the URLs whose content differs are named."""
    provider = Provider()
    old, new = props({"a": "1", "b": "1", "c": "1"}), props({"a": "2", "c": "1", "d": "1"})
    assert provider.diff("id", old, new).changes is True
    provider.update("id", old, new)
    assert provider.fake.paths == [["/a", "/b", "/d"]]


def test_there_and_back_invalidates_twice_with_different_references() -> None:
    """A -> B -> A: CloudFront would answer a repeated caller reference with the old invalidation."""
    provider = Provider()
    provider.update("id", props(A), props(B))
    provider.update("id", props(B), props(A))
    assert provider.fake.paths == [["/a.html"], ["/a.html"]]
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
    assert provider.fake.paths == [["/", "/a.html", "/index.html"]]


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


def test_read_and_delete_touch_nothing() -> None:
    """An invalidation is an event of the past: refresh returns what is known, destroy calls nobody."""
    provider = Provider()
    assert provider.read("id", {"x": 1}).outs == {"x": 1}
    provider.delete("id", {})
    assert provider.fake.batches == []


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
