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

if TYPE_CHECKING:
    from hosting.website.settings import CorsRule, WebsiteSettings

_POLICY_VERSION = "2012-10-17"


@dataclass(frozen=True)
class Website:
    """What the other rooms need to know of the bucket.

    Attributes:
        bucket: the bucket itself.
        ready: what must stand before an object is uploaded or a policy attached.
        endpoint: the host of the S3 website; None where there is no public website.
    """

    bucket: Bucket
    ready: list[pulumi.Resource]
    endpoint: pulumi.Output[str] | None


def make_bucket(name: str, settings: WebsiteSettings, opts: pulumi.ResourceOptions) -> Bucket:
    """Return the bucket. Its objects go with it on destroy, unless `website:retainBucket` keeps both."""
    keep = settings.retain_bucket
    return Bucket(
        name,
        bucket=settings.bucket_name,
        force_destroy=not keep,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(retain_on_delete=keep)),
    )


def open_website(
    name: str, bucket: Bucket, settings: WebsiteSettings, opts: pulumi.ResourceOptions, *, hidden: str | None = None
) -> Website:
    """Return ``bucket`` as a website that anyone may read, by its policy alone; but for keys that begin ``hidden``."""
    guards = _guards(name, bucket, settings.cors, opts, public=True)
    website = BucketWebsiteConfiguration(
        name,
        bucket=bucket.bucket,
        index_document={"suffix": settings.index_document},
        error_document={"key": settings.error_document},
        opts=_after(guards, opts),
    )
    statement: dict[str, Any] = {"Sid": "PublicRead", "Principal": "*", **_but(bucket, hidden)}
    policy = _policy(name, bucket, statement, _after([*guards, website], opts))
    return Website(bucket, [*guards, policy, website], website.website_endpoint)


def private_website(  # noqa: PLR0913 - what is hidden is named where something is
    name: str,
    bucket: Bucket,
    settings: WebsiteSettings,
    reader_arn: pulumi.Output[str],
    opts: pulumi.ResourceOptions,
    *,
    hidden: str | None = None,
) -> Website:
    """Return ``bucket`` closed to everyone but the distribution ``reader_arn``; keys that begin ``hidden`` to it too.

    ``opts`` must depend on it: on a stage that was public until now, the bucket may close only when the
    distribution already answers, so that no visitor finds neither.
    """
    guards = _guards(name, bucket, settings.cors, opts, public=False)
    statement = {
        "Sid": "CloudFrontRead",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Condition": {"StringEquals": {"AWS:SourceArn": reader_arn}},
        **_but(bucket, hidden),
    }
    policy = _policy(name, bucket, statement, _after(guards, opts))
    return Website(bucket, [*guards, policy], None)


def _but(bucket: Bucket, hidden: str | None) -> dict[str, Any]:
    """Return what a statement is about if some keys are hidden: a denial would hold for the publisher too."""
    return {} if hidden is None else {"NotResource": pulumi.Output.concat(bucket.arn, "/", hidden, "*")}


def _after(others: list[pulumi.Resource], opts: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
    """Return ``opts`` that wait: two of S3's settings on one bucket, written at once, can conflict.

    That is `OperationAborted`: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
    """
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=others))


def _guards(
    name: str,
    bucket: Bucket,
    cors: tuple[CorsRule, ...],
    opts: pulumi.ResourceOptions,
    *,
    public: bool,
) -> list[pulumi.Resource]:
    """Return ownership controls, public access block and CORS: no ACLs ever, no public policy unless ``public``."""
    # A retained bucket keeps its guards: with them deleted it would be more open than while it was ours.
    kept = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(deleted_with=bucket))
    ownership = BucketOwnershipControls(
        name, bucket=bucket.bucket, rule={"object_ownership": "BucketOwnerEnforced"}, opts=kept
    )
    block = BucketPublicAccessBlock(
        name,
        bucket=bucket.bucket,
        block_public_acls=True,
        ignore_public_acls=True,
        block_public_policy=not public,
        restrict_public_buckets=not public,
        opts=_after([ownership], kept),
    )
    return [ownership, block, *_cors(name, bucket, cors, _after([block], opts))]


def _policy(
    name: str,
    bucket: Bucket,
    statement: dict[str, Any],
    opts: pulumi.ResourceOptions,
) -> BucketPolicy:
    """Return the policy that lets ``statement``'s principal read every object, and nothing else."""
    read: dict[str, Any] = {"Effect": "Allow", "Action": "s3:GetObject"}
    if "NotResource" not in statement:
        read["Resource"] = pulumi.Output.concat(bucket.arn, "/*")
    document = pulumi.Output.json_dumps({"Version": _POLICY_VERSION, "Statement": [{**read, **statement}]})
    return BucketPolicy(name, bucket=bucket.bucket, policy=document, opts=opts)


def _cors(
    name: str, bucket: Bucket, rules: tuple[CorsRule, ...], opts: pulumi.ResourceOptions
) -> list[pulumi.Resource]:
    """Return what attaches the CORS rules; S3 has no empty configuration, so without rules there is nothing."""
    if not rules:
        return []
    configuration = BucketCorsConfiguration(
        name,
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
