"""The policies of a distribution: AWS's managed ones, or one of the stack's own if a setting needs it.

An account may have 20 custom policies of each kind; managed ones do not count:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-policies
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hosting.cloudfront.settings import CloudFrontSettings
    from hosting.website.settings import CorsRule

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
# The minimum, default and maximum TTL of CachingOptimized, in seconds.
CACHING_OPTIMIZED_TTLS = (1, 86_400, 31_536_000)
CACHING_OPTIMIZED_FOR_UNCOMPRESSED_OBJECTS = "b2884449-e4de-46a7-ac36-70bc7f1ddd6d"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
# Forwards all headers, cookies and query parameters of the visitor, except Host.
ALL_VIEWER_EXCEPT_HOST_HEADER = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html
SECURITY_HEADERS = "67f7725c-6f97-4210-82d7-5512b31e9d03"
CORS_AND_SECURITY_HEADERS = "e61eb60c-9c35-4d20-a928-2b84e02af89c"


def managed_cache_policy(settings: CloudFrontSettings) -> str:
    """Return the managed cache policy for a cache key of the path alone; TTLs are in the files' headers."""
    if settings.max_ttl == 0:
        return CACHING_DISABLED
    return CACHING_OPTIMIZED if settings.compress else CACHING_OPTIMIZED_FOR_UNCOMPRESSED_OBJECTS


def response_headers_policy(cors: tuple[CorsRule, ...]) -> str:
    """Return the managed response headers policy: with CORS if the bucket allows GET from any origin.

    CloudFront does not forward Origin to the bucket, so the bucket's own CORS configuration has no effect behind it.
    """
    is_open = any("GET" in rule.allowed_methods and "*" in rule.allowed_origins for rule in cors)
    return CORS_AND_SECURITY_HEADERS if is_open else SECURITY_HEADERS
