"""Access logs: a bucket whose objects expire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
from pulumi_aws.s3 import (
    Bucket,
    BucketLifecycleConfiguration,
    BucketOwnershipControls,
    BucketPublicAccessBlock,
)

from hosting.aws.regions import CLOUDFRONT_REGION

if TYPE_CHECKING:
    from hosting.cloudfront.settings import CloudFrontSettings

_UNFINISHED_DAYS = 7


def log_config(name: str, settings: CloudFrontSettings, opts: pulumi.ResourceOptions) -> pulumi.Input[Any] | None:
    """Return the distribution's logging config, None without logs.

    The bucket is in us-east-1, as CloudFront does not write to buckets in opt-in regions.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
    """
    if not settings.logging:
        return None
    name = f"{name}-logs"
    bucket = Bucket(name, region=CLOUDFRONT_REGION, force_destroy=True, opts=opts)
    # CloudFront adds an ACL to write standard logs, so ACLs are on here; public ACLs are blocked.
    ownership = BucketOwnershipControls(
        name,
        bucket=bucket.bucket,
        region=CLOUDFRONT_REGION,
        rule={"object_ownership": "BucketOwnerPreferred"},
        opts=opts,
    )
    block = _public_access_block(name, bucket, _after(opts, ownership))
    lifecycle = _lifecycle(name, bucket, settings.log_retention_days, _after(opts, block))
    # CloudFront refuses a distribution whose log bucket has ACLs off, so the distribution waits for all settings.
    ready = pulumi.Output.all(bucket.bucket_regional_domain_name, lifecycle.id)
    return {"bucket": ready.apply(_first), "include_cookies": False, "prefix": ""}


def _after(opts: pulumi.ResourceOptions, resource: pulumi.Resource) -> pulumi.ResourceOptions:
    """Return ``opts`` that wait for ``resource``: two settings of a bucket that are written at once can conflict."""
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[resource]))


def _public_access_block(name: str, bucket: Bucket, opts: pulumi.ResourceOptions) -> BucketPublicAccessBlock:
    return BucketPublicAccessBlock(
        name,
        bucket=bucket.bucket,
        region=CLOUDFRONT_REGION,
        block_public_acls=True,
        ignore_public_acls=True,
        block_public_policy=True,
        restrict_public_buckets=True,
        opts=opts,
    )


def _lifecycle(name: str, bucket: Bucket, days: int, opts: pulumi.ResourceOptions) -> BucketLifecycleConfiguration:
    return BucketLifecycleConfiguration(
        name,
        bucket=bucket.bucket,
        region=CLOUDFRONT_REGION,
        rules=[
            {
                "id": "expire",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "expiration": {"days": days},
                "abort_incomplete_multipart_upload": {"days_after_initiation": _UNFINISHED_DAYS},
            }
        ],
        opts=opts,
    )


def _first(values: list[str]) -> str:
    return values[0]
