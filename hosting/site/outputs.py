"""The outputs of a stack; docs/outputs.md describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pulumi

if TYPE_CHECKING:
    from pulumi_aws.cloudfront import Distribution, KeyValueStore
    from pulumi_aws.s3 import Bucket

    from hosting.config.load import Settings
    from hosting.providers.release import Release
    from hosting.publish.staging.manifest import Manifest
    from hosting.website.bucket import Website

Outputs: TypeAlias = "dict[str, pulumi.Input[object] | None]"


def site_outputs(website: Website, distribution: Distribution | None, manifest: Manifest) -> Outputs:
    """Return the outputs that every site has; None if not applicable."""
    domain = distribution.domain_name if distribution else None
    website_url = pulumi.Output.concat("http://", website.endpoint) if website.endpoint else None
    return {
        "url": pulumi.Output.concat("https://", domain) if domain else website_url,
        "websiteUrl": website_url,
        "bucketName": website.bucket.bucket,
        "bucketRegion": website.bucket.region,
        "distributionId": distribution.id if distribution else None,
        "distributionDomain": domain,
        "digest": manifest.digest,
        "fileCount": manifest.file_count,
    }


def release_outputs(release: Release) -> Outputs:
    """Return the outputs of bulk mode, which replace or extend the others."""
    return {"digest": release.digest, "fileCount": release.file_count, "releases": release.releases}


def edge_outputs(
    bucket: Bucket,
    distribution: Distribution,
    store: KeyValueStore,
    settings: Settings,
    password: pulumi.Output[str] | None,
) -> Outputs:
    """Return the outputs of a preview edge."""
    return {
        "previewsDomain": settings.previews.domain,
        "previewsMaxDays": settings.previews.max_days,
        "bucketName": bucket.bucket,
        "bucketRegion": bucket.region,
        "storeArn": store.arn,
        "distributionId": distribution.id,
        "distributionDomain": distribution.domain_name,
        "password": password,
    }
