"""The comparison of the declared functions with what CloudFront runs."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from pulumi.dynamic.dynamic import serialize_provider

from hosting.errors import HostingError
from hosting.providers.published_functions import FunctionMarkerProvider, PublishedFunctionsProvider

if TYPE_CHECKING:
    from collections.abc import Mapping

DECLARED = "declared"
OTHER = "other"


class FakeCloudFront:
    """Two functions in two stages; ``refusal`` is the code of the error with which PublishFunction fails."""

    def __init__(self, live: str | None, development: str = DECLARED) -> None:
        self.stages = {"LIVE": live, "DEVELOPMENT": development}
        self.calls: list[str] = []
        self.refusal = ""
        self.is_lost = False
        self.is_down = False

    def get_function(self, *, Name: str, Stage: str) -> Mapping[str, Any]:  # noqa: N803 - boto3's names
        self.calls.append(f"get {Name} {Stage}")
        if self.is_down:
            raise EndpointConnectionError(endpoint_url="https://cloudfront")
        code = self.stages[Stage]
        if code is None:
            raise ClientError({"Error": {"Code": "NoSuchFunctionExists", "Message": "no"}}, "GetFunction")
        return {"FunctionCode": io.BytesIO(code.encode()), "ETag": f"E-{Stage}"}

    def publish_function(self, *, Name: str, IfMatch: str) -> None:  # noqa: N803 - boto3's names
        self.calls.append(f"publish {Name} {IfMatch}")
        if not self.refusal or self.is_lost:
            self.stages["LIVE"] = self.stages["DEVELOPMENT"]
        if self.refusal:
            raise ClientError({"Error": {"Code": self.refusal, "Message": "no"}}, "PublishFunction")


class Provider(PublishedFunctionsProvider):
    """The provider with a fake of boto3's client."""

    def __init__(self, live: str | None, development: str = DECLARED) -> None:
        super().__init__()
        self.fake = FakeCloudFront(live, development)

    def cloudfront(self) -> FakeCloudFront:
        return self.fake


def props(**changed: Any) -> dict[str, Any]:  # noqa: ANN401 - any input
    """Return the inputs for one function."""
    digest = hashlib.sha256(DECLARED.encode()).hexdigest()
    return {"names": ["f"], "digests": [digest], "function_marker": "m1", "publish_marker": "", **changed}


def test_published_code_costs_one_request() -> None:
    """If LIVE has the declared code, nothing else is asked."""
    provider = Provider(DECLARED)
    assert provider.create(props()).outs == {**props(), "stale": []}
    assert provider.fake.calls == ["get f LIVE"]


@pytest.mark.parametrize("live", [None, OTHER])
def test_declared_code_that_is_not_live_is_published(live: str | None) -> None:
    """DEVELOPMENT has the declared code: it is published with its own ETag."""
    provider = Provider(live)
    provider.update("id", props(), props(function_marker="m2"))
    assert provider.fake.calls == ["get f LIVE", "get f DEVELOPMENT", "publish f E-DEVELOPMENT"]
    assert provider.fake.stages["LIVE"] == DECLARED


def test_other_code_is_not_replaced() -> None:
    """An UpdateFunction here would make the AWS provider's next one fail, so the message has the command."""
    provider = Provider(OTHER, OTHER)
    with pytest.raises(HostingError, match=r"other code of function 'f' .* Run `pulumi up --refresh`"):
        provider.update("id", props(), props(function_marker="m2"))
    assert provider.fake.calls == ["get f LIVE", "get f DEVELOPMENT"]


def test_a_refusal_is_a_sentence() -> None:
    """A refused or failed request says what visitors get, and what to type."""
    provider = Provider(OTHER)
    provider.fake.refusal = "AccessDenied"
    with pytest.raises(HostingError, match=r"could not be published: .*AccessDenied.*Run `pulumi up` again"):
        provider.create(props())
    provider.fake.is_down = True
    with pytest.raises(HostingError, match=r"could not be compared.*Could not connect.*Run `pulumi up` again"):
        provider.read("id", props())


def test_a_publish_whose_response_was_lost_is_not_an_error() -> None:
    """Botocore sends the request again, and CloudFront refuses it, as the code is live."""
    provider = Provider(OTHER)
    provider.fake.refusal, provider.fake.is_lost = "PreconditionFailed", True
    assert (provider.create(props()).outs or {})["stale"] == []


def test_a_refresh_finds_code_that_is_not_live() -> None:
    """A refresh that finds other code leads to a change, and an update ends it."""
    provider = Provider(OTHER)
    found = provider.read("id", props()).outs or {}
    assert found["stale"] == ["f"]
    assert provider.diff("id", found, props()).changes
    updated = provider.update("id", found, props()).outs or {}
    assert not provider.diff("id", updated, props()).changes
    assert (provider.read("id", updated).outs or {})["stale"] == []


@pytest.mark.parametrize(
    ("changed", "changes"),
    [
        ({}, False),
        ({"digests": ["0"]}, True),
        ({"names": ["g"]}, True),
        ({"function_marker": "m2"}, True),
    ],
)
def test_a_change_of_the_code_or_of_a_marker_is_a_change(changed: dict[str, Any], *, changes: bool) -> None:
    """After an update that did not finish, the code may be the same as before, but not the marker."""
    diff = Provider(DECLARED).diff("id", {**props(), "stale": []}, props(**changed))
    assert (diff.changes, diff.replaces) == (changes, [])


def test_delete_touches_nothing() -> None:
    """The functions are resources themselves."""
    provider = Provider(DECLARED)
    provider.delete("id", props())
    assert provider.fake.calls == []


@pytest.mark.parametrize("provider", [PublishedFunctionsProvider(), FunctionMarkerProvider()])
def test_the_pickle_is_a_reference(provider: Any) -> None:  # noqa: ANN401 - either
    """An edit of the code does not change the state."""
    assert len(serialize_provider(provider)) < 120
