"""The site that files and rules make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.answers.cloudfront_site import CloudFrontSite
from hosting.answers.s3_website import S3Website

if TYPE_CHECKING:
    from hosting.answers.site_rules import SiteRules
    from hosting.publish.staging.manifest import Manifest


def site_at(url: str, manifest: Manifest, rules: SiteRules) -> CloudFrontSite | S3Website:
    """Return the site at an address, which has no trailing slash."""
    if rules.has_cloudfront:
        return CloudFrontSite(url, manifest, rules)
    return S3Website(url, manifest, rules.index_document, rules.error_document, rules.hidden)
