"""The properties of a distribution that the sandbox serves, and their names in CloudFront's API.

Left out, and so refused by name: what predates cache policies (forwardedValues and a behavior's own TTLs),
trusted signers, origin groups and Lambda@Edge.
"""

from sandbox.providers.schema import Fields, block, flag, listing, text, text_map, whole

_EVENTS = ("viewer-request", "viewer-response")
# https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ViewerCertificate.html
PROTOCOL_VERSIONS = (
    *("SSLv3", "TLSv1", "TLSv1_2016", "TLSv1.1_2016", "TLSv1.2_2018", "TLSv1.2_2019"),
    *("TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"),
)
HTTP_VERSIONS = ("http1.1", "http2", "http3", "http2and3")

BEHAVIOR_FIELDS: Fields = {
    "allowedMethods": listing(text(), required=True, unordered=True),
    "cachePolicyId": text(),
    "cachedMethods": listing(text(), required=True, unordered=True),
    "compress": flag(default=False),
    "functionAssociations": listing(
        block(
            {
                "eventType": text(required=True, choices=_EVENTS),
                "functionArn": text(required=True, api="FunctionARN"),
            }
        ),
        unordered=True,
        high=2,
    ),
    "originRequestPolicyId": text(),
    "responseHeadersPolicyId": text(),
    "smoothStreaming": flag(default=False),
    "targetOriginId": text(required=True, low=1),
    "viewerProtocolPolicy": text(required=True, choices=("allow-all", "https-only", "redirect-to-https")),
}
ORIGIN_FIELDS: Fields = {
    "connectionAttempts": whole(default=3, low=1, high=3),
    "connectionTimeout": whole(default=10, low=1, high=10),
    "customHeaders": listing(
        block({"name": text(required=True, api="HeaderName"), "value": text(required=True, api="HeaderValue")}),
        unordered=True,
    ),
    "customOriginConfig": block(
        {
            "httpPort": whole(required=True, api="HTTPPort"),
            "httpsPort": whole(required=True, api="HTTPSPort"),
            "originKeepaliveTimeout": whole(default=5, low=1, high=180),
            "originProtocolPolicy": text(required=True, choices=("http-only", "https-only", "match-viewer")),
            "originReadTimeout": whole(default=30, low=1, high=180),
            "originSslProtocols": listing(
                text(choices=("SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2")), required=True, unordered=True
            ),
        }
    ),
    "domainName": text(required=True, low=1, high=253),
    "originAccessControlId": text(),
    "originId": text(required=True, low=1, api="Id"),
    "originPath": text(),
}
DISTRIBUTION_FIELDS: Fields = {
    "aliases": listing(text(), unordered=True),
    "comment": text(low=0, high=128),
    "customErrorResponses": listing(
        block(
            {
                "errorCachingMinTtl": whole(api="ErrorCachingMinTTL"),
                "errorCode": whole(required=True),
                "responseCode": whole(),
                "responsePagePath": text(),
            }
        ),
        unordered=True,
    ),
    "defaultCacheBehavior": block(BEHAVIOR_FIELDS, required=True),
    "defaultRootObject": text(),
    "enabled": flag(required=True),
    "httpVersion": text(default="http2", choices=HTTP_VERSIONS),
    "isIpv6Enabled": flag(default=False, api="IsIPV6Enabled"),
    "loggingConfig": block(
        {"bucket": text(), "includeCookies": flag(default=False), "prefix": text(low=0)}, api="Logging"
    ),
    "orderedCacheBehaviors": listing(
        block({**BEHAVIOR_FIELDS, "pathPattern": text(required=True)}), api="CacheBehaviors"
    ),
    "origins": listing(block(ORIGIN_FIELDS), required=True, unordered=True, low=1),
    "priceClass": text(
        default="PriceClass_All", choices=("PriceClass_100", "PriceClass_200", "PriceClass_All", "None")
    ),
    "restrictions": block(
        {
            "geoRestriction": block(
                {
                    "locations": listing(text(), unordered=True),
                    "restrictionType": text(required=True, choices=("blacklist", "whitelist", "none")),
                },
                required=True,
            )
        },
        required=True,
    ),
    "retainOnDelete": flag(default=False),
    "staging": flag(default=False, replaces=True),
    "tags": text_map(),
    "viewerCertificate": block(
        {
            "acmCertificateArn": text(api="ACMCertificateArn"),
            "cloudfrontDefaultCertificate": flag(api="CloudFrontDefaultCertificate"),
            "iamCertificateId": text(api="IAMCertificateId"),
            "minimumProtocolVersion": text(default="TLSv1", choices=PROTOCOL_VERSIONS),
            "sslSupportMethod": text(choices=("sni-only", "vip", "static-ip"), api="SSLSupportMethod"),
        },
        required=True,
    ),
    "webAclId": text(api="WebACLId"),
    "waitForDeployment": flag(default=True),
}
# What isn't CloudFront's business at all, but the provider's.
PROVIDER_ONLY = ("retainOnDelete", "tags", "waitForDeployment")
OUTPUTS = ("arn", "callerReference", "domainName", "etag", "hostedZoneId", "lastModifiedTime", "status")
