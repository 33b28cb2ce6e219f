"""The dynamic provider that lets CloudFront read a new bucket before a distribution uses it.

The bucket's final policy names the distribution, so it is set after the distribution. When a live site moves to another
bucket, the distribution reads the new bucket before that policy exists, for as long as CloudFront deploys, and visitors
would get 403. The first policy covers that time: any distribution of the account may read the bucket, and list it if
the final policy will allow that.

The engine pickles the provider by reference to this module's name. So renaming the module breaks the state of every
stack, and importing it must have no side effect.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource

from hosting.aws.session import aws_errors, client_of, make_session
from hosting.errors import HostingError
from hosting.providers.base import AwsProvider

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi

_NO_POLICY = "NoSuchBucketPolicy"


class S3(Protocol):
    """The calls of boto3's S3 client that this module makes."""

    def get_bucket_policy(self, *, Bucket: str) -> Mapping[str, Any]:  # noqa: N803 - boto3's name
        """Return the bucket's policy."""

    def put_bucket_policy(self, *, Bucket: str, Policy: str) -> object:  # noqa: N803 - boto3's names
        """Set the bucket's policy."""


class Sts(Protocol):
    """The call of boto3's STS client that this module makes."""

    def get_caller_identity(self) -> Mapping[str, Any]:
        """Return the identity of the credentials."""


class FirstPolicyProvider(AwsProvider):
    """Sets a policy on create, on a bucket without one; the final policy replaces it, so nothing is deleted."""

    def clients(self) -> tuple[S3, Sts]:
        """Return the clients; overridden in tests."""
        session = make_session(self.settings)
        return client_of(session, "s3", self.settings), client_of(session, "sts", self.settings)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return a replacement if the bucket changes; an existing policy is never changed."""
        moved = _olds["bucket"] != _news["bucket"]
        return DiffResult(changes=moved, replaces=["bucket"] if moved else [])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Set the policy, unless the bucket has one and is therefore live."""
        bucket = props["bucket"]
        try:
            s3, sts = self.clients()
            if not _has_policy(s3, bucket):
                caller = str(sts.get_caller_identity()["Arn"])
                policy = _document(bucket, caller, missing_is_404=props["missing_is_404"])
                s3.put_bucket_policy(Bucket=bucket, Policy=policy)
        except aws_errors() as error:
            raise HostingError(
                f"The policy that lets CloudFront read bucket {bucket} could not be set: {error}. Nothing changed for "
                "visitors. Fix this, then run `pulumi up` again"
            ) from error
        return CreateResult(f"first-policy-{bucket}", props)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return the inputs: the final policy has replaced this one."""
        return ReadResult(id_, props)


def _has_policy(s3: S3, bucket: str) -> bool:
    try:
        s3.get_bucket_policy(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] == _NO_POLICY:
            return False
        raise
    return True


def _document(bucket: str, caller: str, *, missing_is_404: bool) -> str:
    """Return the policy for all distributions of the account of ``caller``, an ARN."""
    _, partition, _, _, account, *_ = caller.split(":")
    arn = f"arn:{partition}:s3:::{bucket}"
    grants = [("CloudFrontReadAtFirst", "s3:GetObject", f"{arn}/*")]
    if missing_is_404:
        grants.append(("CloudFrontListAtFirst", "s3:ListBucket", arn))
    distributions = {"ArnLike": {"AWS:SourceArn": f"arn:{partition}:cloudfront::{account}:distribution/*"}}
    statements = [
        {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Action": action,
            "Resource": resource,
            "Condition": distributions,
        }
        for sid, action, resource in grants
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


class FirstPolicy(Resource, module="hosting", name="FirstPolicy"):
    """Lets the account's distributions read a bucket that has no policy."""

    def __init__(
        self, name: str, bucket: pulumi.Input[str], opts: pulumi.ResourceOptions, *, missing_is_404: bool
    ) -> None:
        """Declare it under the logical name ``name``; ``missing_is_404`` is as in `hosting.website.bucket`."""
        super().__init__(FirstPolicyProvider(), name, {"bucket": bucket, "missing_is_404": missing_is_404}, opts)
