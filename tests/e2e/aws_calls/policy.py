"""Whether a policy document allows a call: the right that it takes, on the thing that it is about."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Any

from tests.e2e.aws_calls.operations import Operation

if TYPE_CHECKING:
    from collections.abc import Mapping

# Where the right is not named as the call. S3's are in the table of each action's API operations:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
_RIGHTS = {
    # What is read takes a right of its own.
    "CopyObject": "PutObject",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteObjects": "DeleteObject",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjectsV2": "ListBucket",
    # The SDK has two names for one request.
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
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
    if operation.name == "CopyObject":
        bucket, _, key = operation.arguments["CopySource"].lstrip("/").partition("/")
        if not is_allowed(document, Operation("s3", "GetObject", {"Bucket": bucket, "Key": key}), account):
            return False
    right, resource = right_of(operation), _resource(operation, account)
    return right in _FREE or any(
        right in statement["Action"] and any(fnmatch.fnmatchcase(resource, arn) for arn in statement["Resource"])
        for statement in document["Statement"]
    )


def _resource(operation: Operation, account: str) -> str:
    """Return the ARN of what a call is about."""
    of = {
        "s3": _of_s3,
        "cloudfront": _of_cloudfront,
        "cloudfront-keyvaluestore": _of_store_keys,
        "cloudwatch": _of_cloudwatch,
        "route53": _of_route53,
    }
    if operation.service in of:
        return of[operation.service](operation, account)
    arguments = operation.arguments
    if operation.service == "acm":
        return arguments.get("CertificateArn", "")
    role = f"arn:aws:iam::{account}:role/{arguments.get('RoleName', '')}"
    return arguments.get("OpenIDConnectProviderArn", role)


def _of_s3(operation: Operation, _account: str) -> str:
    arguments = operation.arguments
    # DeleteObjects names its keys in the body: any of the bucket's.
    key = "/*" if operation.name == "DeleteObjects" else "".join(f"/{key}" for key in [arguments.get("Key")] if key)
    return f"arn:aws:s3:::{arguments.get('Bucket', '')}{key}"


def _of_cloudfront(operation: Operation, account: str) -> str:
    """Calls about tags name their resource, others its kind."""
    kind = _cloudfront_kind(operation.name)
    return operation.arguments.get("Resource", f"arn:aws:cloudfront::{account}:{kind}/ID")


def _of_store_keys(operation: Operation, _account: str) -> str:
    return operation.arguments["KvsARN"]


def _of_cloudwatch(operation: Operation, account: str) -> str:
    arguments = operation.arguments
    name = arguments.get("AlarmName", arguments.get("AlarmNames", ""))
    return arguments.get("ResourceARN", f"arn:aws:cloudwatch:us-east-1:{account}:alarm:{name}")


def _of_route53(operation: Operation, _account: str) -> str:
    kind = "change" if operation.name == "GetChange" else "hostedzone"
    return f"arn:aws:route53:::{kind}/{operation.arguments.get('Id', '')}"


def _cloudfront_kind(name: str) -> str:
    kinds = {
        "OriginAccessControl": "origin-access-control",
        "CachePolic": "cache-policy",
        "OriginRequestPolic": "origin-request-policy",
        "ResponseHeadersPolic": "response-headers-policy",
        "Function": "function",
        "KeyValueStore": "key-value-store",
    }
    return next((kind for noun, kind in kinds.items() if noun in name), "distribution")
