"""The stack's own policies, for settings that no managed policy covers; each counts in the account's quota."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_aws import cloudfront

from hosting.aws.cloud_names import keep_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi

    from hosting.aws.cloud_names import CloudNames


def make_origin_request_policy(
    names: CloudNames, headers: Sequence[str], opts: pulumi.ResourceOptions
) -> cloudfront.OriginRequestPolicy:
    """Return the policy with which CloudFront adds headers about the viewer, without changing the cache key.

    The one managed policy with the viewer's country, AllViewerAndCloudFrontHeaders-2022-06, does not work with S3: it
    also sends all headers, cookies, query parameters, and the viewer's Host, by which S3 would look up another bucket.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-cloudfront-headers.html
    """
    return cloudfront.OriginRequestPolicy(
        names.logical("origin-request-policy"),
        name=names.physical("viewer"),
        comment=f"Headers about viewers for the functions of {names.prefix}",
        cookies_config={"cookie_behavior": "none"},
        headers_config={"header_behavior": "whitelist", "headers": {"items": list(headers)}},
        query_strings_config={"query_string_behavior": "none"},
        opts=keep_name("name", opts),
    )
