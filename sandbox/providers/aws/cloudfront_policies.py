"""CloudFront's cache policies, origin request policies and response headers policies."""

import re
from collections.abc import Iterator
from typing import ClassVar

from sandbox.providers.auto_names import AutoName
from sandbox.providers.aws.cloudfront_config_resource import CloudFrontConfigResource
from sandbox.providers.aws.errors import AwsError
from sandbox.providers.schema import Field, Fields, block, boolean, integer, list_of, string
from sandbox.providers.values import Properties

_NAME = r"[A-Za-z0-9_-]{1,128}"
_ITEMS = block({"items": list_of(string(), unordered=True)})
_LISTED_BEHAVIORS = ("none", "whitelist", "allExcept", "all")


class CachePolicy(CloudFrontConfigResource):
    """aws.cloudfront.CachePolicy."""

    token = "aws:cloudfront/cachePolicy:CachePolicy"  # noqa: S105 - a type's token, not a secret
    title = "CloudFront Cache Policy"
    api_noun, call_noun, arn_noun = "CachePolicy", "cache_policy", "cache-policy"
    auto_name = AutoName("name", 128)
    fields: ClassVar[Fields] = {
        "comment": string(),
        "defaultTtl": integer(default=86400, api="DefaultTTL"),
        "maxTtl": integer(default=31536000, api="MaxTTL"),
        "minTtl": integer(default=0, api="MinTTL"),
        "name": string(),
        "parametersInCacheKeyAndForwardedToOrigin": block(
            {
                "cookiesConfig": block(
                    {"cookieBehavior": string(required=True, choices=_LISTED_BEHAVIORS), "cookies": _ITEMS},
                    required=True,
                ),
                "enableAcceptEncodingBrotli": boolean(default=False),
                "enableAcceptEncodingGzip": boolean(default=False),
                "headersConfig": block(
                    {"headerBehavior": string(choices=("none", "whitelist")), "headers": _ITEMS}, required=True
                ),
                "queryStringsConfig": block(
                    {"queryStringBehavior": string(required=True, choices=_LISTED_BEHAVIORS), "queryStrings": _ITEMS},
                    required=True,
                ),
            },
            required=True,
        ),
    }

    def check(self, call: str, inputs: Properties) -> None:
        """Check the name, the order of the TTLs, and the cache key of a policy without caching."""
        for reason in _cache_policy_errors(inputs):
            raise AwsError(call, 400, "InvalidArgument", reason)


def _cache_policy_errors(inputs: Properties) -> Iterator[str]:
    if not re.fullmatch(_NAME, inputs["name"]):
        yield "The parameter Name contains invalid characters or is too long."
    low, default, high = inputs["minTtl"], inputs["defaultTtl"], inputs["maxTtl"]
    if not 0 <= low <= default <= high:
        yield f"The parameters MinTTL, DefaultTTL and MaxTTL must satisfy 0 <= {low} <= {default} <= {high}."
    key = inputs["parametersInCacheKeyAndForwardedToOrigin"]
    for name in ("EnableAcceptEncodingGzip", "EnableAcceptEncodingBrotli"):
        if high == 0 and key[name[0].lower() + name[1:]]:
            yield f"The parameter {name} is invalid for policy with caching disabled."
    for name, config, behavior in (
        ("HeaderBehavior", "headersConfig", "headerBehavior"),
        ("CookieBehavior", "cookiesConfig", "cookieBehavior"),
        ("QueryStringBehavior", "queryStringsConfig", "queryStringBehavior"),
    ):
        if high == 0 and key[config].get(behavior, "none") != "none":
            yield f"The parameter {name} is invalid for policy with caching disabled."


class OriginRequestPolicy(CloudFrontConfigResource):
    """aws.cloudfront.OriginRequestPolicy."""

    token = "aws:cloudfront/originRequestPolicy:OriginRequestPolicy"  # noqa: S105 - a type's token, not a secret
    title = "CloudFront Origin Request Policy"
    api_noun, call_noun = "OriginRequestPolicy", "origin_request_policy"
    arn_noun = "origin-request-policy"
    auto_name = AutoName("name", 128)
    fields: ClassVar[Fields] = {
        "comment": string(),
        "cookiesConfig": block(
            {"cookieBehavior": string(required=True, choices=_LISTED_BEHAVIORS), "cookies": _ITEMS}, required=True
        ),
        "headersConfig": block(
            {
                "headerBehavior": string(
                    choices=("none", "whitelist", "allViewer", "allViewerAndWhitelistCloudFront", "allExcept")
                ),
                "headers": _ITEMS,
            },
            required=True,
        ),
        "name": string(),
        "queryStringsConfig": block(
            {"queryStringBehavior": string(required=True, choices=_LISTED_BEHAVIORS), "queryStrings": _ITEMS},
            required=True,
        ),
    }

    def check(self, call: str, inputs: Properties) -> None:
        """Check the name, and that a whitelist names headers."""
        if not re.fullmatch(_NAME, inputs["name"]):
            raise AwsError(call, 400, "InvalidArgument", "The parameter Name contains invalid characters.")
        headers = inputs["headersConfig"]
        if headers.get("headerBehavior") == "whitelist" and not (headers.get("headers") or {}).get("items"):
            raise AwsError(call, 400, "InvalidArgument", "The parameter Headers is required with this HeaderBehavior.")


_REFERRERS = (
    *("no-referrer", "no-referrer-when-downgrade", "origin", "origin-when-cross-origin"),
    *("same-origin", "strict-origin", "strict-origin-when-cross-origin", "unsafe-url"),
)
_OVERRIDE = {"override": boolean(required=True)}
_SECURITY: Fields = {
    "contentSecurityPolicy": block({"contentSecurityPolicy": string(required=True), **_OVERRIDE}),
    "contentTypeOptions": block({**_OVERRIDE}),
    "frameOptions": block({"frameOption": string(required=True, choices=("DENY", "SAMEORIGIN")), **_OVERRIDE}),
    "referrerPolicy": block({"referrerPolicy": string(required=True, choices=_REFERRERS), **_OVERRIDE}),
    "strictTransportSecurity": block(
        {
            "accessControlMaxAgeSec": integer(required=True),
            "includeSubdomains": boolean(default=False),
            "preload": boolean(default=False),
            **_OVERRIDE,
        }
    ),
    "xssProtection": block(
        {"modeBlock": boolean(), "protection": boolean(required=True), "reportUri": string(), **_OVERRIDE},
        api="XSSProtection",
    ),
}
_LISTED = block({"items": list_of(string(), unordered=True)}, required=True)
_METHODS = ("GET", "POST", "OPTIONS", "PUT", "DELETE", "PATCH", "HEAD", "ALL")
_CORS: Fields = {
    "accessControlAllowCredentials": boolean(required=True),
    "accessControlAllowHeaders": _LISTED,
    "accessControlAllowMethods": block({"items": list_of(string(choices=_METHODS), unordered=True)}, required=True),
    "accessControlAllowOrigins": _LISTED,
    "accessControlExposeHeaders": _ITEMS,
    "accessControlMaxAgeSec": integer(),
    "originOverride": boolean(required=True),
}
# CloudFront sets or removes these itself:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html
_FORBIDDEN_CUSTOM = frozenset(
    {
        *("connection", "content-encoding", "content-length", "expect", "host", "keep-alive"),
        *("proxy-authenticate", "proxy-authorization", "proxy-connection", "trailer", "transfer-encoding"),
        *("upgrade", "via", "warning", "x-accel-buffering", "x-accel-charset", "x-accel-limit-rate"),
        *("x-accel-redirect", "x-cache", "x-real-ip"),
    }
)


class ResponseHeadersPolicy(CloudFrontConfigResource):
    """aws.cloudfront.ResponseHeadersPolicy."""

    token = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"  # noqa: S105 - a type's token, not a secret
    title = "CloudFront Response Headers Policy"
    api_noun, call_noun = "ResponseHeadersPolicy", "response_headers_policy"
    arn_noun = "response-headers-policy"
    auto_name = AutoName("name", 128)
    fields: ClassVar[Fields] = {
        "comment": string(low=0, high=128),
        "corsConfig": block(_CORS),
        "customHeadersConfig": block(
            {
                "items": list_of(
                    block(
                        {
                            "header": string(required=True),
                            "override": boolean(required=True),
                            "value": string(required=True),
                        }
                    ),
                    unordered=True,
                )
            }
        ),
        "name": string(),
        "removeHeadersConfig": block({"items": list_of(block({"header": string(required=True)}), unordered=True)}),
        "securityHeadersConfig": block(_SECURITY),
        "serverTimingHeadersConfig": block(
            {"enabled": boolean(required=True), "samplingRate": Field(kind="number", required=True, low=0, high=100)}
        ),
    }

    def check(self, call: str, inputs: Properties) -> None:
        """Check the name, and that no header is one of CloudFront's own."""
        for reason in _headers_policy_errors(inputs):
            raise AwsError(call, 400, "InvalidArgument", reason)


def _headers_policy_errors(inputs: Properties) -> Iterator[str]:
    if not re.fullmatch(_NAME, inputs["name"]):
        yield "The parameter Name contains invalid characters or is too long."
    headers = [item["header"] for item in (inputs.get("customHeadersConfig") or {}).get("items") or []]
    for header in headers:
        if header.lower() in _FORBIDDEN_CUSTOM or header.lower().startswith(("x-amz-", "x-edge-")):
            yield f"The parameter CustomHeaders contains {header} that is not allowed."
    if len({header.lower() for header in headers}) < len(headers):
        yield "The parameter CustomHeaders contains duplicate header names."
    hsts = ((inputs.get("securityHeadersConfig") or {}).get("strictTransportSecurity")) or {}
    if hsts.get("accessControlMaxAgeSec", 0) < 0:
        yield "The parameter AccessControlMaxAgeSec is not within allowed range."
