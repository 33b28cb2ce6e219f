"""Which policies a distribution refers to: AWS's managed ones, or one of the stack's own where a setting needs it.

An account has 20 of its own policies of each kind, while managed ones count for nobody:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-policies
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hosting.cloudfront.settings import CloudFrontSettings
    from hosting.website.settings import CorsRule

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
# Its minimum, default and maximum TTL, in seconds.
CACHING_OPTIMIZED_TTLS = (1, 86_400, 31_536_000)
CACHING_OPTIMIZED_FOR_UNCOMPRESSED_OBJECTS = "b2884449-e4de-46a7-ac36-70bc7f1ddd6d"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
# The origin gets all headers, cookies and query parameters of the visitor, except Host.
ALL_VIEWER_EXCEPT_HOST_HEADER = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html
SECURITY_HEADERS = "67f7725c-6f97-4210-82d7-5512b31e9d03"
CORS_AND_SECURITY_HEADERS = "e61eb60c-9c35-4d20-a928-2b84e02af89c"


def managed_cache_policy(settings: CloudFrontSettings) -> str:
    """Return the managed cache policy for a stack whose cache key is the path alone; TTLs are the files' own."""
    if settings.max_ttl == 0:
        return CACHING_DISABLED
    return CACHING_OPTIMIZED if settings.compress else CACHING_OPTIMIZED_FOR_UNCOMPRESSED_OBJECTS


def response_headers_policy(cors: tuple[CorsRule, ...]) -> str:
    """Return the managed response headers policy: with CORS where the bucket allows GET from anywhere.

    CloudFront sends the bucket no Origin, so that the bucket's own CORS configuration does not answer its visitors.
    """
    is_open = any("GET" in rule.allowed_methods and "*" in rule.allowed_origins for rule in cors)
    return CORS_AND_SECURITY_HEADERS if is_open else SECURITY_HEADERS


def needs_cache_policy(settings: CloudFrontSettings, *, is_bulk: bool) -> bool:
    """Whether the stack has a cache policy of its own: bulk mode has a header in its cache key.

    CloudFront refuses one in a policy without caching, where there is no need for it either:
    https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ParametersInCacheKeyAndForwardedToOrigin.html
    """
    return is_bulk and settings.max_ttl > 0
