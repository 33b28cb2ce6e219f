"""The properties of a distribution that the sandbox supports, and their names in CloudFront's API.

Others are rejected by name: what predates cache policies (forwardedValues and a behavior's own TTLs), trusted signers,
origin groups and Lambda@Edge.
"""

from sandbox.providers.schema import Fields, block, boolean, integer, list_of, string, string_map

_EVENTS = ("viewer-request", "viewer-response")
# https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ViewerCertificate.html
PROTOCOL_VERSIONS = (
    *("SSLv3", "TLSv1", "TLSv1_2016", "TLSv1.1_2016", "TLSv1.2_2018", "TLSv1.2_2019"),
    *("TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"),
)
HTTP_VERSIONS = ("http1.1", "http2", "http3", "http2and3")

BEHAVIOR_FIELDS: Fields = {
    "allowedMethods": list_of(string(), required=True, unordered=True),
    "cachePolicyId": string(),
    "cachedMethods": list_of(string(), required=True, unordered=True),
    "compress": boolean(default=False),
    "functionAssociations": list_of(
        block(
            {
                "eventType": string(required=True, choices=_EVENTS),
                "functionArn": string(required=True, api="FunctionARN"),
            }
        ),
        unordered=True,
        high=2,
    ),
    "originRequestPolicyId": string(),
    "responseHeadersPolicyId": string(),
    "smoothStreaming": boolean(default=False),
    "targetOriginId": string(required=True, low=1),
    "viewerProtocolPolicy": string(required=True, choices=("allow-all", "https-only", "redirect-to-https")),
}
ORIGIN_FIELDS: Fields = {
    "connectionAttempts": integer(default=3, low=1, high=3),
    "connectionTimeout": integer(default=10, low=1, high=10),
    "customHeaders": list_of(
        block({"name": string(required=True, api="HeaderName"), "value": string(required=True, api="HeaderValue")}),
        unordered=True,
    ),
    "customOriginConfig": block(
        {
            "httpPort": integer(required=True, api="HTTPPort"),
            "httpsPort": integer(required=True, api="HTTPSPort"),
            "originKeepaliveTimeout": integer(default=5, low=1, high=180),
            "originProtocolPolicy": string(required=True, choices=("http-only", "https-only", "match-viewer")),
            "originReadTimeout": integer(default=30, low=1, high=180),
            "originSslProtocols": list_of(
                string(choices=("SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2")), required=True, unordered=True
            ),
        }
    ),
    "domainName": string(required=True, low=1, high=253),
    "originAccessControlId": string(),
    "originId": string(required=True, low=1, api="Id"),
    "originPath": string(),
}
DISTRIBUTION_FIELDS: Fields = {
    "aliases": list_of(string(), unordered=True),
    "comment": string(low=0, high=128),
    "customErrorResponses": list_of(
        block(
            {
                "errorCachingMinTtl": integer(api="ErrorCachingMinTTL"),
                "errorCode": integer(required=True),
                "responseCode": integer(),
                "responsePagePath": string(),
            }
        ),
        unordered=True,
    ),
    "defaultCacheBehavior": block(BEHAVIOR_FIELDS, required=True),
    "defaultRootObject": string(),
    "enabled": boolean(required=True),
    "httpVersion": string(default="http2", choices=HTTP_VERSIONS),
    "isIpv6Enabled": boolean(default=False, api="IsIPV6Enabled"),
    "loggingConfig": block(
        {"bucket": string(), "includeCookies": boolean(default=False), "prefix": string(low=0)}, api="Logging"
    ),
    "orderedCacheBehaviors": list_of(
        block({**BEHAVIOR_FIELDS, "pathPattern": string(required=True)}), api="CacheBehaviors"
    ),
    "origins": list_of(block(ORIGIN_FIELDS), required=True, unordered=True, low=1),
    "priceClass": string(
        default="PriceClass_All", choices=("PriceClass_100", "PriceClass_200", "PriceClass_All", "None")
    ),
    "restrictions": block(
        {
            "geoRestriction": block(
                {
                    "locations": list_of(string(), unordered=True),
                    "restrictionType": string(required=True, choices=("blacklist", "whitelist", "none")),
                },
                required=True,
            )
        },
        required=True,
    ),
    "retainOnDelete": boolean(default=False),
    "staging": boolean(default=False, replaces=True),
    "tags": string_map(),
    "viewerCertificate": block(
        {
            "acmCertificateArn": string(api="ACMCertificateArn"),
            "cloudfrontDefaultCertificate": boolean(api="CloudFrontDefaultCertificate"),
            "iamCertificateId": string(api="IAMCertificateId"),
            "minimumProtocolVersion": string(default="TLSv1", choices=PROTOCOL_VERSIONS),
            "sslSupportMethod": string(choices=("sni-only", "vip", "static-ip"), api="SSLSupportMethod"),
        },
        required=True,
    ),
    "webAclId": string(api="WebACLId"),
    "waitForDeployment": boolean(default=True),
}
# Settings of the provider, not of CloudFront.
PROVIDER_ONLY = ("retainOnDelete", "tags", "waitForDeployment")
OUTPUTS = ("arn", "callerReference", "domainName", "etag", "hostedZoneId", "lastModifiedTime", "status")
