"""The bucket: private and behind a distribution, or a public S3 website."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi_aws.s3 import (
    Bucket,
    BucketCorsConfiguration,
    BucketOwnershipControls,
    BucketPolicy,
    BucketPublicAccessBlock,
    BucketWebsiteConfiguration,
)

from hosting.aws.cloud_names import keep_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hosting.resource_names import ResourceNames
    from hosting.website.settings import CorsRule, WebsiteSettings

_POLICY_VERSION = "2012-10-17"


@dataclass(frozen=True)
class Website:
    """The bucket with its settings.

    Attributes:
        bucket: the bucket itself.
        ready: the resources that must exist before an object is uploaded.
        endpoint: the host of the S3 website; None if the bucket is private.
    """

    bucket: Bucket
    ready: list[pulumi.Resource]
    endpoint: pulumi.Output[str] | None


def make_bucket(names: ResourceNames, settings: WebsiteSettings, opts: pulumi.ResourceOptions) -> Bucket:
    """Return the bucket. Destroy deletes it with its objects, unless `website:retainBucket` keeps both."""
    retain = settings.retain_bucket
    opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(retain_on_delete=retain))
    logical = names.logical("bucket")
    if settings.bucket_name is not None:
        return Bucket(logical, bucket=settings.bucket_name, force_destroy=not retain, opts=opts)
    prefix = f"{names.prefix}-"
    return Bucket(logical, bucket_prefix=prefix, force_destroy=not retain, opts=keep_name("bucketPrefix", opts))


def public_website(
    names: ResourceNames,
    bucket: Bucket,
    settings: WebsiteSettings,
    opts: pulumi.ResourceOptions,
    *,
    hidden: Sequence[str] = (),
) -> Website:
    """Return ``bucket`` as a website whose policy lets anyone read, except keys that begin with one of ``hidden``.

    ``settings`` have the error document.
    """
    access = _access_settings(names, bucket, settings.cors, opts, public=True)
    website = BucketWebsiteConfiguration(
        names.logical("website"),
        bucket=bucket.bucket,
        index_document={"suffix": settings.index_document},
        error_document={"key": settings.error_document or settings.index_document},
        opts=_after(access, opts),
    )
    anyone = {"Sid": "PublicRead", "Principal": "*"}
    policy = _policy(names, bucket, [_read(bucket, hidden, anyone)], _after([*access, website], opts))
    return Website(bucket, [*access, policy, website], website.website_endpoint)


def private_website(  # noqa: PLR0913 - callers pass the options by keyword
    names: ResourceNames,
    bucket: Bucket,
    settings: WebsiteSettings,
    reader_arn: pulumi.Output[str],
    opts: pulumi.ResourceOptions,
    *,
    missing_is_404: bool,
    hidden: Sequence[str] = (),
) -> Website:
    """Return ``bucket`` as a private bucket that only the distribution ``reader_arn`` may read.

    The distribution may not read keys that begin with one of ``hidden``. With ``missing_is_404``, S3 answers 404 for a
    key that does not exist. That requires the right to list the bucket, so the distribution must never request `/` from
    S3.

    ``opts`` must depend on the distribution: when a public stage becomes private, the bucket may become private only
    after the distribution answers.
    """
    access = _access_settings(names, bucket, settings.cors, opts, public=False)
    reader = {
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Condition": {"StringEquals": {"AWS:SourceArn": reader_arn}},
    }
    listing = [_list(bucket, reader)] if missing_is_404 else []
    statements = [_read(bucket, hidden, {"Sid": "CloudFrontRead", **reader}), *listing]
    policy = _policy(names, bucket, statements, _after(access, opts))
    return Website(bucket, [*access, policy], None)


def _read(bucket: Bucket, hidden: Sequence[str], reader: dict[str, Any]) -> dict[str, Any]:
    """Return the statement that lets ``reader`` read all objects, except keys that begin with one of ``hidden``.

    It uses NotResource, as a Deny of the hidden keys would also block the publisher.
    """
    granted = {"Effect": "Allow", "Action": "s3:GetObject"}
    if not hidden:
        return {**granted, "Resource": pulumi.Output.concat(bucket.arn, "/*"), **reader}
    return {
        **granted,
        **reader,
        "NotResource": [pulumi.Output.concat(bucket.arn, "/", prefix, "*") for prefix in hidden],
    }


def _list(bucket: Bucket, reader: dict[str, Any]) -> dict[str, Any]:
    """Return the statement with which ``reader`` gets 404 and not 403 for a key that does not exist.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    return {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": bucket.arn, "Sid": "CloudFrontList", **reader}


def _after(others: list[pulumi.Resource], opts: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
    """Return ``opts`` that wait for ``others``: two settings of a bucket that are written at once can conflict.

    S3 then answers `OperationAborted`: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
    """
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=others))


def _access_settings(
    names: ResourceNames,
    bucket: Bucket,
    cors: tuple[CorsRule, ...],
    opts: pulumi.ResourceOptions,
    *,
    public: bool,
) -> list[pulumi.Resource]:
    """Return ownership controls, public access block and CORS: ACLs are off, and a public policy needs ``public``."""
    # A retained bucket keeps these settings: without them it would be more open than before.
    retained = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(deleted_with=bucket))
    ownership = BucketOwnershipControls(
        names.logical("ownership"),
        bucket=bucket.bucket,
        rule={"object_ownership": "BucketOwnerEnforced"},
        opts=retained,
    )
    block = BucketPublicAccessBlock(
        names.logical("public-access-block"),
        bucket=bucket.bucket,
        block_public_acls=True,
        ignore_public_acls=True,
        block_public_policy=not public,
        restrict_public_buckets=not public,
        opts=_after([ownership], retained),
    )
    return [ownership, block, *_cors(names, bucket, cors, _after([block], opts))]


def _policy(
    names: ResourceNames, bucket: Bucket, statements: list[dict[str, Any]], opts: pulumi.ResourceOptions
) -> BucketPolicy:
    """Return the bucket policy with ``statements``."""
    document = pulumi.Output.json_dumps({"Version": _POLICY_VERSION, "Statement": statements})
    return BucketPolicy(names.logical("policy"), bucket=bucket.bucket, policy=document, opts=opts)


def _cors(
    names: ResourceNames, bucket: Bucket, rules: tuple[CorsRule, ...], opts: pulumi.ResourceOptions
) -> list[pulumi.Resource]:
    """Return the CORS configuration; none without rules, as S3 refuses an empty one."""
    if not rules:
        return []
    configuration = BucketCorsConfiguration(
        names.logical("cors"),
        bucket=bucket.bucket,
        cors_rules=[
            {
                "allowed_methods": rule.allowed_methods,
                "allowed_origins": rule.allowed_origins,
                "allowed_headers": rule.allowed_headers or None,
                "expose_headers": rule.expose_headers or None,
                "max_age_seconds": rule.max_age_seconds,
            }
            for rule in rules
        ],
        opts=opts,
    )
    return [configuration]
