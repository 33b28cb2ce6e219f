"""Whether a policy document allows a call: the right that it takes, on the thing that it is about."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.e2e.aws_calls.operations import Operation

# Where the right is not named as the call. S3's are in the table of each action's API operations:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
_RIGHTS = {
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteObjects": "DeleteObject",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketCors": "GetBucketCORS",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjectsV2": "ListBucket",
    "PutBucketCors": "PutBucketCORS",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudfront.html
    "CreateDistributionWithTags": "CreateDistribution",
}
# Anyone may make this one: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
_FREE = {"sts:GetCallerIdentity"}


def right_of(operation: Operation) -> str:
    """Return the right that a call takes, such as ``s3:GetObject``."""
    return f"{operation.service}:{_RIGHTS.get(operation.name, operation.name)}"


def is_allowed(document: Mapping[str, Any], operation: Operation, account: str) -> bool:
    """Whether ``document`` allows a call in ``account``."""
    right, resource = right_of(operation), _resource(operation, account)
    return right in _FREE or any(
        right in statement["Action"] and any(fnmatch.fnmatchcase(resource, arn) for arn in statement["Resource"])
        for statement in document["Statement"]
    )


def _resource(operation: Operation, account: str) -> str:
    arguments = operation.arguments
    if operation.service == "s3":
        # DeleteObjects names its keys in the body: any of the bucket's.
        key = "/*" if operation.name == "DeleteObjects" else "".join(f"/{key}" for key in [arguments.get("Key")] if key)
        return f"arn:aws:s3:::{arguments.get('Bucket', '')}{key}"
    if operation.service == "cloudfront":
        return f"arn:aws:cloudfront::{account}:{_cloudfront_kind(operation.name)}/ID"
    if operation.service == "acm":
        return arguments.get("CertificateArn", "")
    if operation.service == "route53":
        kind = "change" if operation.name == "GetChange" else "hostedzone"
        return f"arn:aws:route53:::{kind}/{arguments.get('Id', '')}"
    role = f"arn:aws:iam::{account}:role/{arguments.get('RoleName', '')}"
    return arguments.get("OpenIDConnectProviderArn", role)


def _cloudfront_kind(name: str) -> str:
    kinds = {
        "OriginAccessControl": "origin-access-control",
        "CachePolic": "cache-policy",
        "ResponseHeadersPolic": "response-headers-policy",
        "Function": "function",
    }
    return next((kind for noun, kind in kinds.items() if noun in name), "distribution")
