"""The provider of a new bucket's first policy against a small fake of S3."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from pulumi.dynamic import ConfigureRequest
from pulumi.dynamic.config import Config
from pulumi.dynamic.dynamic import serialize_provider

from hosting.errors import HostingError
from hosting.providers.first_policy import FirstPolicyProvider

if TYPE_CHECKING:
    from collections.abc import Mapping


class Cloud(FirstPolicyProvider):
    """The provider with fakes of both clients: a bucket with or without `policy`; `refusal` is S3's error code."""

    def __init__(self, policy: str | None = None, refusal: str = "NoSuchBucketPolicy") -> None:
        super().__init__()
        self.policy = policy
        self.refusal = refusal

    def clients(self) -> tuple[Cloud, Cloud]:
        return self, self

    def get_bucket_policy(self, *, Bucket: str) -> Mapping[str, Any]:  # noqa: N803 - boto3's name
        assert Bucket == "my-bucket"
        if self.policy is None:
            raise ClientError({"Error": {"Code": self.refusal}}, "GetBucketPolicy")
        return {"Policy": self.policy}

    def put_bucket_policy(self, *, Bucket: str, Policy: str) -> None:  # noqa: N803 - boto3's names
        assert Bucket == "my-bucket"
        self.policy = Policy

    def get_caller_identity(self) -> Mapping[str, Any]:
        return {"Arn": "arn:aws-cn:sts::123456789012:assumed-role/deploy/hosting"}


@pytest.mark.parametrize(
    ("missing_is_404", "granted"),
    [
        (False, [("s3:GetObject", "arn:aws-cn:s3:::my-bucket/*")]),
        (
            True,
            [("s3:GetObject", "arn:aws-cn:s3:::my-bucket/*"), ("s3:ListBucket", "arn:aws-cn:s3:::my-bucket")],
        ),
    ],
)
def test_a_new_bucket_is_readable_by_the_accounts_distributions(
    missing_is_404: bool,  # noqa: FBT001 - a parameter of the test
    granted: list[tuple[str, str]],
) -> None:
    """Only CloudFront may read, and only for this account; it may list the bucket if the final policy allows that."""
    cloud = Cloud()
    cloud.create({"bucket": "my-bucket", "missing_is_404": missing_is_404})
    statements = json.loads(cloud.policy or "")["Statement"]
    assert [(one["Action"], one["Resource"]) for one in statements] == granted
    assert len({one["Sid"] for one in statements}) == len(granted)
    for one in statements:
        assert (one["Effect"], one["Principal"]) == ("Allow", {"Service": "cloudfront.amazonaws.com"})
        assert one["Condition"] == {"ArnLike": {"AWS:SourceArn": "arn:aws-cn:cloudfront::123456789012:distribution/*"}}


def test_a_bucket_that_has_a_policy_keeps_it() -> None:
    """A website that gets its distribution stays public until the distribution answers."""
    cloud = Cloud("public")
    cloud.create({"bucket": "my-bucket", "missing_is_404": True})
    assert cloud.policy == "public"


def test_a_refusal_is_reported() -> None:
    """Without the permission to read the bucket's policy, no policy is set."""
    cloud = Cloud(refusal="AccessDenied")
    with pytest.raises(HostingError, match=r"read bucket my-bucket.*AccessDenied.*run `pulumi up` again"):
        cloud.create({"bucket": "my-bucket", "missing_is_404": True})
    assert cloud.policy is None


def test_another_bucket_is_another_policy() -> None:
    """Only another bucket replaces it; after other changes the final policy has replaced it already."""
    provider = FirstPolicyProvider()
    # A state of before has no `missing_is_404`.
    same = provider.diff("id", {"bucket": "one"}, {"bucket": "one", "missing_is_404": True})
    assert (same.changes, same.replaces) == (False, [])
    other = provider.diff("id", {"bucket": "one", "missing_is_404": True}, {"bucket": "one", "missing_is_404": False})
    assert other.changes is False
    moved = provider.diff("id", {"bucket": "one"}, {"bucket": "two", "missing_is_404": True})
    assert (moved.changes, moved.replaces) == (True, ["bucket"])
    assert provider.read("id", {"bucket": "one"}).outs == {"bucket": "one"}


def test_it_calls_the_cloud_that_the_stack_configures() -> None:
    """Endpoints, region and keys come from the stack's `aws:` config."""
    endpoints = '[{"s3": "http://127.0.0.1:8", "sts": "http://127.0.0.1:9"}]'
    config = {"aws:region": "eu-north-1", "aws:accessKey": "AKIA", "aws:secretKey": "s", "aws:endpoints": endpoints}
    provider = FirstPolicyProvider()
    provider.configure(ConfigureRequest(Config(config, "static-site")))
    clients: Any = provider.clients()
    assert [one.meta.endpoint_url for one in clients] == ["http://127.0.0.1:8", "http://127.0.0.1:9"]


def test_an_unconfigured_provider_says_so() -> None:
    """An engine that does not configure the provider is too old, and the message says so."""
    with pytest.raises(HostingError, match="update the Pulumi CLI"):
        FirstPolicyProvider().clients()


def test_the_pickle_is_a_reference() -> None:
    """The state has the provider's name and not its code, so an edit of the code does not change the state."""
    assert len(serialize_provider(FirstPolicyProvider())) < 200
